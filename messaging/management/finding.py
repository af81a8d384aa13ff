"""What an operator names on a command line: a sender, a programme, a segment, a moment. All raise `Refused`."""

import datetime as dt

from django.conf import settings
from django.db.models import Q

from campaigns.models import Segment
from campaigns.phone import InvalidPhoneNumber, parse_sender
from campaigns.refusals import Refused
from campaigns.timing import instant, is_zone
from optins.models import OptInCampaign, Sender


def sender(address: str, *, provider: str | None) -> Sender:
    """The sender with this address, of the provider with this name or account SID when two have it."""
    found = Sender.objects.filter(address__in={address, _e164(address)}).select_related("provider")
    if provider is not None:
        found = found.filter(Q(provider__name=provider) | Q(provider__account_sid=provider))
    several = list(found[:2])
    if not several:
        whose = "" if provider is None else f" of a provider “{provider}”"
        raise Refused("not_found", f"There is no phone number “{address}”{whose}. Add it to a message provider first.")
    if len(several) > 1:
        raise Refused("ambiguous", f"More than one provider has “{address}”. Name the one that is meant: --provider.")
    return several[0]


def programme(text: str) -> OptInCampaign:
    """The opt-in campaign by its number, its permalink, or as a messaging preference: `sms - 2 spring-offers`."""
    words = text.removeprefix("sms - ").split(" ")
    asked = words[0]
    known = Q(pk=int(asked)) if asked.isdecimal() else Q(slug=asked)
    found = OptInCampaign.objects.filter(known).first()
    if found is None or (len(words) > 1 and text != found.preference):
        raise Refused("not_found", f"There is no opt-in campaign “{text}”. Give its number or its permalink.")
    return found


def segment(name: str) -> Segment:
    """The segment of this name."""
    found = Segment.objects.filter(name=name).first()
    if found is None:
        raise Refused("not_found", f"There is no segment “{name}”.")
    return found


def zone(name: str | None) -> str:
    """An IANA time zone; without a name the company's."""
    if name is not None and not is_zone(name):
        raise Refused("argument_error", f"There is no time zone “{name}”. Give one such as America/New_York.")
    return name or settings.TIME_ZONE


def moment(text: str, zone: str) -> dt.datetime:
    """An ISO 8601 time. Without an offset it is what clocks in `zone` show."""
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        sentence = f"“{text}” is no time. Write it as 2026-11-27T10:00, with an offset such as Z or in --time-zone."
        raise Refused("argument_error", sentence) from None
    return instant(read.date(), read.time(), zone) if read.tzinfo is None else read


def _e164(address: str) -> str:
    try:
        return parse_sender(address, region=settings.DEFAULT_PHONE_REGION)
    except InvalidPhoneNumber:
        return address
