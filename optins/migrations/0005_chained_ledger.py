"""The ledger becomes a chain, first step of three: room for digests, and the table of what an erasure takes away."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_DIGEST = {"max_length": 64, "editable": False}

_UNREFERENCED = {
    "null": True, "db_constraint": False, "on_delete": django.db.models.deletion.DO_NOTHING, "related_name": "+",
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("optins", "0004_company_name")]

    operations = [
        migrations.AddField("consentevent", "number_digest", models.CharField(default="", **_DIGEST)),
        migrations.AddField(
            "consentevent",
            "sequence",
            models.PositiveIntegerField(default=0, editable=False, verbose_name="place in the chain"),
        ),
        migrations.AddField("consentevent", "previous", models.CharField(blank=True, default="", **_DIGEST)),
        migrations.AddField("consentevent", "digest", models.CharField(default="", **_DIGEST)),
        migrations.AddField("consentevent", "commitment", models.CharField(default="", **_DIGEST)),
        migrations.AddField("consentevent", "scope", models.ForeignKey(to="optins.sender", **_UNREFERENCED)),
        migrations.AddField(
            "consentevent", "wording_version", models.CharField(blank=True, default="", max_length=12)
        ),
        migrations.AddField("suppression", "number_digest", models.CharField(default="", **_DIGEST)),
        migrations.CreateModel(
            "PersonalEvidence",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="personal",
                        serialize=False,
                        to="optins.consentevent",
                    ),
                ),
                ("number", models.CharField(max_length=16)),
                ("inbound_text", models.TextField(blank=True)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("user_agent", models.CharField(blank=True, max_length=255)),
                ("salt", models.CharField(editable=False, max_length=32)),
            ],
            options={"indexes": [models.Index(fields=["number"], name="personal_evidence_by_number")]},
        ),
        # So that the way back finds room for them.
        migrations.AlterField("consentevent", "number", models.CharField(blank=True, default="", max_length=16)),
        migrations.AlterField("consentevent", "inbound_text", models.TextField(blank=True, default="")),
        migrations.AlterField(
            "consentevent", "user_agent", models.CharField(blank=True, default="", max_length=255)
        ),
        migrations.AlterField(
            "consentevent",
            "action",
            models.CharField(
                choices=[
                    ("asked", "Asked to confirm"), ("opted_in", "Opted in"), ("opted_out", "Opted out"),
                    ("lapsed", "Did not confirm in time"), ("refused", "Tried to join and was refused"),
                    ("verified", "Verified the number"), ("suppressed", "Suppressed"),
                    ("lifted", "Suppression lifted"), ("erased", "Erased the person"),
                ],
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint("suppression", "suppression_is_e164"),
        migrations.AlterField(
            "suppression",
            "number",
            models.CharField(blank=True, help_text="Blank while the person is erased.", max_length=16),
        ),
        migrations.AddConstraint(
            "suppression",
            models.CheckConstraint(
                condition=Q(number="") | Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="suppression_is_e164"
            ),
        ),
    ]  # fmt: skip
