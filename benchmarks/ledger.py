"""Consent for very many at once: the first entry of each number's chain, and its head, by COPY."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from optins import chain
from optins.models import OptInCampaign, digest_of

_AT_ONCE: Final = 50_000
_ENTRIES: Final = """
    COPY optins_consentevent (id, number_digest, sequence, previous, digest, commitment, programme_id, sender_id,
                              customer_id, action, method, reason, wording, wording_version, inbound_sid, app_key,
                              staff, at) FROM STDIN
"""
_PERSONAL: Final = "COPY optins_personalevidence (event_id, number, inbound_text, ip, user_agent, salt) FROM STDIN"
_HEADS: Final = "COPY optins_chainhead (number_digest, entries, digest, seal) FROM STDIN"


def everybody_joins(programme: OptInCampaign, *, within: dt.timedelta) -> None:
    """One entry that opts in for each number on file, in an empty ledger, evenly within a time until now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, customer_id FROM campaigns_phonenumber ORDER BY id")
        entries = _entries(cursor.fetchall(), programme, within)
        while some := list(islice(entries, _AT_ONCE)):
            for statement, place in ((_ENTRIES, 0), (_PERSONAL, 1), (_HEADS, 2)):
                with cursor.copy(statement) as target:
                    for entry in some:
                        target.write_row(entry[place])
        cursor.execute("SELECT setval(pg_get_serial_sequence('optins_consentevent', 'id'), max(id)) "
                       "FROM optins_consentevent")  # fmt: skip


def _entries(
    held: Sequence[tuple[str, int]], programme: OptInCampaign, within: dt.timedelta
) -> Iterator[tuple[tuple[Any, ...], ...]]:
    """A row of each table for each number."""
    sender, now = programme.options.sender_id, timezone.now()
    for pk, (number, customer) in enumerate(held, start=1):
        at = now - within * (1 - pk / len(held))
        own, salt = digest_of(number), chain.new_salt()
        commitment = chain.commitment(salt, {"number": number})
        facts = {
            "number_digest": own, "commitment": commitment, "programme_id": programme.pk, "sender_id": sender,
            "customer_id": customer, "action": "opted_in", "method": "code", "at": at,
        }  # fmt: skip
        digest = chain.entry_digest(settings.NUMBER_HASH_KEY, facts)
        yield (
            (pk, own, 1, "", digest, commitment, programme.pk, sender, customer, "opted_in", "code", "", "", "", "", "",
             "", at),
            (pk, number, "", None, "", salt),
            (own, 1, digest, chain.head_seal(settings.NUMBER_HASH_KEY, own, 1, digest)),
        )  # fmt: skip
