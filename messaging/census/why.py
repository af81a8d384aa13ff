"""Why one person would, or would not, get a message now: each question of the gates, its answer, its evidence."""

import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, Case, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.models import Campaign, Customer, PhoneNumber
from messaging.caps import had_lately
from messaging.gates import audience, can_be_written, recipient_checks, verdicts
from messaging.lawful.law import law, lead
from messaging.lawful.places import PLACE_FIELDS, Known, Place, place_of, region_name
from messaging.models import SmsMessage
from messaging.states import Reason
from optins.consent import Check
from optins.models import Subscription, Suppression

_QUESTIONS: Final[Mapping[str, str]] = {
    Reason.NOT_IN_AUDIENCE: gettext_noop("In the audience of the messaging preference"),
    Reason.NO_PHONE: gettext_noop("Has a phone number"),
    Reason.SUPPRESSED: gettext_noop("No STOP and no block stands on the number"),
    Reason.IN_REVIEW: gettext_noop("No text of the number waits for a decision whether it is an opt-out"),
    Reason.OPTED_OUT: gettext_noop("Did not opt out of the messaging preference"),
    Reason.NOT_OPTED_IN: gettext_noop("Opted in to the messaging preference"),
    Reason.COUNTRY_NOT_ALLOWED: gettext_noop("The number is in a country that is texted"),
    Reason.RESTRICTED: gettext_noop("Meets the user restrictions of the messaging preference and of the campaign"),
    Reason.MISSING_FIELD: gettext_noop("Has a value for each merge field"),
    Reason.SAME_PHONE: gettext_noop("Nobody else gets it on the same phone"),
    Reason.FREQUENCY_CAP: gettext_noop("Has not had the most texts of a day"),
    Reason.OUTSIDE_HOURS: gettext_noop("It is a lawful hour where the person is"),
}
_MEANT: Final = gettext_noop("Meant by the message: the campaign's audience, its segments")
# What says where somebody is, in the words of `messaging.lawful.places`.
_BECAUSE: Final[Mapping[str, str]] = {
    "state": gettext_noop("by state"),
    "postal code": gettext_noop("by postal code"),
    "time zone": gettext_noop("by time zone"),
    "number": gettext_noop("by number"),
    "country": gettext_noop("by country"),
    "unknown": gettext_noop("by unknown"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: `reason` is the word for a no; `evidence` says what the answer was read from, if there is any."""

    reason: str
    passes: bool
    evidence: str = ""
    asked: str = ""

    @property
    def question(self) -> str:
        return _(self.asked or _QUESTIONS.get(self.reason, self.reason))


@dataclass(frozen=True, slots=True)
class Why:
    """`reason` is the first no of the gates, blank when the person gets it; `leaves_at` is None for at once."""

    number: str
    reason: str
    leaves_at: dt.datetime | None
    answers: Sequence[Answer]


def why(message: SmsMessage, customer: Customer, *, now: dt.datetime) -> Why:
    """Ask every gate about one person. Raises ValueError for a message without sender or programme."""
    number, reason = _verdict(message, customer)
    hours = _hours(customer, number, now)
    meant = audience(message).filter(pk=customer.pk).exists()
    answers = [Answer(Reason.NOT_IN_AUDIENCE, meant, asked=_MEANT)]
    answers.append(Answer(Reason.NO_PHONE, bool(number)))
    if number:
        answers += [*_consent(message, customer, number), Answer(Reason.SAME_PHONE, reason != Reason.SAME_PHONE)]
        answers += [_cap(number), hours.answer]
    leaves_at = hours.opens
    # Who has had enough by now may not have in the morning: at night the claim holds them and asks again then.
    if reason == Reason.FREQUENCY_CAP and leaves_at:
        reason = ""
    if not reason and leaves_at and message.outside_hours == SmsMessage.OutsideHours.SKIP:
        reason, leaves_at = Reason.OUTSIDE_HOURS, None
    return Why(number, reason, None if reason else leaves_at, answers)


def _verdict(message: SmsMessage, customer: Customer) -> tuple[str, str]:
    """The number that would be texted and the first reason against it, by the statement that counts everybody."""
    sql, params = verdicts(message, between={"exact": customer.pk})
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number, reason FROM ({sql}) verdicts", params)  # noqa: S608  the gates' own
        found = cursor.fetchone()
    if found is not None:
        return found[0], found[1]
    first = customer.phone_numbers.values_list("number", flat=True).first()
    return first or "", Reason.NOT_IN_AUDIENCE


def reach(customer: Customer, subscription: Subscription, *, now: dt.datetime) -> Why | None:
    """Whether the subscription's number could be texted now for its programme, whatever message it were.

    None while the programme has no number to text from.
    """
    programme, number = subscription.programme, subscription.number
    sender = programme.options.sender
    if sender is None:
        return None
    checks = recipient_checks(
        campaign=programme, programme=programme, sender=sender, number="number", customer="customer_id"
    )
    hours = _hours(customer, number, now)
    answers = [*_answers(checks, customer, number, _evidence(programme, number)), _cap(number)]
    reason = next((answer.reason for answer in answers if not answer.passes), "")
    return Why(number, reason, None if reason else hours.opens, [*answers, hours.answer])


def _consent(message: SmsMessage, customer: Customer, number: str) -> Sequence[Answer]:
    assert message.programme is not None
    assert message.sender is not None
    checks = (
        *recipient_checks(
            campaign=message.campaign, programme=message.programme, sender=message.sender, number="number",
            customer="customer_id",
        ),
        *can_be_written(message.text, customer="customer_id"),
    )  # fmt: skip
    return _answers(checks, customer, number, _evidence(message.programme, number))


def _answers(checks: Sequence[Check], customer: Customer, number: str, told: Mapping[str, str]) -> Sequence[Answer]:
    """The checks asked of the number as this customer's, each with what is `told` about its reason."""
    asked = {
        f"check_{place}": Case(When(check.passes, then=Value(True)), default=Value(False), output_field=BooleanField())
        for place, check in enumerate(checks)
    }
    # A reason that depends on what is on file, such as opted out or never in, is read with the answers.
    named = {
        f"reason_{place}": Value(check.reason) if isinstance(check.reason, str) else check.reason
        for place, check in enumerate(checks)
    }
    held = PhoneNumber.objects.filter(customer=customer, number=number)
    row = held.values(*()).annotate(**asked, **named).values(*asked, *named)[0]
    # The preference and the campaign each restrict: one question, which both must answer with yes.
    passes: dict[str, bool] = {}
    for name, reason in zip(asked, (row[name] for name in named), strict=True):
        passes[reason] = passes.get(reason, True) and row[name]
    return [Answer(reason, passed, told.get(reason, "")) for reason, passed in passes.items()]


def _evidence(programme: Campaign, number: str) -> Mapping[str, str]:
    """What stands on file about the number, by the reason that it speaks for or against."""
    told: dict[str, str] = {}
    standing = Suppression.objects.filter(number=number, lifted_at__isnull=True).first()
    if standing is not None:
        told[Reason.SUPPRESSED] = f"{standing.get_reason_display()}, {standing.created_at:%Y-%m-%d %H:%M} UTC"
    held = Subscription.objects.filter(number=number, programme=programme).first()
    if held is not None:
        if held.opted_in_at:
            said = _("%(state)s on %(day)s, ledger entry %(entry)s")
        else:
            said = _("%(state)s, ledger entry %(entry)s")
        sentence = said % {
            "state": held.get_state_display(),
            "day": f"{held.opted_in_at:%Y-%m-%d}" if held.opted_in_at else "",
            "entry": held.consent_event_id,
        }
        told |= {Reason.OPTED_OUT: sentence, Reason.NOT_OPTED_IN: sentence}
    return told


def _cap(number: str) -> Answer:
    had, most = had_lately(number), settings.FREQUENCY_CAP
    limit = _("%(had)s of %(most)s in the last 24 hours") % {"had": had, "most": most} if most else _("No limit is set")
    return Answer(Reason.FREQUENCY_CAP, not most or had < most, limit)


@dataclass(frozen=True, slots=True)
class _Hours:
    """`opens` is None while it is a lawful hour, or when none will come."""

    answer: Answer
    opens: dt.datetime | None


def _hours(customer: Customer, number: str, now: dt.datetime) -> _Hours:
    if not settings.QUIET_HOURS:
        return _Hours(Answer(Reason.OUTSIDE_HOURS, True, _("Quiet hours are switched off")), None)
    place = place_of(Known(number, *(getattr(customer, name) for name in PLACE_FIELDS)))
    window = law().window(place, now, lead=lead())
    told = _told(place, now)
    if window is None:
        never = _("%(where)s; no hour is lawful there") % {"where": told}
        return _Hours(Answer(Reason.OUTSIDE_HOURS, False, never), None)
    passes = window.opens <= now
    said = _("%(where)s; until %(moment)s UTC") if passes else _("%(where)s; from %(moment)s UTC")
    evidence = said % {"where": told, "moment": f"{(window.closes if passes else window.opens):%Y-%m-%d %H:%M}"}
    return _Hours(Answer(Reason.OUTSIDE_HOURS, passes, evidence), None if passes else window.opens)


def _told(place: Place, now: dt.datetime) -> str:
    """Where the person is, by what, and what the clocks show there."""
    states = ", ".join(region_name(code) for code in sorted(place.states)) or _("state unknown: the strictest of all")
    clocks = sorted({f"{now.astimezone(zoneinfo.ZoneInfo(zone)):%H:%M}" for zone in place.zones})
    said = _("%(country)s, %(states)s (%(because)s); clocks show %(clocks)s (%(clocks_because)s)")
    return said % {
        "country": place.country,
        "states": states,
        "because": _(_BECAUSE[place.state_because]),
        "clocks": ", ".join(clocks),
        "clocks_because": _(_BECAUSE[place.because]),
    }
