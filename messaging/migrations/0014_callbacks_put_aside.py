from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0013_retention")]

    operations = [
        migrations.AddField(
            model_name="pendingcallback",
            name="problem",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
    ]
