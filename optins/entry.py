"""What stands on file about somebody who asks for a code, and waits for it (`campaigns.statements`)."""

from dataclasses import dataclass
from typing import Final

from campaigns.statements import prepared

# One row, whether there is such a programme or not.
_ENTRY: Final = """
    SELECT EXISTS (SELECT FROM optins_sender WHERE address = %(number)s),
           EXISTS (
               SELECT FROM optins_globaloptions AS options
                           JOIN campaigns_campaign AS everywhere ON everywhere.id = options.campaign_id
               WHERE everywhere.state = 'live'
           ),
           programme.id, programme.name, programme.audience_id IS NULL AND programme.restriction = 'none',
           sender.id, sender.pool_id,
           (SELECT id FROM campaigns_customer WHERE external_id = %(external_id)s)
    FROM (SELECT) AS asked
         LEFT JOIN (
             campaigns_campaign AS programme
             JOIN optins_optinoptions AS options ON options.campaign_id = programme.id
             JOIN optins_sender AS sender ON sender.id = options.sender_id
         ) ON programme.id = %(programme)s AND programme.kind = 'opt_in' AND programme.state = 'live'
"""

_STANDING: Final = """
    SELECT EXISTS (
               SELECT FROM optins_suppression
               WHERE number = %s AND lifted_at IS NULL AND (sender_id IS NULL OR sender_id IN (%s, %s))
           ),
           (
               SELECT floor(extract(epoch FROM max(until) - statement_timestamp())) + 1
               FROM optins_codeshold WHERE area IN (%s, %s) AND until > statement_timestamp()
           )
"""


@dataclass(frozen=True, slots=True)
class Programme:
    """A live programme with a sender. Is it open to all, nobody has to be asked whether they may join."""

    pk: int
    name: str
    is_open_to_all: bool
    sender_id: int
    pool_id: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """How a number and a programme stand. `is_ours`: our own texts come from the number. `is_complete`: the global
    options are. Without `programme` there is none that is live and can send, without `customer_id` no such customer."""

    is_ours: bool
    is_complete: bool
    programme: Programme | None
    customer_id: int | None


def entry(*, number: str, programme_id: int | None, external_id: str | None) -> Entry:
    """What `number` (E.164) would enter by asking for a code of that programme, and whom apps know by the ID."""
    with prepared() as cursor:
        cursor.execute(_ENTRY, {"number": number, "programme": programme_id, "external_id": external_id})
        is_ours, is_complete, *programme, customer_id = cursor.fetchone()
    return Entry(is_ours, is_complete, None if programme[0] is None else Programme(*programme), customer_id)


def standing(*, number: str, areas: tuple[str, str], sender_id: int, pool_id: int | None) -> tuple[bool, int]:
    """Whether a suppression stands between the sender and the number (`queries.standing_suppressions`), and for how
    many seconds codes to its areas are still held; 0 when they are not."""
    with prepared() as cursor:
        cursor.execute(_STANDING, [number, sender_id, pool_id, *areas])
        is_stopped, seconds_held = cursor.fetchone()
    return is_stopped, int(seconds_held or 0)
