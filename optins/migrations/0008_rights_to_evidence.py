from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("optins", "0007_ledger_is_chained")]

    operations = [
        migrations.AlterModelOptions(
            "consentevent",
            {
                "ordering": ["-id"],
                "permissions": [
                    ("export_evidence", "Can take out the evidence of a number"),
                    ("erase_person", "Can erase a person"),
                ],
            },
        ),
    ]
