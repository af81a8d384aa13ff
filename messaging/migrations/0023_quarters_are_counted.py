from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0022_logs_by_index")]

    operations = [
        migrations.CreateModel(
            name="QuarterCount",
            fields=[
                ("since", models.DateTimeField(primary_key=True, serialize=False)),
                ("texts", models.PositiveIntegerField()),
            ],
        ),
    ]
