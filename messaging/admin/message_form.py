"""The form of an SMS message: what stands on the tabs Setup, Creative, Targeting and Notes of its page."""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.admin.forms import disable
from campaigns.lifecycle import CLOSED
from campaigns.models import Segment
from campaigns.timing import delay, in_words, instant
from messaging.actions.messages import refuse_bad_text
from messaging.models import SmsMessage
from optins.admin.fields import SenderForm
from optins.models import OptInCampaign
from optins.queries import company_name

_COMMON_ZONES: Final = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "America/Toronto", "Europe/London", "UTC",
)  # fmt: skip
_CLOCKS: Final = ("scheduled_for", "window_from", "window_until")
CLOSING: Final = "Reply STOP to cancel."
"""How to stop, as a new message ends unless somebody changes it."""

_NUMBER: Final = {"min": 1, "class": "ol-number"}
_SHARE: Final = {"min": 0, "max": 100, "step": "0.1", "class": "ol-number"}
_WAVE_RULES: Final = ("first_wave_wait", "first_wave_failed", "first_wave_opt_outs")
WAVE: Final = ("first_wave", "first_wave_unit", *_WAVE_RULES)


def zone_choices() -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """The company's own zone and the usual ones first, then all."""
    common = dict.fromkeys((settings.TIME_ZONE, *_COMMON_ZONES))
    others = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and zone not in common)
    return [
        (gettext("Usual"), [(zone, _shown(zone)) for zone in common]),
        (pgettext("time zones", "All"), [(zone, _shown(zone)) for zone in others]),
    ]


def _shown(zone: str) -> str:
    return zone.replace("_", " ")


def _opening() -> str:
    """Who is texting, when the company's name is known."""
    brand = company_name()
    return f"{brand}:" if brand else ""


def _named(kind: str, name: StrOrPromise) -> dict[str, Any]:
    return {"type": kind, "class": "ol-input", "aria-label": name}


class WallClockField(forms.SplitDateTimeField):
    """A date and a time as a clock on the wall shows them. The form knows in which zone they are meant."""

    def __init__(self, *, label: StrOrPromise, help_text: StrOrPromise = "") -> None:
        widget = forms.SplitDateTimeWidget(
            date_attrs=_named("date", format_lazy("{}: {}", label, _("date"))),
            time_attrs=_named("time", format_lazy("{}: {}", label, _("time"))),
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )
        super().__init__(label=label, help_text=help_text, required=False, widget=widget)

    def compress(self, data_list: Any) -> dt.datetime | None:
        if not data_list:
            return None
        date, time = data_list
        if not date or not time:
            raise forms.ValidationError(gettext("Give both a date and a time."))
        return dt.datetime.combine(date, time)


def _choice(
    queryset: Any, label: StrOrPromise, empty: StrOrPromise, help_text: StrOrPromise = ""
) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(
        queryset, label=label, empty_label=empty, help_text=help_text, required=False, widget=UnfoldAdminSelectWidget
    )


class SmsMessageForm(SenderForm):
    """A draft may be incomplete; what stands in it must make sense. Disabled, it only shows."""

    scheduled_for = WallClockField(label=_("Delivery date/time"))
    window_from = WallClockField(label=_("Listens from"), help_text=_("Empty: from launch on."))
    window_until = WallClockField(label=_("Listens until"), help_text=_("Empty: as long as the campaign runs."))
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        widget=UnfoldAdminSelectWidget,
        help_text=_("The times above are local times in this zone."),
    )
    programme = _choice(
        OptInCampaign.objects.all(), _("Messaging Preference"), _("Choose a messaging preference"),
        _("Only people who opted in to this are texted."),
    )  # fmt: skip
    segment_in = _choice(Segment.objects.all(), _("Only people in this segment"), _("Everybody in the target audience"))
    segment_out = _choice(Segment.objects.all(), _("But nobody in this segment"), _("Leave nobody out"))

    class Meta:
        model = SmsMessage
        fields = (
            "name", "delivery", "scheduled_for", "time_zone", "event_name", "window_from", "window_until",
            "delay_amount", "delay_unit", "limit_count", "limit_days", "outside_hours", "late_after_hours", *WAVE,
            "sender", "programme", "opening", "body", "closing", "segment_in", "segment_out", "notes",
        )  # fmt: skip
        labels = {
            "delay_amount": _("Send after"),
            "delay_unit": _("Unit"),
            "limit_days": _("Days"),
            "event_name": _("Event"),
            "outside_hours": _("Where it is too early or too late in the day"),
            "late_after_hours": _("Hours"),
            "first_wave": pgettext_lazy("first wave", "First"),
            "first_wave_unit": pgettext_lazy("first wave", "of"),
            "first_wave_wait": _("Minutes to wait"),
            # xgettext:no-python-format  # noqa: ERA001  read by xgettext
            "first_wave_failed": _("% failed at most"),
            # xgettext:no-python-format  # noqa: ERA001  read by xgettext
            "first_wave_opt_outs": _("% opted out at most"),
        }
        help_texts = {
            "event_name": _("The name by which your app tells it. Ask its developers when you are not sure."),
            "delay_amount": _("0 sends immediately."),
            "limit_count": "",
            "late_after_hours": "",
            "first_wave": "",
            "first_wave_wait": "",
        }
        widgets = {
            "name": UnfoldAdminTextInputWidget,
            "delivery": forms.RadioSelect,
            "event_name": UnfoldAdminTextInputWidget({"placeholder": "order_shipped"}),
            "delay_amount": UnfoldAdminIntegerFieldWidget({"min": 0, "class": "ol-number"}),
            "delay_unit": UnfoldAdminSelectWidget,
            "limit_count": UnfoldAdminIntegerFieldWidget(_NUMBER),
            "limit_days": UnfoldAdminIntegerFieldWidget(_NUMBER),
            "opening": UnfoldAdminTextInputWidget({"placeholder": "Acme:"}),
            "closing": UnfoldAdminTextInputWidget({"placeholder": CLOSING}),
            "outside_hours": forms.RadioSelect,
            "late_after_hours": UnfoldAdminIntegerFieldWidget(_NUMBER),
            "first_wave": UnfoldAdminIntegerFieldWidget(_NUMBER),
            "first_wave_unit": UnfoldAdminSelectWidget,
            "first_wave_wait": UnfoldAdminIntegerFieldWidget(_NUMBER),
            "first_wave_failed": UnfoldAdminDecimalFieldWidget(_SHARE),
            "first_wave_opt_outs": UnfoldAdminDecimalFieldWidget(_SHARE),
            "body": UnfoldAdminTextareaWidget({"rows": 6, "aria-describedby": "message-count id_body_error"}),
            "notes": UnfoldAdminTextareaWidget({"rows": 6}),
        }

    def __init__(self, *args: Any, disabled: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        message = self.instance
        if message._state.adding:
            self.initial.update(time_zone=settings.TIME_ZONE, opening=_opening(), closing=CLOSING)
        zone = zoneinfo.ZoneInfo(message.time_zone)
        for name in _CLOCKS:
            moment = getattr(message, name)
            self.initial[name] = None if moment is None else timezone.make_naive(moment, zone)
        # A form that was open during an update does not have these: the defaults stand.
        for name in ("outside_hours", "first_wave_unit", *_WAVE_RULES):
            self.fields[name].required = False
        self._offer_programmes()
        if disabled:
            disable(self)

    def _offer_programmes(self) -> None:
        """Programmes that are over are offered no more, the one that is chosen aside."""
        open_ones = OptInCampaign.objects.exclude(state__in=sorted(CLOSED))
        programmes = self.fields["programme"]
        assert isinstance(programmes, forms.ModelChoiceField)
        programmes.queryset = open_ones | OptInCampaign.objects.filter(pk=self.instance.programme_id or 0)

    def checks(self) -> list[Callable[[], object]]:
        return [partial(refuse_bad_text, self.instance.text)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("delivery") == SmsMessage.Delivery.TRIGGERED:
            given["scheduled_for"] = None
        self._clean_clocks(given)
        if bool(given.get("limit_count")) != bool(given.get("limit_days")) and not self.errors:
            self.add_error("limit_count", gettext("A limit needs both: how often, and in how many days."))
        self._clean_delay(given)
        self._clean_first_wave(given)
        return given

    def _clean_clocks(self, given: dict[str, Any]) -> None:
        """Wall clocks become moments in the zone that was chosen; a delivery in the past is refused."""
        zone = given.get("time_zone")
        if not zone:
            return
        for name in _CLOCKS:
            clock = given.get(name)
            if clock is not None:
                try:
                    given[name] = instant(clock.date(), clock.time(), zone)
                except ValueError as error:
                    self.add_error(name, str(error))
        when, now = given.get("scheduled_for"), timezone.now()
        if when is not None and when < now:
            sentence = gettext("This is in the past: it is %(now)s. Choose a later time.")
            self.add_error("scheduled_for", sentence % {"now": in_words(now, zone)})
        begins, ends = given.get("window_from"), given.get("window_until")
        if begins and ends and ends <= begins:
            self.add_error("window_until", gettext("The window must end after it begins."))

    def _clean_first_wave(self, given: dict[str, Any]) -> None:
        """A triggered message has none. Without one its rules do not matter; with one each is needed."""
        if given.get("delivery") == SmsMessage.Delivery.TRIGGERED:
            given["first_wave"] = None
        for name in _WAVE_RULES:
            if given.get(name) is None and name not in self.errors:
                given[name] = getattr(SmsMessage(), name)
                if given.get("first_wave") and name in self.data:
                    self.add_error(name, gettext("A first wave needs this."))

    def _clean_delay(self, given: dict[str, Any]) -> None:
        if given.get("delay_amount") is not None and given.get("delay_unit"):
            try:
                delay(given["delay_amount"], given["delay_unit"])
            except ValueError as error:
                self.add_error("delay_amount", str(error))


class NotesForm(forms.ModelForm[SmsMessage]):
    """All that can change of a launched message."""

    class Meta:
        model = SmsMessage
        fields = ("notes",)
        widgets = {"notes": UnfoldAdminTextareaWidget({"rows": 6})}
