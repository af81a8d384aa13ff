"""The conversion breaker: where codes are hardly ever entered, somebody earns from having them texted.

Pumping sends codes to ranges of numbers whose operator shares the price. Nobody ever enters one, which is what tells it
from people; so codes to that prefix or country stop for a while. Until the clock comes round, the limits for a prefix
and a country (`optins.actions.asking`) bound what it costs.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import structlog
from django.conf import settings
from django.db.models import Count, Max, Q
from django.db.models.functions import Left, Length, Now

from campaigns.phone import country
from optins.models import CodesHold, Verification

log = structlog.get_logger(__name__)

LAST_DIGITS: Final = 4
# People are still typing: younger codes are not judged.
_TO_TYPE_IT: Final = dt.timedelta(minutes=2)


def areas(number: str) -> tuple[str, str]:
    """The prefix and the country that a number (E.164) counts for."""
    return number[:-LAST_DIGITS], country(number)


def watch_codes() -> int:
    """Hold codes to each area where too few are entered, and say so. Returns how many areas were.

    A number counts once, however many codes it asked for. What was texted before the end of the last hold does not
    count again. Run twice at once it does the same as once.
    """
    held = 0
    standing = dict(CodesHold.objects.values_list("area", "until"))
    for area, (texted, confirmed, latest) in _entered().items():
        is_new = area not in standing or latest > standing[area]
        too_few = confirmed * 100 < settings.CODES_ENTERED_PERCENT * texted
        if is_new and too_few and texted >= settings.CODES_JUDGED_FROM:
            until = Now() + settings.CODES_HELD_FOR
            CodesHold.objects.update_or_create(
                area=area, defaults={"until": until, "texted": texted, "confirmed": confirmed, "since": Now()}
            )
            log.warning("codes_held", area=area, texted=texted, confirmed=confirmed)
            held += 1
    return held


def _entered() -> Mapping[str, tuple[int, int, dt.datetime]]:
    """By area: how many numbers were texted codes lately, how many entered one, and when the last was texted."""
    judged = Verification.objects.filter(
        created_at__gt=Now() - settings.CODES_HELD_FOR, created_at__lte=Now() - _TO_TYPE_IT
    )
    prefixes = (
        judged.order_by()
        .values(prefix=Left("number", Length("number") - LAST_DIGITS))
        .annotate(
            texted=Count("number", distinct=True),
            confirmed=Count("number", distinct=True, filter=Q(state=Verification.State.CONFIRMED)),
            latest=Max("created_at"),
            example=Max("number"),
        )
    )
    found: dict[str, list[tuple[int, int, dt.datetime]]] = defaultdict(list)
    for row in prefixes:
        for area in areas(row["example"]):
            found[area].append((row["texted"], row["confirmed"], row["latest"]))
    return {
        area: (sum(row[0] for row in rows), sum(row[1] for row in rows), max(row[2] for row in rows))
        for area, rows in found.items()
    }
