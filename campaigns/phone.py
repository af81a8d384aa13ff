"""Phone numbers: what people write, turned into E.164 or refused with a sentence.

A number is kept when the numbering plans of ``phonenumbers`` say that it is *valid*, not merely possible:
length alone lets ``+1 999 999 9999`` through. Two families that look fictional are valid there too, and are
wanted: the North American 555-01xx numbers, reserved for examples, and Twilio's magic ``+1 500 555 00xx``.
Other countries' fictional ranges (such as +44 7700 900xxx) are refused. The price of validity is that a
newly opened area code is refused until the library is updated.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

from campaigns.language import gettext_lazy

E164_PATTERN: Final = r"^\+[1-9][0-9]{6,14}$"
"""E.164 as a regular expression that reads alike in Python and in a PostgreSQL CHECK."""

E164: Final = re.compile(E164_PATTERN)

_LONGEST_TEXT = 40
# What may stand between digits. "+" is let through here and checked apart: only the first place is its own.
_WRITTEN: Final = re.compile(r"\+?[\d\s().\-/·•]+")
_TWILIO_MAGIC: Final = re.compile(r"\+150055500\d\d")
_TEXTABLE: Final = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP},
)


class Refusal(StrEnum):
    """Why a text is no phone number that we can send texts to."""

    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_COUNTRY = "unknown_country"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_POSSIBLE = "not_possible"
    NOT_MOBILE = "not_mobile"


_SENTENCES: Final = {
    Refusal.NOT_A_NUMBER: gettext_lazy("This is not a phone number. Write digits only, such as +1 313 555 0123."),
    Refusal.UNKNOWN_COUNTRY: gettext_lazy(
        "No country has this code. Write the number with its country code, such as +1 313 555 0123."
    ),
    Refusal.TOO_SHORT: gettext_lazy(
        "This phone number is too short. Write all its digits with the area or country code; "
        "short codes cannot be texted."
    ),
    Refusal.TOO_LONG: gettext_lazy("This phone number is too long. Write one number, without an extension."),
    Refusal.NOT_POSSIBLE: gettext_lazy("No such phone number is in use in its country. Check the digits."),
    Refusal.NOT_MOBILE: gettext_lazy(
        "This number cannot receive texts: it is a landline, toll-free or premium number. Give a mobile number."
    ),
}


class InvalidPhoneNumber(ValueError):
    """The text is no number for us. ``code`` tells a program why, ``str()`` a person; neither repeats it."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(str(_SENTENCES[code]))
        self.code = code


def parse(text: str, *, region: str = "US") -> str:
    """The E.164 form of a number that can receive texts.

    Digits without a plus are read as a number of `region` (ISO 3166, two letters) when that gives one, else
    as an international number that lost its plus: ``13139711649`` and ``447400123456`` both work. Home comes
    first because the same ten digits must be one identity with and without brackets: ``4799551234`` is in
    Arkansas, though ``+47 99 55 12 34`` is a mobile in Norway.

    Raises InvalidPhoneNumber.
    """
    return _read(text, region=region, only_textable=True)


def parse_sender(text: str, *, region: str = "US") -> str:
    """Like `parse`, for a number that texts come *from*: it may be toll-free or a fixed line.

    Raises InvalidPhoneNumber, also for a short code: a short code is no E.164 number.
    """
    return _read(text, region=region, only_textable=False)


def country(e164: str) -> str:
    """The ISO 3166 region of a number ("US", "CA", "GB"), or "" when it belongs to none that we know."""
    number = _number(e164)
    region = phonenumbers.region_code_for_number(number) if number else None
    return region if region and region.isalpha() else ""


def is_region(code: str) -> bool:
    """Whether `code` is the ISO 3166 code, in capitals, of a region with a numbering plan that we know."""
    return code in phonenumbers.SUPPORTED_REGIONS


def pretty(e164: str) -> str:
    """The number as people write it abroad, ``+1 313-971-1649``; what is no number stays as it is."""
    number = _number(e164)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else e164


def mask(e164: str) -> str:
    """The number for logs and low-privilege staff, ``+1313•••1649``. Three digits or more are hidden."""
    if len(e164) < len("+123456"):
        return "•••"
    return f"{e164[: min(5, len(e164) - 7)]}•••{e164[-4:]}"


def _read(text: str, *, region: str, only_textable: bool) -> str:
    digits = _digits(text)
    if digits.startswith("+"):
        return _accept(digits, region=None, only_textable=only_textable)
    try:
        return _accept(digits, region=region, only_textable=only_textable)
    except InvalidPhoneNumber as at_home:
        try:
            return _accept(f"+{digits}", region=None, only_textable=only_textable)
        except InvalidPhoneNumber as abroad:
            # A real number of the wrong kind is the better guess at what was meant.
            raise (abroad if abroad.code is Refusal.NOT_MOBILE else at_home) from None


def _digits(text: str) -> str:
    """The ASCII digits of `text`, with a leading plus if it has one."""
    if len(text) > _LONGEST_TEXT:
        raise InvalidPhoneNumber(Refusal.NOT_A_NUMBER)
    plain = "".join(map(_plain, unicodedata.normalize("NFKC", text))).strip()
    if not _WRITTEN.fullmatch(plain):
        raise InvalidPhoneNumber(Refusal.NOT_A_NUMBER)
    digits = "".join(character for character in plain if character.isdigit())
    if not digits:
        raise InvalidPhoneNumber(Refusal.NOT_A_NUMBER)
    return f"+{digits}" if plain.startswith("+") else digits


def _plain(character: str) -> str:
    """Any script's digit as ASCII, any dash as "-", and nothing for the marks that address books add."""
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.digit(character))
        case "Pd":
            return "-"
        case "Cf":
            return ""
        case _:
            return character


def _accept(digits: str, *, region: str | None, only_textable: bool) -> str:
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException as error:
        raise InvalidPhoneNumber(_PARSE_REFUSALS[error.error_type]) from None
    if not phonenumbers.is_valid_number(number):
        reason = phonenumbers.is_possible_number_with_reason(number)
        raise InvalidPhoneNumber(_LENGTH_REFUSALS.get(reason, Refusal.NOT_POSSIBLE))
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if only_textable and not _is_textable(number, e164):
        raise InvalidPhoneNumber(Refusal.NOT_MOBILE)
    return e164


def _is_textable(number: PhoneNumber, e164: str) -> bool:
    # The magic numbers are of the "personal" kind, which elsewhere (+44 70…) is known for its high charges.
    return phonenumbers.number_type(number) in _TEXTABLE or _TWILIO_MAGIC.fullmatch(e164) is not None


def _number(e164: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(e164, None)
    except NumberParseException:
        return None


_PARSE_REFUSALS: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: Refusal.UNKNOWN_COUNTRY,
    NumberParseException.NOT_A_NUMBER: Refusal.NOT_A_NUMBER,
    NumberParseException.TOO_SHORT_AFTER_IDD: Refusal.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: Refusal.TOO_SHORT,
    NumberParseException.TOO_LONG: Refusal.TOO_LONG,
}

_LENGTH_REFUSALS: Final = {
    ValidationResult.TOO_SHORT: Refusal.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Refusal.TOO_SHORT,
    ValidationResult.TOO_LONG: Refusal.TOO_LONG,
    ValidationResult.INVALID_COUNTRY_CODE: Refusal.UNKNOWN_COUNTRY,
}
