"""What screens, verbs and workers ask about messages, runs and texts."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Final

from django.db import connection
from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, LessThan, Regex

from campaigns.lifecycle import State as CampaignState
from campaigns.models import Customer
from campaigns.profile import FIELDS
from campaigns.vocabulary import known_fields
from messaging.clock import GateNow
from messaging.models import Inbound, Outbound, Run, SendingHold, SmsMessage
from messaging.rendering import UNREADABLE_FROM
from messaging.states import State
from optins.keywords import Meaning
from optins.linter import Finding, Kind
from optins.models import Sender, Subscription
from optins.queries import lint, waiting_reviews

# How far back it is looked which of our numbers a person texted.
_LATEST_TEXTS: Final = 50

# A character that rendering leaves in a text: neither white space nor a control nor an invisible mark.
_SEEN: Final = (
    r"[^\u0001-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f"
    r"\u3000\ufeff]"
)


def merge_fields() -> Mapping[str, str]:
    """The merge fields a text may use, each with its label: the profile and every known attribute."""
    return {key: field.label for key, field in known_fields().items()}


def merge_values(customer: Customer) -> Mapping[str, object]:
    """What one customer's merge fields hold. An attribute never hides a profile field."""
    return {**customer.attributes, **{name: getattr(customer, name) for name in FIELDS}}


def has_merge_value(name: str) -> Q:
    """Who has a value for a merge field that rendering can write: the same answer, asked of `Customer` in SQL."""
    if name in FIELDS:
        known = Q(**{f"{name}__isnull": False})
        return known if name == "birth_date" else known & Q(**{f"{name}__regex": _SEEN})
    path = (F("attributes"), Value(name))
    value = Func(*path, function="jsonb_extract_path", output_field=JSONField())
    text = Coalesce(Func(*path, function="jsonb_extract_path_text", output_field=CharField()), Value(""))
    stored = Coalesce(Func(value, function="jsonb_typeof", output_field=CharField()), Value(""))
    above = Q(GreaterThan(value, Value(-UNREADABLE_FROM, JSONField())))
    below = Q(LessThan(value, Value(UNREADABLE_FROM, JSONField())))
    return (
        (Q(Exact(stored, "string")) & Q(Regex(text, _SEEN)))
        | (Q(Exact(stored, "number")) & above & below)
        | Q(Exact(stored, "boolean"))
    )


def find_messages(text: str) -> QuerySet[SmsMessage]:
    """Messages whose own or whose campaign's name holds `text`, the newest first; without one those that are live."""
    live = Q(state=SmsMessage.State.LAUNCHED, campaign__state=CampaignState.LIVE)
    named = Q(name__icontains=text) | Q(campaign__name__icontains=text)
    related = (
        "campaign__audience", "programme__audience", "programme__options", "sender__pool", "segment_in", "segment_out",
    )  # fmt: skip
    return SmsMessage.objects.filter(named if text else live).select_related(*related).order_by("-pk")


def wording_of(message: SmsMessage) -> Sequence[Finding]:
    """What carriers and the law miss in a message's text, as it stands."""
    return lint(Kind.MARKETING, message.text, campaign=message.campaign)


def needs_answer() -> Q:
    """Of inbound texts: nobody has handled it, and either no rule understood it or it waits in the review queue."""
    waiting = waiting_reviews().filter(number=OuterRef("number"), inbound_sid=OuterRef("sid"))
    unhandled = Q(handled_at=None, meaning__in=[Meaning.NONE, Meaning.REVIEW])
    return unhandled & (Q(meaning=Meaning.NONE) | Q(Exists(waiting)))


MOST_WAITING: Final = 1_000
"""So many texts that need an answer are counted: of more it is said that there are more."""


def next_to_answer(besides: str) -> tuple[str | None, int]:
    """The number that waits for an answer the longest, one aside, and how many do, at most `MOST_WAITING`."""
    others = Inbound.objects.filter(needs_answer()).exclude(number=besides).order_by()
    first = others.order_by("pk").values_list("number", flat=True).first()
    return first, others.values("number").distinct()[:MOST_WAITING].count() if first else 0


def reply_senders(number: str) -> Sequence[Sender]:
    """Our numbers that a person knows, the one texted last first; then those of what the number is opted in to."""
    texted = (
        Inbound.objects.filter(number=number, sender__isnull=False).order_by("-pk").values_list("sender", flat=True)
    )
    joined = Subscription.objects.filter(
        number=number, state=Subscription.State.OPTED_IN, programme__options__sender__isnull=False
    ).values_list("programme__options__sender", flat=True)
    known = dict.fromkeys([*texted[:_LATEST_TEXTS], *joined])
    senders = Sender.objects.select_related("provider", "pool").in_bulk(known)
    return [senders[pk] for pk in known if pk in senders]


# Halves the ids until two are left that the moment stands between: ids ascend with the time of writing.
_WRITTEN_UNTIL: Final = """
    WITH RECURSIVE halves (low, high) AS (
        SELECT 0::bigint, (SELECT coalesce(max(id), 0) FROM messaging_outbound)
        UNION ALL
        SELECT CASE WHEN earlier THEN middle ELSE low END, CASE WHEN earlier THEN high ELSE middle END
        FROM (SELECT low, high, (low + high) / 2 AS middle,
                     (SELECT created_at <= %(moment)s FROM messaging_outbound WHERE id >= (low + high) / 2
                      ORDER BY id LIMIT 1) AS earlier
              FROM halves WHERE high - low > 1) AS half
    )
    SELECT high FROM halves ORDER BY high - low LIMIT 1
"""
# Who began to write earlier may have the later id.
_WRITING_TAKES: Final = dt.timedelta(hours=1)


def written_until(moment: dt.datetime) -> int:
    """An id that no text has exceeded which was written up to a moment; few later ones are below it."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN_UNTIL, {"moment": moment + _WRITING_TAKES})
        return int(cursor.fetchone()[0])


def open_runs(sender: Sender) -> QuerySet[Run]:
    """A sender's open runs with something due and a live campaign, oldest first."""
    related = ("campaign__audience", "programme__audience", "sender__provider", "message")
    return _runs_with_work().filter(sender=sender).select_related(*related).order_by("pk")


def _runs_with_work() -> QuerySet[Run]:
    """Each run's first text is looked up. Asked whether there is one, Postgres reads all that wait of all runs."""
    due = Outbound.objects.filter(run=OuterRef("pk"), state=State.QUEUED, due_at__lte=GateNow())
    first_due = Subquery(due.order_by("due_at", "pk").values("pk")[:1])
    live = Run.objects.filter(state=Run.State.OPEN, campaign__state=CampaignState.LIVE)
    return live.alias(first_due=first_due).filter(first_due__isnull=False)


def live_runs(ids: Collection[int]) -> Set[int]:
    """Those of these runs whose texts may still leave: neither the run nor its campaign nor all sending was stopped."""
    live = Run.objects.filter(~sending_is_held(), pk__in=ids, state=Run.State.OPEN, campaign__state=CampaignState.LIVE)
    return set(live.values_list("pk", flat=True))


def outbound_of(attempt_id: F | Value) -> Func:
    """The id of the text that an attempt is of, in SQL: see `messaging.attempts`."""
    template = "('x' || translate(left((%(expressions)s)::text, 13), '-', ''))::bit(48)::bigint"
    return Func(attempt_id, template=template, output_field=BigIntegerField())


def open_holds() -> QuerySet[SendingHold]:
    """Why all sending is stopped now; nothing when it is not."""
    return SendingHold.objects.filter(released_at=None)


def sending_is_held() -> Exists:
    """Whether somebody or something stopped all sending."""
    return Exists(open_holds())


def senders_with_work() -> QuerySet[Sender]:
    """Senders from which something is due now, each with `owes_replies`: whether a notice, or a test, is among it."""
    ahead = Outbound.objects.filter(
        sender=OuterRef("pk"), kind__in=Outbound.AHEAD, state=State.QUEUED, due_at__lte=GateNow()
    )
    busy = (
        Sender.objects.filter(~sending_is_held())
        .annotate(owes_replies=Exists(ahead))
        .filter(Q(owes_replies=True) | Q(Exists(_runs_with_work().filter(sender=OuterRef("pk")))))
    )
    return busy.select_related("provider", "pool")
