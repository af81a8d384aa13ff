"""Values as people, files and programs write them, read once for all: texts, numbers, dates, yes or no."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Final

from campaigns.language import gettext as _

MAX_TEXT: Final = 255
# What a JSON number, read as a double, keeps exactly.
_DIGITS: Final = 15
# Control characters, which PostgreSQL or a text message would choke on, and lone halves of surrogate pairs.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

YES: Final = frozenset({"yes", "y", "true", "t", "1", "on"})
NO: Final = frozenset({"no", "n", "false", "f", "0", "off"})
"""The words that files and forms write for a boolean."""


def plain(value: object) -> object:
    """A value in JSON's types. A number that `read_number` let through stays exact."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def read_number(raw: object) -> Decimal:
    """A number as people or programs give it. Raises ValueError with a sentence."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise ValueError(_("write a number, such as 12 or 12.5."))
    try:
        number = Decimal(str(raw).strip().replace(",", ""))
    except InvalidOperation:
        sentence = _("“%(value)s” is not a number. Write digits, such as 12 or 12.5.")
        raise ValueError(sentence % {"value": shortened(raw)}) from None
    if not number.is_finite() or len(number.as_tuple().digits) > _DIGITS or abs(number.adjusted()) > _DIGITS:
        sentence = _("“%(value)s” has more digits than can be kept. Write %(most)s at most.")
        raise ValueError(sentence % {"value": shortened(raw), "most": _DIGITS})
    return number


def read_boolean(raw: object) -> bool:
    """Yes or no, in JSON or in words. Raises ValueError with a sentence."""
    word = str(raw).strip().casefold()
    if word not in YES | NO:
        raise ValueError(_("“%(value)s” is neither yes nor no.") % {"value": shortened(raw)})
    return word in YES


def read_date(raw: object) -> dt.date:
    """A date as YYYY-MM-DD. Raises ValueError with a sentence."""
    if isinstance(raw, dt.date):
        return raw
    text = raw.strip() if isinstance(raw, str) else ""
    try:
        if len(text) != len("2025-01-31"):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        sentence = _("“%(value)s” is not a date. Write it as 2025-01-31.")
        raise ValueError(sentence % {"value": shortened(raw)}) from None


def read_text(raw: object) -> str:
    """A text without blanks around it and without control characters. Raises ValueError with a sentence."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise ValueError(_("write a text."))
    text = str(raw).strip()
    if not text:
        raise ValueError(_("write a value."))
    if len(text) > MAX_TEXT:
        sentence = _("this has %(number)s characters. Write %(most)s at most.")
        raise ValueError(sentence % {"number": len(text), "most": MAX_TEXT})
    if _UNPRINTABLE.search(text):
        raise ValueError(_("this holds a character that cannot be printed. Write it without."))
    return text


def shortened(raw: object) -> str:
    """As much of a value as fits into a sentence about it."""
    text = str(raw)
    return text if len(text) <= 40 else f"{text[:39]}…"
