"""Merge fields: the small language of a message body, compiled once and rendered for each customer.

    Hi {{ first_name | default: "there" | max: 20 }}, you have {{ points }} points.

A field has a name and two optional filters, each at most once: ``default`` gives the words for customers
without a value, ``max`` cuts a value to so many characters. There is nothing else, no loop and no condition,
so that a hostile body or value costs no more than its length. Single braces are ordinary text.
"""

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from campaigns.language import gettext as _

_LONGEST_NAME = 64
_LARGEST_MAX = 1600

# Beyond these a number is no number to a person, and writing it out could fill memory.
_DIGITS: Final = 18
_DECIMALS: Final = 6
UNREADABLE_FROM: Final = 10**_DIGITS

# Each token may follow white space; its group is what it says.
_NAME: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)")
_PIPE: Final = re.compile(r"\s*(\|)\s*")
_FILTER: Final = re.compile(r"([a-z]+)\s*:")
_STRING: Final = re.compile(r'\s*("[^"{}\n]*")')
_NUMBER: Final = re.compile(r"\s*([0-9]{1,4})(?![0-9])")
_CLOSE: Final = re.compile(r"\s*(}})")

# What a value must not bring into a text: line breaks and any white space but the plain one, controls, lone
# surrogates, and the invisible marks that can turn a line of text round.
_UNSAFE: Final = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+"
)


class TemplateError(ValueError):
    """The body cannot be compiled: ``position`` is the fault's offset, ``str()`` tells its author."""

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(sentence)
        self.position = position


class MissingValue(ValueError):
    """A customer has no value for ``field``, and the field has no default: this person is skipped."""

    def __init__(self, field: str) -> None:
        super().__init__(f"There is no value for the field “{field}”.")
        self.field = field


@dataclass(frozen=True, slots=True)
class Field:
    """One merge field of a body; ``position`` is the offset of its opening braces."""

    name: str
    default: str | None = None
    max: int | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a body, for its author: the offset and a whole sentence."""

    position: int
    sentence: str


class Template:
    """A compiled body. Made by `compile`; it never changes and may be shared by threads."""

    __slots__ = ("_pieces", "_same_for_all", "fields")

    def __init__(self, pieces: tuple[str | Field, ...]) -> None:
        self._pieces = pieces
        self.fields: tuple[Field, ...] = tuple(piece for piece in pieces if isinstance(piece, Field))
        self._same_for_all = None if self.fields else "".join(piece for piece in pieces if isinstance(piece, str))

    @property
    def required(self) -> frozenset[str]:
        """The names of the fields without a default: who lacks a value for one of them is skipped."""
        return frozenset(field.name for field in self.fields if field.default is None)

    def render(self, values: Mapping[str, object]) -> str:
        """The text for one customer. Braces in a value are text, never a field.

        Raises MissingValue for the first required field whose value is absent, blank or unreadable.
        """
        if self._same_for_all is not None:
            return self._same_for_all
        texts = []
        for piece in self._pieces:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            text = _readable(values.get(piece.name))
            if not text:
                if piece.default is None:
                    raise MissingValue(piece.name)
                text = piece.default
            elif piece.max is not None:
                text = text[: piece.max].rstrip()
            texts.append(text)
        return "".join(texts)


def compile(body: str) -> Template:
    """Compile `body`, in time linear in its length. Raises TemplateError at the first fault."""
    pieces: list[str | Field] = []
    at = 0
    while (start := body.find("{{", at)) >= 0:
        pieces.append(_literal(body, at, start))
        field, at = _Reader(body, start).field()
        pieces.append(field)
    pieces.append(_literal(body, at, len(body)))
    return Template(tuple(piece for piece in pieces if piece))


def check(body: str, known: Mapping[str, str]) -> list[Problem]:
    """Everything wrong with `body`, nothing if it is good. `known` maps the fields' names to their labels."""
    try:
        template = compile(body)
    except TemplateError as error:
        return [Problem(error.position, str(error))]
    unknown: dict[str, Field] = {}
    for field in template.fields:
        if field.name not in known:
            unknown.setdefault(field.name, field)
    return [Problem(field.position, _unknown(field.name, known)) for field in unknown.values()]


class _Reader:
    """Reads one field of a body, from its opening braces on."""

    def __init__(self, body: str, start: int) -> None:
        if body.find("}}", start) < 0:
            raise TemplateError(start, _("These braces are never closed. Write “}}” after the field."))
        self._body = body
        self._start = start
        self._at = start + len("{{")

    def field(self) -> tuple[Field, int]:
        """The field, and the offset after its closing braces."""
        name = self._name()
        default: str | None = None
        cut: int | None = None
        while self._take(_PIPE):
            at = self._at
            match self._take(_FILTER):
                case "default" if default is None:
                    default = self._words()
                case "max" if cut is None:
                    cut = self._length()
                case "default" | "max" as twice:
                    said = _("“%(filter)s” stands twice in the field “%(field)s”. Keep one of them.")
                    raise TemplateError(at, said % {"filter": twice, "field": name})
                case _:
                    said = _("After “|” comes “default:” or “max:” in the field “%(field)s”.")
                    raise TemplateError(at, said % {"field": name})
        if not self._take(_CLOSE):
            said = _("After the field “%(field)s” comes “|” with a filter, or “}}”.")
            raise TemplateError(self._at, said % {"field": name})
        if default is not None and cut is not None and len(default) > cut:
            said = _("“%(default)s” is longer than the %(most)s characters of “max”.")
            raise TemplateError(self._start, said % {"default": default, "most": cut})
        return Field(name, default, cut, self._start), self._at

    def _name(self) -> str:
        name = self._take(_NAME)
        if not name:
            raise TemplateError(self._at, _("After “{{” comes a field's name: letters, digits and underscores."))
        if len(name) > _LONGEST_NAME:
            said = _("A field's name has at most %(most)s characters.")
            raise TemplateError(self._start, said % {"most": _LONGEST_NAME})
        return name

    def _words(self) -> str:
        quoted = self._take(_STRING)
        if not quoted:
            raise TemplateError(
                self._at,
                _(
                    "The words after “default:” stand in straight double quotes, on one line and without braces: "
                    'default: "there".'
                ),
            )
        return quoted[1:-1]

    def _length(self) -> int:
        at = self._at
        number = self._take(_NUMBER)
        if not number or not 1 <= int(number) <= _LARGEST_MAX:
            raise TemplateError(at, _("After “max:” comes a number from 1 to %(most)s.") % {"most": _LARGEST_MAX})
        return int(number)

    def _take(self, token: re.Pattern[str]) -> str:
        """The next token after white space, with what it captures; "" when something else stands there."""
        found = token.match(self._body, self._at)
        if not found:
            return ""
        self._at = found.end()
        return found.group(1)


def _literal(body: str, start: int, end: int) -> str:
    stray = body.find("}}", start, end)
    if stray >= 0:
        raise TemplateError(stray, _("These closing braces have no “{{” before them."))
    return body[start:end]


def _unknown(name: str, known: Mapping[str, str]) -> str:
    spellings = {label.lower().replace(" ", "_"): field for field, label in known.items()}
    spellings.update((field.lower(), field) for field in known)
    near = difflib.get_close_matches(name.lower(), spellings, n=1)
    if not near:
        return _("There is no field “%(name)s”. Choose one from the list of fields.") % {"name": name}
    said = _("There is no field “%(name)s”. Did you mean “%(near)s”?")
    return said % {"name": name, "near": spellings[near[0]]}


def _readable(value: object) -> str:
    """A value as it stands in a text, on one line; "" when there is nothing that a person could read."""
    match value:
        case str():
            return value.strip() if value.isprintable() else _UNSAFE.sub(" ", value).strip()
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value) if abs(value) < UNREADABLE_FROM else ""
        case float():
            return _decimals(value)
        case Decimal():
            # Asked of the exponent, since arithmetic on a huge decimal raises.
            readable = value.is_finite() and -_DECIMALS <= value.adjusted() < _DIGITS
            return format(value, "f") if readable else ""
        case dt.datetime():
            return f"{value.day} {value:%B %Y, %H:%M}"
        case dt.date():
            return f"{value.day} {value:%B %Y}"
        case dt.time():
            return f"{value:%H:%M}"
        case _:
            return ""


def _decimals(value: float) -> str:
    if not abs(value) < UNREADABLE_FROM:  # also when it is no number
        return ""
    rounded = round(value, _DECIMALS) + 0.0  # the sum turns -0.0 into 0.0
    return f"{rounded:.{_DECIMALS}f}".rstrip("0").rstrip(".")
