"""Censuses: beginning one, and carrying all on that are under way, a chunk of customers at a time."""

import datetime as dt
import time
from typing import Final

import structlog
from django.db import connection, transaction
from django.db.models import Count, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.language import english
from campaigns.locks import alone
from campaigns.models import Customer
from campaigns.refusals import Refused
from campaigns.rules import RuleError
from messaging.census.counting import count_people, is_fresh, latest
from messaging.census.tally import Tally
from messaging.launch.fingerprint import digest
from messaging.models import Census, SmsMessage
from messaging.rendering import TemplateError

log = structlog.get_logger(__name__)

TAKE_CENSUSES: Final = "messaging.take_censuses"
_LOCK: Final = 7_062_002
_CHUNK: Final = 5_000
_RELATED: Final = (
    "message__campaign__audience", "message__sender__pool", "message__programme__audience", "message__segment_in",
    "message__segment_out",
)  # fmt: skip
_BROKEN: Final = gettext_noop("The audience could not be worked out. Ask an operator for the log.")


@transaction.atomic
def start_census(*, message: SmsMessage, by: Actor, anew: bool = False) -> Census:
    """Have everybody's text rendered; gives the one that is under way or still fresh instead, unless `anew`.

    Raises Refused for a message without text, sender or preference, PermissionDenied.
    """
    by.require("messaging.view_smsmessage")
    if message.sender is None or message.programme is None or not message.body.strip():
        raise Refused("missing_data", _("Choose a target phone number and a messaging preference, and write the text."))
    SmsMessage.objects.select_for_update().get(pk=message.pk)
    mark = digest(message)
    found = latest(message, fingerprint=mark)
    if found is not None and (found.state == Census.State.COUNTING or (not anew and is_fresh(found))):
        return found
    # What is counted for a text that has changed meanwhile helps nobody.
    Census.objects.filter(message=message, state=Census.State.COUNTING).delete()
    total = Customer.objects.count()
    begun = Census.objects.create(message=message, fingerprint=mark, total=total, started_by=by.label)
    ring_after_commit(TAKE_CENSUSES)
    return begun


def take_censuses(*, seconds: float) -> None:
    """Carry on what is under way, a chunk of each in turn, for so many seconds; the next call goes on from there."""
    deadline = time.monotonic() + seconds
    with alone(_LOCK) as mine:
        while mine and (ids := _under_way()):
            for pk in ids:
                _carry_on(pk)
            if time.monotonic() >= deadline:
                ring_after_commit(TAKE_CENSUSES)
                return


def _under_way() -> list[int]:
    return list(Census.objects.filter(state=Census.State.COUNTING).order_by("pk").values_list("pk", flat=True))


def _carry_on(pk: int) -> None:
    """One chunk; what cannot be counted ends with its reason, and holds up no other."""
    try:
        # A page may be what carries it on; why it failed is kept in English.
        with english(), transaction.atomic():
            _count_chunk(pk)
    except (RuleError, TemplateError) as problem:
        _fail(pk, str(problem))
    except Exception:
        log.exception("census_failed", census=pk)
        _fail(pk, _BROKEN)


def _fail(pk: int, problem: str) -> None:
    Census.objects.filter(pk=pk).update(state=Census.State.FAILED, problem=problem[:255], finished_at=Now())


def _count_chunk(pk: int) -> None:
    found = Census.objects.filter(pk=pk, state=Census.State.COUNTING)
    census = found.select_related(*_RELATED).select_for_update(of=("self",)).first()
    if census is None:
        return
    ahead = Customer.objects.filter(pk__gt=census.through).order_by("pk").values("pk")[:_CHUNK]
    border = ahead.aggregate(last=Max("pk"), people=Count("pk"))
    tally = Tally.from_json(census.tally)
    if border["people"]:
        count_people(census.message, tally, between={"gt": census.through, "lte": border["last"]})
    census.through, census.tally = border["last"] or census.through, tally.to_json()
    census.looked_at += border["people"]
    if border["people"] < _CHUNK:
        census.state = Census.State.DONE
        census.finished_at = _clock()
    census.save(update_fields=["through", "tally", "looked_at", "state", "finished_at"])


def _clock() -> dt.datetime:
    """The database's time beside which `started_at` stands, and not that of the transaction's beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
        return moment
