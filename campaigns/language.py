"""What plain rules take Django's catalogue of sentences from, so that they need to know nothing else of Django.

A rule writes ``_("…")`` around a sentence that it makes, and a constant is made by ``gettext_lazy``: it is in the
reader's language when it is read, and in English wherever no page is being made. docs/translations.md tells the rest.

What is stored, or compared with what is, is English: a constant is marked by ``gettext_noop``, a sentence with values
is `storable`, and both are `retold` where a person reads them.
"""

import datetime as dt
import re
from bisect import insort
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext, override
from django_stubs_ext import StrOrPromise

__all__ = [
    "Promise",
    "StrOrPromise",
    "all_of",
    "any_of",
    "day_in_words",
    "english",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "moment_in_words",
    "ngettext",
    "retold",
    "storable",
]

_VALUE: Final = re.compile(r"%\((\w+)\)s")
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.?!]) (?=[A-Z“])")

# A value ends with its sentence.
_ANYTHING: Final = r"(?:(?![.?!] [A-Z“]).)+?"

# What sentences with values look like once they have them, the longest first: where two fit, the longer one is meant.
_storable: Final[list[tuple[str, re.Pattern[str]]]] = []


def english() -> AbstractContextManager[None]:
    """Whoever asks, words come out in English: for what is stored or compared."""
    return override(settings.LANGUAGE_CODE)


def all_of(items: Sequence[str]) -> str:
    """``Ohio``, ``Ohio and Texas``, ``Ohio, Texas and Utah``."""
    return _listed(items, gettext("%(most)s and %(last)s"))


def any_of(items: Sequence[str]) -> str:
    """``Ohio``, ``Ohio or Texas``, ``Ohio, Texas or Utah``."""
    return _listed(items, gettext("%(most)s or %(last)s"))


def _listed(items: Sequence[str], pattern: str) -> str:
    *most, last = items
    return pattern % {"most": ", ".join(most), "last": last} if most else last


def day_in_words(day: dt.date) -> str:
    """``November 27, 2026``."""
    return date_format(day, gettext("F j, Y"))


def moment_in_words(local: dt.datetime) -> str:
    """``Friday 27 November 2026, 10:00``, by the clock that the moment bears."""
    return date_format(local, gettext("l j F Y, H:i"))


def storable(template: str) -> str:
    """A sentence (marked by `gettext_noop`) that is stored with its values, each ``%(name)s``: `retold` knows it again.

    For constants of modules. It is filled by ``template % values``.
    """
    pieces = [re.escape(piece.replace("%%", "%")) for piece in _VALUE.split(template)]
    # Every second piece is the name of a value.
    pieces[1::2] = [f"(?P<{name}>{_ANYTHING})" for name in pieces[1::2]]
    insort(_storable, (template, re.compile("".join(pieces), re.DOTALL)), key=lambda known: -len(known[0]))
    return template


def retold(stored: str) -> str:
    """Sentences that were stored in English, in the reader's language; what is none of ours stays as it is."""
    if not stored or (told := gettext(stored)) != stored:
        return told if stored else ""
    for template, pattern in _storable:
        if found := pattern.fullmatch(stored):
            return gettext(template) % found.groupdict()
    sentences = _BETWEEN_SENTENCES.split(stored)
    return " ".join(map(retold, sentences)) if len(sentences) > 1 else stored
