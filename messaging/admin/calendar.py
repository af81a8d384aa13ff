"""The calendar: a week of scheduled messages, each moved by dragging it to another day or by its own form."""

import datetime as dt

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.admin.verbs import actor, tell
from campaigns.refusals import Refused
from campaigns.timing import in_words, instant
from messaging.actions.rescheduling import reschedule
from messaging.launch.calendar import DAYS, week, week_of
from messaging.models import SmsMessage

_A_WEEK = dt.timedelta(days=DAYS)


def calendar(request: HttpRequest) -> HttpResponse:
    """The week that `?day=` lies in; this week without one."""
    actor(request).require("messaging.view_smsmessage")
    day = parse_date(request.GET.get("day", "")) if _is_date(request.GET.get("day", "")) else None
    monday = week_of(day or timezone.localdate())
    context = {
        **admin.site.each_context(request),
        "week": week(monday),
        "title": _("Calendar"),
        "before": monday - _A_WEEK,
        "after": monday + _A_WEEK,
    }
    return TemplateResponse(request, "admin/messaging/calendar.html", context)


@require_POST
def move(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """Move a message to `date` and `time`, as clocks in the company's zone show them."""
    date, time = request.POST.get("date", ""), request.POST.get("time", "")

    def moved() -> None:
        reschedule(message=message, to=_moment(date, time), by=actor(request))

    if tell(request, moved, done=_("“%(name)s” was moved.") % {"name": message.name}):
        message.refresh_from_db()
        if message.scheduled_for is not None:
            when = in_words(message.scheduled_for, message.time_zone)
            messages.info(request, _("It leaves on %(when)s.") % {"when": when})
    shown = date if _is_date(date) else ""
    return HttpResponseRedirect(f"{reverse('admin:messaging_calendar')}?day={shown}")


def _is_date(text: str) -> bool:
    try:
        return parse_date(text) is not None
    except ValueError:
        return False


def _moment(date: str, time: str) -> dt.datetime:
    try:
        day, clock = parse_date(date), parse_time(time)
    except ValueError:
        day = clock = None
    if day is None or clock is None:
        raise Refused("argument_error", _("Give both a date and a time."), field="time")
    return instant(day, clock, timezone.get_default_timezone_name())
