"""Where each number's chain ends is kept and sealed, and the database refuses to make a chain shorter.

Processes of the release before this one must not write while it runs: what they append has no head.
"""

from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from optins import chain

_AT_ONCE = 20_000
_DIGEST = {"max_length": 64, "editable": False}

FORBID = """
CREATE FUNCTION optins_chain_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.number_digest = OLD.number_digest AND NEW.entries > OLD.entries THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A chain of the consent ledger only grows: % is not allowed.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER chain_only_grows BEFORE UPDATE OR DELETE ON optins_chainhead
    FOR EACH ROW EXECUTE FUNCTION optins_chain_only_grows();
"""

ALLOW = """
DROP TRIGGER chain_only_grows ON optins_chainhead;
DROP FUNCTION optins_chain_only_grows();
"""


def _heads(apps: StateApps) -> Iterator[tuple[str, int, str, str]]:
    """One row a number: number_digest, entries, digest, seal."""
    entries = apps.get_model("optins", "ConsentEvent").objects
    last = entries.order_by("number_digest", "-sequence").distinct("number_digest")
    for own, sequence, digest in last.values_list("number_digest", "sequence", "digest").iterator(chunk_size=2_000):
        yield own, sequence, digest, chain.head_seal(settings.NUMBER_HASH_KEY, own, sequence, digest)


def seal_chains(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    heads = _heads(apps)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("LOCK TABLE optins_consentevent IN SHARE MODE")
        while rows := list(islice(heads, _AT_ONCE)):
            with cursor.copy("COPY optins_chainhead (number_digest, entries, digest, seal) FROM STDIN") as target:
                for row in rows:
                    target.write_row(row)


class Migration(migrations.Migration):
    dependencies = [("optins", "0016_staff_numbers")]

    operations = [
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                ("number_digest", models.CharField(primary_key=True, serialize=False, **_DIGEST)),
                ("entries", models.PositiveIntegerField(editable=False)),
                ("digest", models.CharField(**_DIGEST)),
                ("seal", models.CharField(**_DIGEST)),
            ],
        ),
        migrations.RunPython(seal_chains, migrations.RunPython.noop),
        migrations.RunSQL(FORBID, ALLOW),
    ]
