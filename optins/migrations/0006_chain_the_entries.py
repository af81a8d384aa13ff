"""The ledger becomes a chain, second step of three: every entry gets its digest, and its personal part its own row.

The way back writes the personal part into the entries again; of people who were erased nothing comes back.
"""

from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from optins import chain

_FACTS = (
    "programme_id", "scope_id", "sender_id", "customer_id", "action", "method", "reason", "wording", "inbound_sid",
    "app_key", "staff", "at",
)  # fmt: skip
_AT_ONCE = 20_000
_PERSONAL = ("number", "inbound_text", "ip", "user_agent")

# What a suppression or a STOP held for was kept beside the entry only.
_SCOPES = """
    UPDATE optins_consentevent event SET scope_id = suppression.sender_id
    FROM optins_suppression suppression WHERE suppression.consent_event_id = event.id AND event.action = 'suppressed';
    UPDATE optins_consentevent event SET scope_id = subscription.stopped_on_id
    FROM optins_subscription subscription
    WHERE subscription.consent_event_id = event.id AND event.action = 'opted_out';
    UPDATE optins_consentevent event SET scope_id = coalesce(sender.pool_id, sender.id)
    FROM optins_sender sender WHERE sender.id = event.sender_id AND event.action = 'lifted';
"""

_CARRY_OVER = """
    UPDATE optins_consentevent event
    SET number_digest = chained.number_digest, sequence = chained.sequence, previous = chained.previous,
        digest = chained.digest, commitment = chained.commitment, wording_version = chained.wording_version
    FROM chained_entries chained WHERE chained.id = event.id;
    INSERT INTO optins_personalevidence (event_id, number, inbound_text, ip, user_agent, salt)
    SELECT event.id, number, inbound_text, ip, user_agent, salt
    FROM optins_consentevent event JOIN chained_entries chained USING (id);
    DROP TABLE chained_entries;
"""

_BACK = """
    UPDATE optins_consentevent event
    SET number = personal.number, inbound_text = personal.inbound_text, ip = personal.ip,
        user_agent = personal.user_agent
    FROM optins_personalevidence personal WHERE personal.event_id = event.id;
    DELETE FROM optins_personalevidence;
"""


def _chained(apps: StateApps) -> Iterator[tuple[object, ...]]:
    """One row an entry: id, number_digest, sequence, previous, digest, commitment, wording_version, salt."""
    key, number, own, sequence, last = settings.NUMBER_HASH_KEY, None, "", 0, ""
    entries = apps.get_model("optins", "ConsentEvent").objects.order_by("number", "id")
    for row in entries.values("id", *_FACTS, *_PERSONAL).iterator(chunk_size=2_000):
        if row["number"] != number:
            number, own, sequence, last = row["number"], chain.number_digest(key, row["number"]), 0, ""
        salt, version = chain.new_salt(), chain.wording_version(row["wording"])
        commitment = chain.commitment(salt, {name: row[name] for name in _PERSONAL})
        facts = {name: row[name] for name in _FACTS}
        facts |= {"number_digest": own, "previous": last, "commitment": commitment, "wording_version": version}
        digest, sequence = chain.entry_digest(key, facts), sequence + 1
        yield row["id"], own, sequence, last, digest, commitment, version, salt
        last = digest


def chain_entries(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    suppressions = apps.get_model("optins", "Suppression").objects
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE optins_consentevent DISABLE TRIGGER ledger_is_append_only")
        cursor.execute(_SCOPES)
        cursor.execute(
            "CREATE TEMPORARY TABLE chained_entries (id bigint PRIMARY KEY, number_digest text, sequence integer, "
            "previous text, digest text, commitment text, wording_version text, salt text)"
        )
        chained = _chained(apps)
        while rows := list(islice(chained, _AT_ONCE)):
            with cursor.copy("COPY chained_entries FROM STDIN") as target:
                for row in rows:
                    target.write_row(row)
        cursor.execute(_CARRY_OVER)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE optins_consentevent ENABLE TRIGGER ledger_is_append_only")
    for number in suppressions.order_by().values_list("number", flat=True).distinct():
        suppressions.filter(number=number).update(number_digest=chain.number_digest(settings.NUMBER_HASH_KEY, number))


def unchain_entries(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE optins_consentevent DISABLE TRIGGER ledger_is_append_only")
        cursor.execute(_BACK)
        cursor.execute("ALTER TABLE optins_consentevent ENABLE TRIGGER ledger_is_append_only")


class Migration(migrations.Migration):
    dependencies = [("optins", "0005_chained_ledger")]

    operations = [migrations.RunPython(chain_entries, unchain_entries)]
