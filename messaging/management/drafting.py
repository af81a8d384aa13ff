"""Making a campaign from what a command line, or a document, says about it. Each value is by the name of its flag."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from campaigns.actions.shell import create_campaign, save_campaign
from campaigns.actors import Actor
from campaigns.lifecycle import Kind
from campaigns.models import Campaign
from campaigns.refusals import Refused
from campaigns.timing import delay
from messaging.actions import campaigns as messaging
from messaging.actions.messages import save_message
from messaging.management import finding
from messaging.models import MessagingCampaign, SmsMessage
from optins.actions import campaigns as optins
from optins.models import GlobalOptions, OptInCampaign, OptInOptions

Given = Mapping[str, Any]

NOW: Final = "now"
_SHELL: Final = frozenset(
    {"slug", "starts_at", "ends_at", "time_zone", "audience", "minimum_age", "required_attribute", "notes", "launch"}
)
_SENDER: Final = frozenset({"sender", "provider"})
_GLOBAL_TEXTS: Final = ("welcome_message", "opt_out_message", "help_message", "no_match_message")
_GLOBAL_WORDS: Final = {
    "opt_in_keyword": "opt_in_keywords",
    "opt_out_keyword": "opt_out_keywords",
    "help_keyword": "help_keywords",
}
# What a message is given as it stands, by flag and field.
_AS_GIVEN: Final = {
    "opening": "opening",
    "body": "body",
    "closing": "closing",
    "event": "event_name",
    "delay_amount": "delay_amount",
    "delay_unit": "delay_unit",
    "limit_count": "limit_count",
    "limit_days": "limit_days",
    "outside_hours": "outside_hours",
    "late_after_hours": "late_after_hours",
    "first_wave": "first_wave",
    "first_wave_unit": "first_wave_unit",
    "first_wave_wait": "first_wave_wait",
    "first_wave_failed": "first_wave_failed",
    "first_wave_opt_outs": "first_wave_opt_outs",
    "message_notes": "notes",
}

USED: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.GLOBAL: frozenset({*_SENDER, *_GLOBAL_TEXTS, *_GLOBAL_WORDS}),
    Kind.OPT_IN: _SHELL | _SENDER | {"keyword", "double_opt_in", "confirmation_request", "welcome_message"},
    Kind.MESSAGING: _SHELL
    | _SENDER
    | _AS_GIVEN.keys()
    | {"message_name", "programme", "schedule", "window_from", "window_until", "segment_in", "segment_out"},
}
"""What each kind of campaign can be given, besides its name."""


def draft(*, kind: Kind, name: str, given: Given, by: Actor) -> Campaign:
    """Create a campaign and complete it as far as `given` goes, in the caller's transaction. Launched if it says so."""
    strange = sorted(given.keys() - USED[kind])
    if strange:
        raise Refused("argument_error", f"{flag(strange[0])} is not for campaigns of kind {kind}.")
    campaign = _MAKERS[kind](name, given, by)
    campaign.refresh_from_db()
    return campaign


def flag(name: str) -> str:
    """`--opt-out-message` for `opt_out_message`."""
    return f"--{name.replace('_', '-')}"


def _global(name: str, given: Given, by: Actor) -> Campaign:
    campaign = optins.create_global(name=name or str(Campaign.KindChoice.GLOBAL.label), by=by)
    options = GlobalOptions.objects.get(campaign=campaign)
    for text in _GLOBAL_TEXTS:
        setattr(options, text, given.get(text, getattr(options, text)))
    for word, field in _GLOBAL_WORDS.items():
        setattr(options, field, list(dict.fromkeys([*getattr(options, field), *given.get(word, ())])))
    if "sender" in given:
        options.sender = finding.sender(given["sender"], provider=given.get("provider"))
    optins.save_global_options(options=options, by=by)
    return campaign


def _opt_in(name: str, given: Given, by: Actor) -> Campaign:
    programme = OptInCampaign.objects.get(pk=_shell(Kind.OPT_IN, name, given, by).pk)
    texts = {field: given.get(field, "") for field in ("confirmation_request", "welcome_message")}
    options = OptInOptions(campaign=programme, double_opt_in=given.get("double_opt_in", False), **texts)
    if "sender" in given:
        options.sender = finding.sender(given["sender"], provider=given.get("provider"))
    optins.save_options(options=options, keywords=given.get("keyword", ()), by=by)
    if given.get("launch"):
        optins.launch(campaign=programme, by=by)
    return programme


def _messaging(name: str, given: Given, by: Actor) -> Campaign:
    at_once = given.get("schedule") == NOW
    if at_once and not given.get("launch"):
        sentence = "“now” is the moment of launch: add --launch, or leave --schedule out and use launch_campaign --now."
        raise Refused("argument_error", sentence)
    campaign = MessagingCampaign.objects.get(pk=_shell(Kind.MESSAGING, name, given, by).pk)
    if given.keys() - _SHELL:
        save_message(message=_message(campaign, given), by=by)
    if given.get("launch"):
        messaging.launch(campaign=campaign, by=by, at_once=at_once)
    return campaign


def _shell(kind: Kind, name: str, given: Given, by: Actor) -> Campaign:
    campaign = create_campaign(kind=kind, name=name, by=by)
    zone = finding.zone(given.get("time_zone"))
    for field in ("slug", "notes"):
        setattr(campaign, field, given.get(field, getattr(campaign, field)))
    for field in ("starts_at", "ends_at"):
        setattr(campaign, field, finding.moment(given[field], zone) if field in given else None)
    if "audience" in given:
        campaign.audience = finding.segment(given["audience"])
    _restrict(campaign, given)
    save_campaign(campaign=campaign, by=by)
    return campaign


def _restrict(campaign: Campaign, given: Given) -> None:
    age, attribute = given.get("minimum_age"), given.get("required_attribute")
    if age is not None and attribute is not None:
        raise Refused("argument_error", "Give either --minimum-age or --required-attribute: a campaign has one.")
    if age is not None:
        campaign.restriction, campaign.minimum_age = Campaign.Restriction.MINIMUM_AGE, age
    if attribute is not None:
        campaign.restriction = Campaign.Restriction.ATTRIBUTE
        campaign.required_attribute, _, campaign.required_value = attribute.partition("=")


def _message(campaign: MessagingCampaign, given: Given) -> SmsMessage:
    if "event" in given and "schedule" in given:
        raise Refused("argument_error", "Give either --schedule or --event: a message is scheduled or triggered.")
    if "event" in given and "first_wave" in given:
        raise Refused("argument_error", "--first-wave is for scheduled messages: an event texts one person at a time.")
    delivery = SmsMessage.Delivery.TRIGGERED if "event" in given else SmsMessage.Delivery.SCHEDULED
    message = SmsMessage(campaign=campaign, name=given.get("message_name", campaign.name), delivery=delivery)
    message.time_zone = finding.zone(given.get("time_zone"))
    for name, field in _AS_GIVEN.items():
        if name in given:
            setattr(message, field, given[name])
    for name, field in (("schedule", "scheduled_for"), ("window_from",) * 2, ("window_until",) * 2):
        if given.get(name, NOW) != NOW:
            setattr(message, field, finding.moment(given[name], message.time_zone))
    for field in ("segment_in", "segment_out"):
        setattr(message, field, finding.segment(given[field]) if field in given else None)
    if "sender" in given:
        message.sender = finding.sender(given["sender"], provider=given.get("provider"))
    if "programme" in given:
        message.programme = finding.programme(given["programme"])
    _refuse_bad_delay(message)
    return message


def _refuse_bad_delay(message: SmsMessage) -> None:
    try:
        delay(message.delay_amount, message.delay_unit)
    except ValueError as problem:
        raise Refused("argument_error", f"--delay-amount: {problem}") from None


_MAKERS: Mapping[Kind, Callable[[str, Given, Actor], Campaign]] = {
    Kind.GLOBAL: _global,
    Kind.OPT_IN: _opt_in,
    Kind.MESSAGING: _messaging,
}
