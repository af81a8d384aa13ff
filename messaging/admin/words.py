"""Messages and texts in the words of a marketer."""

import datetime as dt

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.timing import in_words
from messaging.models import SmsMessage
from messaging.reports.figures import Progress


def when(message: SmsMessage) -> str:
    """When a message goes out, as a sentence without its full stop."""
    if message.delivery == SmsMessage.Delivery.SCHEDULED:
        moment = message.scheduled_for
        return _("No date and time yet") if moment is None else in_words(moment, message.time_zone)
    if not message.event_name:
        return _("No event yet")
    return ", ".join(filter(None, (_after(message), _window(message), _limit(message))))


def _after(message: SmsMessage) -> str:
    number = message.delay_amount
    if number == 0:
        return _("Immediately after “%(event)s”") % {"event": message.event_name}
    match message.delay_unit:
        case SmsMessage.DelayUnit.MINUTES:
            said = ngettext("%(number)s minute after “%(event)s”", "%(number)s minutes after “%(event)s”", number)
        case SmsMessage.DelayUnit.HOURS:
            said = ngettext("%(number)s hour after “%(event)s”", "%(number)s hours after “%(event)s”", number)
        case _unit:
            said = ngettext("%(number)s day after “%(event)s”", "%(number)s days after “%(event)s”", number)
    return said % {"number": number, "event": message.event_name}


def _window(message: SmsMessage) -> str:
    ends = {"begin": message.window_from, "end": message.window_until}
    said = {end: in_words(moment, message.time_zone) for end, moment in ends.items() if moment is not None}
    match message.window_from, message.window_until:
        case None, None:
            return ""
        case _begin, None:
            return _("from %(begin)s") % said
        case None, _end:
            return _("until %(end)s") % said
    return _("from %(begin)s until %(end)s") % said


def _limit(message: SmsMessage) -> str:
    if message.limit_count is None:
        return ""
    days = message.limit_days or 0
    if message.limit_count == 1:
        said = ngettext("at most once per person in %(days)s day", "at most once per person in %(days)s days", days)
    else:
        said = ngettext(
            "at most %(times)s times per person in %(days)s day",
            "at most %(times)s times per person in %(days)s days",
            days,
        )
    return said % {"times": message.limit_count, "days": days}


def bar(progress: Progress | None) -> SafeString:
    """A thin bar of outcomes with its figures, for a list."""
    if progress is None or not progress.people:
        return format_html('<span class="ol-muted">{}</span>', "–")
    return mark_safe(render_to_string("admin/messaging/bar.html", {"progress": progress}))  # noqa: S308  a template


def moment(at: dt.datetime) -> str:
    """A moment as templates show it, by the clock of the dashboard, whose zone it names."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
