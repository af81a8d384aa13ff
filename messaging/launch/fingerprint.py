"""What a message is, in facts that can be compared: text, audience, time and sender.

A census, a review and an approval hold for one fingerprint; whatever is changed afterwards is told by its name.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from campaigns.models import Campaign, Segment
from campaigns.queries import rule_in_words, spelled_out
from campaigns.vocabulary import fields
from messaging.models import SmsMessage

# The facts that hold rules of segments, and how a segment's name and its rule stand there.
_OF_RULES: Final = frozenset({"Target audience", "Only people in", "Nobody in"})
_RULE: Final = ": {"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that is not what it was; blank is nothing."""

    what: str
    before: str
    now: str

    @property
    def label(self) -> str:
        """The fact's name in the reader's language."""
        return gettext(self.what)

    @property
    def then_in_words(self) -> str:
        """What it was, rules of segments as sentences."""
        return self._in_words(self.before)

    @property
    def now_in_words(self) -> str:
        """What it is, in the same way."""
        return self._in_words(self.now)

    def _in_words(self, value: str) -> str:
        return _in_words(value) if self.what in _OF_RULES else value


def facts(message: SmsMessage) -> Mapping[str, str]:
    """Everything that decides who gets what when, by the names that people read.

    In English whoever asks: what was approved on a page in one language is compared on another, and by the clock.
    """
    with override("en"):
        return _facts(message)


def _facts(message: SmsMessage) -> Mapping[str, str]:
    campaign = message.campaign
    return {
        _("Text"): message.text,
        _("Target phone number"): _named(message.sender_id, message.sender),
        _("Messaging preference"): _named(message.programme_id, message.programme),
        _("Target audience"): _rule(campaign.audience),
        _("User restrictions"): _restriction(campaign),
        _("Only people in"): _rule(message.segment_in),
        _("Nobody in"): _rule(message.segment_out),
        _("Delivery method"): message.delivery,
        _("Delivery date and time"): _moment(message.scheduled_for),
        _("Time zone"): message.time_zone,
        _("Event"): message.event_name,
        _("Window"): f"{_moment(message.window_from)} – {_moment(message.window_until)}",
        _("Delay"): f"{message.delay_amount} {message.delay_unit}",
        _("At most per person"): f"{message.limit_count or '–'} in {message.limit_days or '–'} days",
        _("Outside lawful hours"): message.outside_hours,
        _("Too late after"): f"{message.late_after_hours or 'usual'}",
        _("First wave"): _first_wave(message),
        _("Campaign's runtime"): f"{_moment(campaign.starts_at)} – {_moment(campaign.ends_at)}",
    }


def digest(message: SmsMessage) -> str:
    """The facts as 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(facts(message), sort_keys=True).encode()).hexdigest()


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> Sequence[Change]:
    """What differs, in the order in which facts are told."""
    names = [*now, *(name for name in before if name not in now)]
    pairs = ((name, before.get(name, ""), now.get(name, "")) for name in names)
    return [Change(name, old, new) for name, old, new in pairs if old != new]


def _named(key: int | None, row: object) -> str:
    return f"{row} ({key})" if key else ""


def _rule(segment: Segment | None) -> str:
    """A segment means what its rule means: changing it, or one that it leads to, changes the audience."""
    return spelled_out(segment) if segment else ""


def _restriction(campaign: Campaign) -> str:
    return (
        f"{campaign.restriction} {campaign.minimum_age or ''} {campaign.required_attribute} {campaign.required_value}"
    )


def _first_wave(message: SmsMessage) -> str:
    if not message.has_first_wave:
        return ""
    limits = f"at most {message.first_wave_failed} % failed, {message.first_wave_opt_outs} % opted out"
    size = f"{message.first_wave} {message.get_first_wave_unit_display()}"
    return f"{size}, {message.first_wave_wait} minutes, {limits}"


def _moment(at: dt.datetime | None) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds") if at else ""


def _in_words(value: str) -> str:
    """A fact as people read it: where it holds a rule as it is stored, the rule's sentence stands instead."""
    said, rest = "", value
    while (place := rest.find(_RULE)) >= 0:
        try:
            rule, end = json.JSONDecoder().raw_decode(rest, place + len(_RULE) - 1)
        except ValueError:
            break
        said += f"{rest[:place]}: {rule_in_words(rule, fields())}"
        rest = rest[end:]
    return said + rest
