"""The audience card of a message: who would be texted now, why the others would not, and the people of each line."""

import datetime as dt
import time
import zoneinfo
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.admin.verbs import actor, tell
from campaigns.patience import TooSlow, at_most
from campaigns.rules import RuleError
from messaging.actions.counting import start_census
from messaging.admin.message_form import SmsMessageForm
from messaging.census.counting import is_fresh, latest
from messaging.census.prices import Cost, cost
from messaging.census.sampling import parts_by_country
from messaging.census.tally import Tally
from messaging.census.whom import PER_PAGE, people_of
from messaging.gates import Estimate, audience, estimate
from messaging.launch.fingerprint import digest
from messaging.launch.forecast import forecast
from messaging.launch.timetable import Timetable
from messaging.models import Census, MessagingCampaign, SmsMessage
from messaging.rendering import TemplateError
from messaging.reports.figures import reason_in_words
from messaging.states import EXPLANATIONS, Reason

QUICK_SECONDS: Final = 2.0
"""How long one question of the card may take; a larger audience is counted aside, by a census."""


@dataclass(frozen=True, slots=True)
class Line:
    """How many people of one reason, in words, and where their list is."""

    people: int
    sentence: str
    advice: str
    url: str


@dataclass(frozen=True, slots=True)
class _Day:
    """How many texts leave on one day of the message's zone, between which hours."""

    date: dt.date
    count: int
    begins: dt.time
    ends: dt.time


def audience_of(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """A piece of page. It asks the same question as the sender does, about what stands in the posted form, saved or
    not; got and not posted, about what is stored."""
    before = digest(message)
    if request.method == "POST" and message.state == SmsMessage.State.DRAFT:
        as_typed(request, message)
    return _card(request, message, unsaved=digest(message) != before)


def audience_of_new(request: HttpRequest) -> HttpResponse:
    """The same piece for a message that was never saved, in the campaign that `?campaign=` names."""
    actor(request).require("messaging.add_smsmessage")
    chosen = request.GET.get("campaign", "")
    campaigns = MessagingCampaign.objects.select_related("audience")
    message = SmsMessage(campaign=get_object_or_404(campaigns, pk=int(chosen) if chosen.isdecimal() else 0))
    as_typed(request, message)
    return _card(request, message, unsaved=True)


def as_typed(request: HttpRequest, message: SmsMessage) -> None:
    """Put into the message what stands in its form, as far as it makes sense; nothing is saved."""
    stored = message.scheduled_for
    SmsMessageForm(request.POST, instance=message).full_clean()
    at = message.scheduled_for
    # The form shows no seconds: what a program set with some is not changed by being looked at.
    if stored and at and stored.replace(second=0, microsecond=0) == at:
        message.scheduled_for = stored


def _card(request: HttpRequest, message: SmsMessage, *, unsaved: bool) -> HttpResponse:
    began = time.monotonic()
    context: dict[str, object] = {"message": message, "at": timezone.localtime(), "unsaved": unsaved}
    try:
        context |= _shown(message)
    except RuleError as problem:
        context["problem"] = str(problem)
    context["seconds"] = time.monotonic() - began
    return TemplateResponse(request, "admin/messaging/audience.html", context)


def _shown(message: SmsMessage) -> Mapping[str, object]:
    """The figures that can be had now: by a census that is under way or fresh, counted at once, or by an old census."""
    if message.programme is None or message.sender is None:
        return {"meant": audience(message).count()}
    census = None if message._state.adding else latest(message, fingerprint=digest(message))
    if census is not None and census.state == Census.State.COUNTING:
        return {"census": census}
    if census is not None and is_fresh(census):
        return counted(census)
    try:
        with at_most(QUICK_SECONDS):
            return _counted_now(message)
    except TooSlow:
        return {"too_large": True, "failed": census} if census is None or not census.tally else counted(census)


def _counted_now(message: SmsMessage) -> Mapping[str, object]:
    found = estimate(message)
    told = forecast(message) if found.reachable and message.delivery == SmsMessage.Delivery.SCHEDULED else None
    price = None
    if found.reachable and message.body.strip():
        try:
            price = cost(parts_by_country(message, found))
        except TemplateError:
            price = None
    return _figures(message, found, price, told)


def counted(census: Census) -> Mapping[str, object]:
    """The figures of a census, as of its end; its parts and cost are exact."""
    tally, message = Tally.from_json(census.tally), census.message
    found = Estimate(tally.people, tally.reachable, dict(tally.skipped.most_common()))
    told = None
    if tally.reachable and message.delivery == SmsMessage.Delivery.SCHEDULED:
        told = forecast(message, people=tally.by_place())
    return {**_figures(message, found, cost(tally.countries), told), "exact": census}


def _figures(message: SmsMessage, found: Estimate, price: Cost | None, told: Timetable | None) -> Mapping[str, object]:
    return {
        "estimate": found,
        "reasons": lines(message, found.skipped),
        "cost": price,
        "days": _days(message, told) if told else None,
        "recipients_url": people_url(message, ""),
        "held_url": people_url(message, Reason.HELD_FOR_HOURS),
    }


def lines(message: SmsMessage, skipped: Mapping[str, int]) -> Sequence[Line]:
    """Why people are left out, the most frequent first."""
    return [
        Line(people, reason_in_words(reason), _advice(reason), people_url(message, reason))
        for reason, people in sorted(skipped.items(), key=lambda item: -item[1])
    ]


def _advice(reason: str) -> str:
    return EXPLANATIONS[Reason(reason)].advice if reason in set(Reason) else ""


def people_url(message: SmsMessage, reason: str) -> str:
    """Where the people of a reason are listed, of a blank one those who get it; blank for a message never saved."""
    if message._state.adding:
        return ""
    return f"{reverse('admin:messaging_smsmessage_people', args=[message.pk])}?reason={reason}"


def _days(message: SmsMessage, told: Timetable) -> Mapping[str, object]:
    """The forecast by day, as the card shows it."""
    zone = zoneinfo.ZoneInfo(message.time_zone)
    days: dict[dt.date, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for hour, count in told.leaving.items():
        local = hour.astimezone(zone)
        days[local.date()].append((local, count))
    shown = [
        _Day(date, sum(n for _, n in hours), hours[0][0].time(), (hours[-1][0] + dt.timedelta(hours=1)).time())
        for date, hours in days.items()
    ]
    return {"shown": shown, "held": told.held, "skipped": lines(message, told.skipped), "zone": message.time_zone}


def people_list(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """The people of one line of the card, fifty at a time, asked of the gates as they are listed."""
    if not actor(request).may("campaigns.view_customer"):
        raise PermissionDenied
    reason, after = request.GET.get("reason", ""), request.GET.get("after", "")
    context: dict[str, object] = {
        **admin.site.each_context(request),
        "title": _("Will receive it") if not reason else _("People"),
        "message": message,
        "reason": reason,
        "sentence": reason_in_words(reason),
        "per_page": PER_PAGE,
    }
    if message.programme is not None and message.sender is not None:
        try:
            context["page"] = people_of(message, reason, after=int(after) if after.isdecimal() else 0)
        except RuleError as problem:
            context["problem"] = str(problem)
    return TemplateResponse(request, "admin/messaging/people.html", context)


@require_POST
def census_start(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """Have everybody's text rendered aside; the card shows how far that is."""
    tell(
        request,
        lambda: start_census(message=message, by=actor(request), anew=True),
        done=_("Everybody's text is being rendered. You may leave this page meanwhile."),
    )
    return redirect(f"{reverse('admin:messaging_smsmessage_change', args=[message.pk])}?tab=targeting")
