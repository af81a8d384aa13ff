"""The review before a launch: everything that a person must have seen, from what was counted and what is planned."""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext as _

from campaigns.lifecycle import LAUNCHED
from campaigns.models import Customer
from campaigns.patience import TooSlow, at_most
from campaigns.timing import in_words, roughly
from messaging.census.counting import latest
from messaging.census.prices import Cost, cost
from messaging.census.sampling import readers
from messaging.census.tally import Tally
from messaging.launch.fingerprint import digest
from messaging.launch.forecast import forecast
from messaging.launch.timetable import Timetable
from messaging.lawful.law import law, lead
from messaging.lawful.places import Place
from messaging.models import Census, SmsMessage
from messaging.queries import wording_of
from messaging.reports.figures import reason_in_words

_NEAR: Final = dt.timedelta(hours=24)
_SOON: Final = dt.timedelta(minutes=10)
_LONG: Final = dt.timedelta(hours=10)
"""Twilio keeps a text for ten hours at most."""
_MOST_OVERLAPS: Final = 5
_QUICK_SECONDS: Final = 2.0
_MANY_PARTS: Final = 3
# Whether it is a lawful hour for anybody there, and whether clocks differ.
_CLOCKS: Final[Mapping[tuple[bool, bool], str]] = {
    (True, False): gettext_noop("clocks show %(first)s"),
    (True, True): gettext_noop("clocks show from %(first)s to %(last)s"),
    (False, False): gettext_noop("clocks show %(first)s: it is no lawful hour for anybody, and all wait for theirs"),
    (False, True): gettext_noop(
        "clocks show from %(first)s to %(last)s: it is no lawful hour for anybody, and all wait for theirs"
    ),
}


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to be ticked before a launch. `key` is unique within a message and never changes its meaning.

    It is told in the language of who reads it, and again in English for the audit trail.
    """

    key: str
    tell: Callable[[], str]

    @property
    def sentence(self) -> str:
        return self.tell()


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another message to some of the same people near its time; `people` is None where there was no time to count."""

    message: SmsMessage
    people: int | None
    apart: dt.timedelta

    def __str__(self) -> str:
        if self.people is None:
            who = _("Some of these people get another text, “%(message)s”, %(when)s.")
        else:
            who = ngettext(
                "%(people)s of these people gets another text, “%(message)s”, %(when)s.",
                "%(people)s of these people get another text, “%(message)s”, %(when)s.",
                self.people,
            )
        return who % {"people": intcomma(self.people or 0), "message": self.message.name, "when": self._when()}

    def _when(self) -> str:
        if not self.apart:
            return _("at the same time")
        when = _("%(time)s later") if self.apart > dt.timedelta(0) else _("%(time)s earlier")
        return when % {"time": roughly(abs(self.apart))}


@dataclass(frozen=True, slots=True)
class Review:
    """A complete message before its launch. What is None has not been counted (yet), or there is nothing to count."""

    message: SmsMessage
    mark: str
    census: Census | None
    tally: Tally
    price: Cost
    told: Timetable | None
    moments: Sequence[tuple[str, str]]
    cautions: Sequence[Caution]

    @property
    def is_counted(self) -> bool:
        return not self.is_scheduled or (self.census is not None and self.census.state == Census.State.DONE)

    @property
    def is_scheduled(self) -> bool:
        return self.message.delivery == SmsMessage.Delivery.SCHEDULED

    @property
    def longest(self) -> Sequence[tuple[Customer, int, int]]:
        """The people with the five longest texts, with the text's characters and parts."""
        people = Customer.objects.in_bulk([customer for _, _, customer in self.tally.longest])
        return [(people[pk], length, parts) for length, parts, pk in self.tally.longest if pk in people]


def review(message: SmsMessage) -> Review:
    """What there is to see of a complete message now, by its latest census."""
    mark = digest(message)
    census = latest(message, fingerprint=mark) if message.delivery == SmsMessage.Delivery.SCHEDULED else None
    done = census is not None and census.state == Census.State.DONE
    tally = Tally.from_json(census.tally) if census is not None and done else Tally()
    people = tally.by_place()
    told = forecast(message, people=people) if people else None
    price = cost(tally.countries)
    cautions = [
        *(Caution(f"wording_{finding.rule}", partial(str, finding.sentence)) for finding in wording_of(message)),
        *(_of_schedule(message, tally, price, told) if done else ()),
    ]
    return Review(message, mark, census, tally, price, told, _moments(message, people, told), cautions)


def _of_schedule(message: SmsMessage, tally: Tally, price: Cost, told: Timetable | None) -> Sequence[Caution]:
    found: Mapping[str, tuple[bool, Callable[[], str]]] = {
        "nobody": (not tally.reachable, lambda: _("Nobody would receive it as things stand.")),
        "left_out": (0 < tally.reachable < tally.left_out, partial(_left_out, tally)),
        "missing": (bool(tally.missing), partial(_missing, tally)),
        "long": (max(tally.by_parts, default=0) > _MANY_PARTS, partial(_long, tally)),
        "unpriced": (bool(price.unpriced), partial(_unpriced, price)),
        "soon": ((message.scheduled_for or timezone.now()) - timezone.now() < _SOON, _soon),
    }
    cautions = [Caution(key, tell) for key, (holds, tell) in found.items() if holds]
    if told is not None:
        cautions += [
            Caution(f"lost_{reason}", partial(_lost, reason, people)) for reason, people in told.skipped.items()
        ]
        if told.ends is not None and _lasts(told) > _LONG:
            cautions.append(Caution("slow", partial(_slow, _lasts(told))))
    return [*cautions, *(Caution(f"overlap_{other.message.pk}", partial(str, other)) for other in overlaps(message))]


def _left_out(tally: Tally) -> str:
    reason = tally.skipped.most_common(1)[0][0]
    said = _("%(share)s %% of the audience are left out. Most frequent: %(reason)s")
    return said % {"share": 100 * tally.left_out // tally.people, "reason": reason_in_words(reason)}


def _missing(tally: Tally) -> str:
    fields = ", ".join(f"“{name}” ({intcomma(people)})" for name, people in tally.missing.most_common())
    people = tally.missing.total()
    said = ngettext(
        "%(people)s person is left out for want of a value: %(fields)s.",
        "%(people)s people are left out for want of a value: %(fields)s.",
        people,
    )
    return said % {"people": intcomma(people), "fields": fields}


def _long(tally: Tally) -> str:
    people = sum(count for parts, count in tally.by_parts.items() if parts > _MANY_PARTS)
    said = ngettext(
        "%(people)s text takes more than %(many)s parts, up to %(most)s.",
        "%(people)s texts take more than %(many)s parts, up to %(most)s.",
        people,
    )
    return said % {"people": intcomma(people), "many": _MANY_PARTS, "most": max(tally.by_parts)}


def _unpriced(price: Cost) -> str:
    said = _("%(countries)s has no price: it costs more than is told.")
    return said % {"countries": ", ".join(price.unpriced)}


def _lost(reason: str, people: int) -> str:
    said = _("%(people)s would not get it in time. %(reason)s")
    return said % {"people": intcomma(people), "reason": reason_in_words(reason)}


def _slow(lasts: dt.timedelta) -> str:
    return _("At this number's pace it takes %(time)s.") % {"time": roughly(lasts)}


def _soon() -> str:
    minutes = int(_SOON.total_seconds()) // 60
    return _("It begins within %(minutes)s minutes: there is hardly time to undo.") % {"minutes": minutes}


def _lasts(told: Timetable) -> dt.timedelta:
    begins = min(told.leaving, default=None)
    return told.ends - begins if told.ends and begins else dt.timedelta(0)


def overlaps(message: SmsMessage) -> Sequence[Overlap]:
    """Other messages within a day that some of the same people get: launched ones, and those of the same campaign."""
    at = message.scheduled_for
    if at is None:
        return ()
    others = SmsMessage.objects.filter(
        delivery=SmsMessage.Delivery.SCHEDULED, scheduled_for__range=(at - _NEAR, at + _NEAR), programme__isnull=False
    ).exclude(pk=message.pk).select_related("campaign__audience", "programme", "segment_in", "segment_out")  # fmt: skip
    launched = others.filter(state=SmsMessage.State.LAUNCHED, campaign__state__in=sorted(LAUNCHED))
    together = others.filter(campaign=message.campaign_id)
    near = (launched | together).order_by("scheduled_for", "pk")[:_MOST_OVERLAPS]
    counted = [Overlap(other, _shared(message, other), (other.scheduled_for or at) - at) for other in near]
    return [overlap for overlap in counted if overlap.people != 0]


def _shared(message: SmsMessage, other: SmsMessage) -> int | None:
    try:
        with at_most(_QUICK_SECONDS):
            return readers(message).filter(pk__in=readers(other).values("pk")).count()
    except TooSlow:
        return None


def _moments(message: SmsMessage, people: Mapping[Place, int], told: Timetable | None) -> Sequence[tuple[str, str]]:
    """When, by every clock that matters: the message's, the company's, UTC, and those where the people are."""
    at = message.scheduled_for
    if at is None or message.delivery != SmsMessage.Delivery.SCHEDULED:
        return ()
    zones = dict.fromkeys((message.time_zone, settings.TIME_ZONE, "UTC"))
    found = [(_("which is") if place else _("Begins"), in_words(at, zone)) for place, zone in enumerate(zones)]
    if people:
        found.append((_("Where people are"), _local(people, at)))
    if message.has_first_wave:
        found.append((_("First wave"), _first_wave(message)))
    if told is not None and told.ends is not None:
        waits = dt.timedelta(minutes=message.first_wave_wait if message.has_first_wave else 0)
        found.append((_("The last one leaves about"), in_words(told.ends + waits, message.time_zone)))
    return found


def _first_wave(message: SmsMessage) -> str:
    said = _(
        "%(size)s; %(minutes)s min later the others, "
        "unless more than %(failed)s %% failed or %(opted_out)s %% opted out"
    )
    size = f"{intcomma(message.first_wave)} {message.get_first_wave_unit_display()}"
    return said % {
        "size": size,
        "minutes": message.first_wave_wait,
        "failed": message.first_wave_failed,
        "opted_out": message.first_wave_opt_outs,
    }


def _local(people: Mapping[Place, int], at: dt.datetime) -> str:
    """The earliest and the latest that clocks show where texts leave at that time, or where all must wait."""
    keeps = law() if settings.QUIET_HOURS else None
    windows = {place: keeps.window(place, at, lead=lead()) if keeps else None for place in people}
    reached = [place for place, window in windows.items() if keeps is None or (window and window.opens <= at)]
    zones = {zone for place in reached or people for zone in place.zones} or {"UTC"}
    clocks = sorted(at.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None) for zone in zones)
    first, last = (date_format(clock, "l H:i") for clock in (clocks[0], clocks[-1]))
    said = _CLOCKS[bool(reached), first != last]
    return gettext(said) % {"first": first, "last": last}
