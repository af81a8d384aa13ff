"""`manage.py campaign_status CAMPAIGN`: how many texts a campaign has in each state. They add up to those planned."""

import time
from typing import Any, Final

from django.core.management.base import CommandParser
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count, Q

from campaigns.commands import Answer, OperatorCommand, described, find_campaign
from campaigns.models import Campaign
from messaging.launch.approvals import unapproved_messages
from messaging.management.foretelling import forecast_in_words, foretold
from messaging.models import Run
from messaging.reports.figures import Progress, is_settled, progress_of, reason_in_words, texts_of
from messaging.states import State

_POLL_SECONDS: Final = 0.5
_IS_WRITTEN: Final = Q(state=Run.State.OPEN, frozen_at__isnull=True, held_at__isnull=True)


class Command(OperatorCommand):
    help = "Count a campaign's texts by state: planned is the sum of the other nine."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("campaign", help="The campaign's number, or its permalink.")
        parser.add_argument(
            "--forecast", action="store_true", help="Foretell when the texts leave of each message that has not fired."
        )
        parser.add_argument(
            "--wait", type=float, default=0.0, metavar="SECONDS", help="Wait so long at most until it is settled."
        )

    def answer(self, *, campaign: str, wait: float, forecast: bool, **_: Any) -> Answer:
        found = find_campaign(campaign)
        settled = _settled_within(found, wait)
        found.refresh_from_db()
        progress = progress_of(texts_of(found))
        return {
            **described(found),
            "settled": settled,
            "freezing": Run.objects.filter(_IS_WRITTEN, campaign=found).exists(),
            "unapproved": [each.message.pk for each in unapproved_messages(Q(campaign=found.pk))],
            "planned": progress.people,
            **{state.value: progress.of(state) for state in _ORDER},
            "runs": _runs(found),
            "reasons": _reasons(progress),
            **({"forecast": foretold(found)} if forecast else {}),
        }

    def in_words(self, answer: Any) -> str:
        counts = ", ".join(f"{answer[state]:,} {state}" for state in _ORDER if answer[state])
        over = "settled" if answer["settled"] else "not settled"
        so_far = " so far" if answer["freezing"] else ""
        return "\n".join(
            [
                f"“{answer['name']}” (campaign {answer['campaign']}) is {answer['state']}, {over}.",
                *([answer["pause_reason"]] if answer["pause_reason"] else []),
                *(f"Message {pk} waits: it is not what another person approved." for pk in answer["unapproved"]),
                f"{answer['planned']:,} planned{so_far}{': ' if counts else ''}{counts}.",
                *(f"  {row['count']:,} {row['state']}: {row['sentence']}" for row in answer["reasons"]),
                *map(forecast_in_words, answer.get("forecast", ())),
            ]
        )


_ORDER: Final = (State.SKIPPED, *(state for state in State if state is not State.SKIPPED))
"""Every state there is, so that the figures add up whatever states there are."""


def _settled_within(campaign: Campaign, seconds: float) -> bool:
    """Ask until the campaign is settled or the time is up. A database that is away meanwhile is waited for."""
    until = time.monotonic() + seconds
    while True:
        try:
            campaign.refresh_from_db()
            settled = is_settled(campaign)
        except (OperationalError, InterfaceError):
            if time.monotonic() >= until:
                raise
            connection.close()
            settled = False
        left = until - time.monotonic()
        if settled or left <= 0:
            return settled
        time.sleep(min(_POLL_SECONDS, left))


def _runs(campaign: Campaign) -> Answer:
    counted = Run.objects.filter(campaign=campaign).order_by().values_list("state").annotate(number=Count("pk"))
    return {**dict.fromkeys(Run.State.values, 0), **dict(counted)}


def _reasons(progress: Progress) -> list[dict[str, Any]]:
    """Why texts ended or wait as they do, the most frequent first."""
    told = sorted(((n, state, reason) for (state, reason), n in progress.counts.items() if reason), reverse=True)
    return [
        {"state": state, "reason": reason, "count": n, "sentence": reason_in_words(reason)} for n, state, reason in told
    ]
