"""Reading the number that somebody asks about."""

from django.conf import settings

from campaigns.phone import E164, InvalidPhoneNumber, parse_sender
from campaigns.refusals import Refused


def asked_number(text: str) -> str:
    """A number in any usual spelling as E.164. Raises `Refused`.

    What is on record can be asked for, also when numbering plans have changed since.
    """
    if E164.fullmatch(text):
        return text
    try:
        return parse_sender(text, region=settings.DEFAULT_PHONE_REGION)
    except InvalidPhoneNumber as invalid:
        raise Refused("invalid_phone_number", str(invalid)) from None
