"""One timeline of everything that is known to have happened to one person, the newest first, a page at a time.

Nothing is counted and no source is read whole: each gives its newest entries before a place, and these are merged.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.acts import in_words
from campaigns.language import retold
from campaigns.models import AuditEntry, Customer, CustomerEvent
from messaging.models import Inbound, Outbound, Run
from messaging.reports.explaining import reading_in_words
from messaging.reports.figures import reason_in_words
from messaging.states import State
from optins.models import ConsentEvent, OptOutReview, digest_of

PAGE: Final = 30
# What the audit trail keeps of acts on a person.
_FACTS: Final[Mapping[str, str]] = {
    "number": gettext_noop("number"),
    "numbers_added": gettext_noop("numbers added"),
    "numbers_removed": gettext_noop("numbers removed"),
    "fields": gettext_noop("fields"),
    "ended": gettext_noop("ended"),
    "reason": gettext_noop("reason"),
    "parts": gettext_noop("parts"),
}


class Kind(StrEnum):
    """What sort of thing happened, in the order in which it is shown when the moment is the same."""

    CHANGE = "change"  # what staff, apps and imports did to the profile and the number
    CONSENT = "consent"
    EVENT = "event"  # what the person did in an app
    IN = "in"
    LEFT_OUT = "left_out"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `said` are words of a text or of the person; `note` tells what came of it, in words;
    `state` colours it, and `link` leads to the page with its whole story, blank without one."""

    kind: Kind
    pk: int
    at: dt.datetime
    title: str
    said: str = ""
    note: str = ""
    state: str = ""
    number: str = ""
    link: str = ""

    @property
    def place(self) -> str:
        """Where it stands, as `before` of the page that follows."""
        return f"{self.at.isoformat()}~{self.kind}~{self.pk}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of it. `earlier` is the place after which the next one begins; blank when this is the last."""

    entries: Sequence[Entry]
    earlier: str


@dataclass(frozen=True, slots=True)
class _Before:
    at: dt.datetime
    kind: str
    pk: int

    def of(self, kind: Kind) -> Q:
        """What stands after this place: moments, kinds and ids descend together, so that nothing is lost or doubled."""
        if kind > self.kind:
            return Q(moment__lt=self.at)
        if kind < self.kind:
            return Q(moment__lte=self.at)
        return Q(moment__lt=self.at) | Q(moment=self.at, pk__lt=self.pk)


def timeline(
    customer: Customer, numbers: Collection[str], *, kinds: Collection[Kind], before: str = "", limit: int = PAGE
) -> Timeline:
    """The newest entries of these kinds about the person and the numbers (E.164) that the person holds.

    `before` is the `earlier` of the page before; one that cannot be read begins anew.
    """
    place = _read(before)
    found: list[Entry] = []
    for kind, rows, entry in _sources(customer, numbers):
        if kind in kinds:
            after = rows.filter(place.of(kind)) if place else rows
            found += [entry(row) for row in after.order_by("-moment", "-pk")[: limit + 1]]
    found.sort(key=lambda one: (one.at, one.kind, one.pk), reverse=True)
    shown = found[:limit]
    return Timeline(shown, shown[-1].place if len(found) > limit else "")


def _read(before: str) -> _Before | None:
    moment, _, rest = before.partition("~")
    kind, _, pk = rest.partition("~")
    try:
        at, key = dt.datetime.fromisoformat(moment), int(pk)
    except ValueError:
        return None
    return _Before(at, kind, key) if at.tzinfo is not None and 0 <= key < 2**63 else None


_Source = tuple[Kind, QuerySet[Any], Callable[[Any], Entry]]


def _sources(customer: Customer, numbers: Collection[str]) -> Sequence[_Source]:
    """Where entries come from, each with its moment, and how a row becomes an entry."""
    digests = [digest_of(number) for number in numbers]
    consent = ConsentEvent.objects.filter(number_digest__in=digests).select_related("programme", "sender", "personal")
    inbound = Inbound.objects.filter(number__in=numbers).select_related("sender")
    reviews = [str(pk) for pk in OptOutReview.objects.filter(number__in=numbers).values_list("pk", flat=True)]
    trail = Q(object_type="campaigns.customer", object_id=str(customer.pk))
    decided = Q(object_type="optins.optoutreview", object_id__in=reviews)
    texts = _texts(Q(number__in=numbers) & (Q(customer=customer.pk) | ~Q(state=State.SKIPPED)))
    # No key leads from a person to texts, but one leads from a run and a person: who had no number is found by it.
    unsent = _texts(Q(run__in=Run.objects.values("pk"), customer=customer.pk, event=None, number=""))
    gone, left_out = ~Q(state=State.SKIPPED), Q(state=State.SKIPPED)
    return (
        (Kind.CONSENT, consent.annotate(moment=F("at")), _consent),
        (Kind.IN, inbound.annotate(moment=F("received_at")), _inbound),
        (Kind.OUT, texts.filter(gone), _outbound),
        (Kind.LEFT_OUT, texts.filter(left_out), _left_out),
        (Kind.LEFT_OUT, unsent.filter(left_out), _left_out),
        (Kind.CHANGE, AuditEntry.objects.filter(trail).annotate(moment=F("at")), _change),
        (Kind.CHANGE, AuditEntry.objects.filter(decided).annotate(moment=F("at")), _change),
        (Kind.EVENT, CustomerEvent.objects.filter(customer=customer).annotate(moment=F("occurred_at")), _event),
    )


def _texts(which: Q) -> QuerySet[Outbound]:
    """Texts by the moment at which each left, was settled, or is due."""
    rows = Outbound.objects.filter(which).select_related("notice", "run__message", "sender", "campaign")
    moment = Coalesce("claimed_at", "settled_at", "due_at")
    return rows.defer("sealed_body", "notice__sealed_body", "notice__body").annotate(moment=moment)


def _consent(row: ConsentEvent) -> Entry:
    about = row.programme.preference if row.programme else _("every text from us")
    said = row.inbound_text or retold(row.reason)
    how = row.get_method_display()
    by = _("%(method)s by %(staff)s") % {"method": how, "staff": row.staff} if row.staff else how
    return Entry(
        Kind.CONSENT, row.pk, row.at, f"{row.get_action_display()}: {about}", said,
        by, row.led_to, row.number,
        reverse("admin:optins_consentevent_change", args=[row.pk]),
    )  # fmt: skip


def _inbound(row: Inbound) -> Entry:
    note = reading_in_words(row)
    title = _("Texted %(sender)s") % {"sender": row.sender or _("a number that we do not know")}
    return Entry(Kind.IN, row.pk, row.received_at, title, row.body or _("(no text)"), note, number=row.number)


def _outbound(row: Any) -> Entry:
    note = reason_in_words(row.reason)
    return Entry(
        Kind.OUT, row.pk, row.moment, _name(row), row.body, f"{row.get_state_display()}{': ' if note else ''}{note}",
        row.state, row.number, reverse("admin:messaging_outbound_change", args=[row.pk]),
    )  # fmt: skip


def _left_out(row: Any) -> Entry:
    title = _("Not sent: %(text)s") % {"text": _name(row)}
    return Entry(
        Kind.LEFT_OUT, row.pk, row.moment, title, "", reason_in_words(row.reason), row.state, row.number,
        reverse("admin:messaging_outbound_change", args=[row.pk]),
    )  # fmt: skip


def _name(row: Outbound) -> str:
    if row.run is not None:
        return f"{row.run.message.name} ({row.campaign.name})" if row.campaign else row.run.message.name
    return row.notice.get_kind_display() if row.notice else row.get_kind_display()


def _change(row: AuditEntry) -> Entry:
    told = {name: _(_FACTS[name]) if name in _FACTS else name.replace("_", " ") for name in row.detail}
    facts = (f"{told[name]}: {_plain(value)}" for name, value in row.detail.items() if value)
    link = reverse("admin:campaigns_auditentry_change", args=[row.pk])
    said = _("By %(actor)s. %(facts)s") % {"actor": retold(row.actor), "facts": "; ".join(facts)}
    return Entry(Kind.CHANGE, row.pk, row.at, in_words(row.act), "", said, link=link)


def _plain(value: object) -> str:
    return ", ".join(str(part).replace("_", " ") for part in value) if isinstance(value, list) else retold(str(value))


def _event(row: CustomerEvent) -> Entry:
    facts = "; ".join(f"{name}: {value}" for name, value in row.properties.items())
    return Entry(Kind.EVENT, row.pk, row.occurred_at, _("Event “%(name)s”") % {"name": row.name}, "", facts)
