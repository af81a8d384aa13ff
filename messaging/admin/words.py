"""Messages and texts in the words of a marketer."""

import datetime as dt

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from campaigns.timing import in_words
from messaging.models import SmsMessage
from messaging.reports.figures import Progress


def when(message: SmsMessage) -> str:
    """When a message goes out, as a sentence without its full stop."""
    if message.delivery == SmsMessage.Delivery.SCHEDULED:
        moment = message.scheduled_for
        return "No date and time yet" if moment is None else in_words(moment, message.time_zone)
    if not message.event_name:
        return "No event yet"
    unit = message.delay_unit.removesuffix("s") if message.delay_amount == 1 else message.delay_unit
    after = f"{message.delay_amount} {unit} after" if message.delay_amount else "Immediately after"
    return ", ".join(filter(None, (f"{after} “{message.event_name}”", _window(message), _limit(message))))


def _window(message: SmsMessage) -> str:
    ends = (("from", message.window_from), ("until", message.window_until))
    return " ".join(f"{word} {in_words(moment, message.time_zone)}" for word, moment in ends if moment is not None)


def _limit(message: SmsMessage) -> str:
    if message.limit_count is None:
        return ""
    times = "once" if message.limit_count == 1 else f"{message.limit_count} times"
    return f"at most {times} per person in {message.limit_days} {'day' if message.limit_days == 1 else 'days'}"


def bar(progress: Progress | None) -> SafeString:
    """A thin bar of outcomes with its figures, for a list."""
    if progress is None or not progress.people:
        return format_html('<span class="ol-muted">{}</span>', "–")
    return mark_safe(render_to_string("admin/messaging/bar.html", {"progress": progress}))  # noqa: S308  a template


def moment(at: dt.datetime) -> str:
    """A moment as templates show it, by the clock of the dashboard, whose zone it names."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
