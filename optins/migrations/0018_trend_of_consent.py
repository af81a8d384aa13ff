from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("optins", "0017_chain_heads")]

    operations = [
        migrations.AddIndex(
            model_name="consentevent",
            index=models.Index(condition=models.Q(("action", "opted_in")), fields=["at"], name="consent_event_opt_ins"),
        ),
    ]
