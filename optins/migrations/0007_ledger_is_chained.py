"""The ledger becomes a chain, third step of three: what moved is dropped, and the chain is held by constraints."""

from django.db import migrations, models
from django.db.models import Q

_DIGEST = {"max_length": 64, "editable": False}
_IS_DIGEST = "^[0-9a-f]{64}$"

FORBID = """
CREATE FUNCTION optins_personal_evidence_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Personal evidence is erased or left as it is: % is not allowed.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER personal_evidence_is_fixed BEFORE UPDATE ON optins_personalevidence
    FOR EACH ROW EXECUTE FUNCTION optins_personal_evidence_is_fixed();
"""

ALLOW = """
DROP TRIGGER personal_evidence_is_fixed ON optins_personalevidence;
DROP FUNCTION optins_personal_evidence_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("optins", "0006_chain_the_entries")]

    operations = [
        migrations.RemoveIndex("consentevent", "consent_event_by_number"),
        migrations.RemoveField("consentevent", "number"),
        migrations.RemoveField("consentevent", "inbound_text"),
        migrations.RemoveField("consentevent", "ip"),
        migrations.RemoveField("consentevent", "user_agent"),
        migrations.AlterField("consentevent", "number_digest", models.CharField(**_DIGEST)),
        migrations.AlterField(
            "consentevent", "sequence", models.PositiveIntegerField(editable=False, verbose_name="place in the chain")
        ),
        migrations.AlterField("consentevent", "previous", models.CharField(blank=True, **_DIGEST)),
        migrations.AlterField("consentevent", "digest", models.CharField(**_DIGEST)),
        migrations.AlterField("consentevent", "commitment", models.CharField(**_DIGEST)),
        migrations.AlterField("consentevent", "wording_version", models.CharField(blank=True, max_length=12)),
        migrations.AlterField("suppression", "number_digest", models.CharField(**_DIGEST)),
        migrations.AddConstraint(
            "consentevent",
            models.UniqueConstraint(fields=["number_digest", "sequence"], name="consent_event_one_chain"),
        ),
        migrations.AddConstraint(
            "consentevent",
            models.CheckConstraint(
                condition=Q(number_digest__regex=_IS_DIGEST, digest__regex=_IS_DIGEST, commitment__regex=_IS_DIGEST)
                & (Q(sequence=1, previous="") | Q(sequence__gt=1, previous__regex=_IS_DIGEST)),
                name="consent_event_is_chained",
            ),
        ),
        migrations.AddIndex(
            "consentevent",
            models.Index(fields=["at"], name="consent_event_opt_outs", condition=Q(action="opted_out")),
        ),
        migrations.RemoveConstraint("suppression", "suppression_once"),
        migrations.AddConstraint(
            "suppression",
            models.UniqueConstraint(
                fields=["number_digest", "sender"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="suppression_once",
            ),
        ),
        migrations.AddConstraint(
            "suppression",
            models.CheckConstraint(condition=Q(number_digest__regex=_IS_DIGEST), name="suppression_has_digest"),
        ),
        migrations.AddIndex(
            "suppression",
            models.Index(fields=["number"], name="suppression_standing", condition=Q(lifted_at__isnull=True)),
        ),
        migrations.RunSQL(FORBID, ALLOW),
    ]
