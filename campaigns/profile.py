"""What may be known of a customer: how profile fields and attributes are named, read and refused.

The API, imports and the admin read values here, so that they agree on what is stored: texts trimmed, dates
as dates, countries as two capital letters, and every attribute in JSON's type of its kind.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Final

from campaigns.language import gettext as _
from campaigns.phone import is_region
from campaigns.rules import Kind
from campaigns.timing import is_zone
from campaigns.values import plain, read_boolean, read_date, read_number, read_text

MAX_KEY: Final = 64
_OLDEST: Final = dt.date(1900, 1, 1)

_EMAIL: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_KEY: Final = re.compile(r"[a-z_][a-z0-9_]{0,63}")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CONSENT: Final = re.compile(
    r"(\w+_)?(opt(ed)?_?(in|out)|consent(ed|s)?|(un)?subscri(bed?|ptions?)|permission|verified)"
    r"(_(at|on|date|sms|email|status|state|source|ownership))*"
)


def is_about_consent(key: str) -> bool:
    """Whether a column or attribute of this name would pretend to say what people agreed to.

    Consent has a ledger with evidence of its own: a value in a file or a profile neither gives nor takes it.
    """
    return _CONSENT.fullmatch(key) is not None


def attribute_key(name: str) -> str:
    """The key that a column's title or a program's name for an attribute becomes: ``Loyalty Points`` and
    ``loyaltyPoints`` are ``loyalty_points``. Empty when nothing of it can stand in a key."""
    words = re.sub(r"[^a-z0-9]+", "_", _CAMEL.sub("_", name.strip()).casefold()).strip("_")
    key = f"_{words}" if words[:1].isdigit() else words
    return key if _KEY.fullmatch(key) else ""


def check_key(key: str) -> None:
    """Raise ValueError, with a sentence, for a name that no attribute can have."""
    if is_about_consent(key):
        sentence = _("“%(key)s” is about consent, which is kept in the consent ledger and never in attributes.")
        raise ValueError(sentence % {"key": key})
    if key in FIELDS:
        raise ValueError(_("“%(key)s” is a field of the profile: give it there.") % {"key": key})
    if not _KEY.fullmatch(key):
        instead = attribute_key(key)
        sentence = _("“%(key)s” cannot be an attribute's name: use a to z, 0 to 9 and _.")
        if instead:
            sentence = _(
                "“%(key)s” cannot be an attribute's name: use a to z, 0 to 9 and _. Write it as “%(instead)s”."
            )
        raise ValueError(sentence % {"key": key[:MAX_KEY], "instead": instead})


def read(field: str, raw: object) -> str | dt.date | None:
    """A profile field's value; what is blank becomes the field's empty value.

    Raises ValueError with a sentence that begins in lower case, to stand after the field's name and a colon.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None if field in _NULLABLE else ""
    return FIELDS[field](raw)


def kind_of(value: object) -> Kind:
    """The kind that a new attribute gets from its first value in JSON."""
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int | float):
        return Kind.NUMBER
    try:
        read_date(value)
    except ValueError:
        return Kind.TEXT
    return Kind.DATE


def kind_of_words(words: list[str]) -> Kind:
    """The kind of a file's column, from some of its cells that are not blank.

    What only looks like a number, such as ``01234``, stays text.
    """
    readers = ((Kind.BOOLEAN, _read_yes_or_no), (Kind.DATE, read_date), (Kind.NUMBER, _read_plain_number))
    for kind, reader in readers:
        if words and all(_reads(reader, word) for word in words):
            return kind
    return Kind.TEXT


def read_attribute(kind: Kind, raw: object) -> object:
    """An attribute's value in JSON's type of its kind. Raises ValueError with a sentence."""
    match kind:
        case Kind.NUMBER:
            return plain(read_number(raw))
        case Kind.DATE:
            return read_date(raw).isoformat()
        case Kind.BOOLEAN:
            return read_boolean(raw)
    return read_text(raw)


# --- The profile's fields ----------------------------------------------------------------------


def _text(longest: int) -> Callable[[object], str]:
    def reader(raw: object) -> str:
        text = read_text(raw)
        if len(text) > longest:
            sentence = _("this has %(number)s characters. Write %(most)s at most.")
            raise ValueError(sentence % {"number": len(text), "most": longest})
        return text

    return reader


def _email(raw: object) -> str:
    text = _text(254)(raw)
    if not _EMAIL.fullmatch(text):
        raise ValueError(_("this is not an email address. Write it as name@example.com."))
    return text


def _birth_date(raw: object) -> dt.date:
    day = read_date(raw)
    if not _OLDEST <= day <= dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        sentence = _("%(day)s is not the birth date of anybody alive. Write it as 1990-01-31.")
        raise ValueError(sentence % {"day": day})
    return day


def _language(raw: object) -> str:
    text = read_text(raw).replace("_", "-")
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(_("this is not a language code. Write one such as en or es-MX."))
    return text


def _time_zone(raw: object) -> str:
    text = read_text(raw)
    if not is_zone(text):
        raise ValueError(_("there is no such time zone. Write one such as America/Chicago."))
    return text


def _country(raw: object) -> str:
    text = read_text(raw).upper()
    if not is_region(text):
        raise ValueError(_("there is no such country. Write its two letters, such as US."))
    return text


FIELDS: Final[Mapping[str, Callable[[object], str | dt.date]]] = {
    "external_id": _text(255),
    "first_name": _text(150),
    "last_name": _text(150),
    "email": _email,
    "birth_date": _birth_date,
    "language": _language,
    "time_zone": _time_zone,
    "country": _country,
    "state": _text(64),
    "postal_code": _text(16),
}
"""Each field of the profile and how its value is read; the readers raise ValueError with a sentence."""
_NULLABLE: Final = frozenset({"external_id", "birth_date"})


# --- Guessing ------------------------------------------------------------------------------------


def _read_yes_or_no(word: str) -> bool:
    if word.strip().casefold() in {"0", "1"}:
        raise ValueError("A count rather than an answer.")
    return read_boolean(word)


def _read_plain_number(word: str) -> object:
    digits = word.strip().lstrip("+-")
    if digits.startswith("0") and digits[1:2].isdigit():
        raise ValueError("A code rather than a number.")
    return read_number(word)


def _reads(reader: Callable[[str], object], word: str) -> bool:
    try:
        reader(word)
    except ValueError:
        return False
    return True
