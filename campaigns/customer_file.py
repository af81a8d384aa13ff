"""A file of customers: which bytes, columns and lines of a CSV can be imported, and why others cannot.

The file is streamed, and every line is answered: as a `Line` to import, or as a `Rejected` one with a sentence.
An import never raises consent: of the columns about it only those that say who left are read. Others say so.
"""

import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

from campaigns import phone, profile
from campaigns.language import gettext_noop as _
from campaigns.language import storable
from campaigns.rules import Kind
from campaigns.values import read_boolean

EXTERNAL_ID: Final = "external_id"
PHONE: Final = "phone"
OPTED_OUT: Final = "opted_out"
MAX_COLUMNS: Final = 200
# How many lines are looked at to tell of what kind a new column is.
_SAMPLE: Final = 1000

_ALIASES: Final = {
    "phone_number": PHONE, "mobile": PHONE, "mobile_number": PHONE, "customer_id": EXTERNAL_ID,
    "firstname": "first_name", "lastname": "last_name", "e_mail": "email", "email_address": "email",
    "birthday": "birth_date", "birthdate": "birth_date", "date_of_birth": "birth_date", "dob": "birth_date",
    "timezone": "time_zone", "province": "state", "zip": "postal_code", "zip_code": "postal_code",
    "postcode": "postal_code", "locale": "language",
}  # fmt: skip

# Columns that say who left us: yes, no, or when. They are read, since they can only lower consent. What says the
# same of another channel, such as email_opt_out, is not.
OPT_OUT_TITLES: Final = frozenset({
    "opted_out", "opted_out_at", "opt_out", "opt_out_at", "opt_out_date", "sms_opt_out", "sms_opted_out",
    "sms_opt_out_at", "sms_opt_out_date", "opt_out_sms", "unsubscribed", "unsubscribed_at", "unsubscribe_date",
    "unsubscribed_date", "sms_unsubscribed", "sms_unsubscribed_at", "do_not_text", "do_not_contact",
})  # fmt: skip
# A date in whatever order: that there is one says that the person left.
_LOOKS_LIKE_A_DATE: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")

# Titles of the columns that a download of rejected lines adds; they are passed over when it is brought again.
_NOTES: Final = ("rejected_line", "rejected_because")

# What a spreadsheet runs as a formula when a cell begins with it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

# What is said of a file is stored with its import, in English.
_NOT_UTF_8: Final = storable(
    _(
        "The file is not in UTF-8: line %(line)s has the byte 0x%(byte)s at place %(place)s. Save it as “CSV UTF-8” "
        "and bring it again."
    )
)
_OPEN_QUOTE: Final = storable(
    _("Line %(line)s opens a quotation mark that is never closed. Close it, then bring the file again.")
)
_TOO_WIDE: Final = storable(_("The file has %(columns)s columns. Bring %(most)s at most."))
_TWICE: Final = storable(_("Two columns mean “%(column)s”. Take one of them away."))
_NEEDED: Final = storable(
    _(
        "The file has no column “%(column)s”. Its first line must name the columns external_id and phone; it names: "
        "%(found)s."
    )
)
_UNTITLED: Final = storable(_("Column %(place)s has no title and was not read."))
_ABOUT_CONSENT: Final = storable(
    _(
        "The column “%(title)s” was not read: an import never gives consent and verifies no number. People opt in by "
        "keyword, code or web page. To opt people out, name a column opted_out."
    )
)
_NO_KEY: Final = storable(_("The column “%(title)s” was not read: its title needs letters from a to z or digits."))
_OTHER_WIDTH: Final = storable(
    _("This line has %(cells)s cells and the first line has %(columns)s. Check its separators and quotation marks.")
)
_NOBODY: Final = _("external_id is missing. Give each customer one.")


class FileRefused(ValueError):
    """Nothing of the file can be imported. ``str()`` is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the header says. `targets` has, for each of the `titles`, a profile field, `phone`, `opted_out`, an
    attribute, or None."""

    targets: Sequence[str | None]
    delimiter: str
    header: str = ""
    titles: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line to import. Cells that were blank are left out: they change nothing."""

    number: int
    content: str
    external_id: str
    phone: str | None
    profile: Mapping[str, str | dt.date | None]
    attributes: Mapping[str, object]
    opts_out: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not imported, whole, and why."""

    number: int
    content: str
    reason: str


def read_columns(stream: BinaryIO, known: Mapping[str, Kind], *, region: str) -> Columns:
    """Check the encoding of the whole file and read its header. `known` are the attributes we have.

    The kind of a new attribute is told from the first lines that can be imported; `region` as for `read_lines`.
    Raises FileRefused.
    """
    _check_encoding(stream)
    stream.seek(0)
    header = next(iter(_text_lines(stream)), "").rstrip("\r\n")
    delimiter = _delimiter(header)
    titles = next(csv.reader([header], delimiter=delimiter), [])
    columns = _columns([title.strip() for title in titles], delimiter)
    new = {key for key in columns.labels if key not in known}
    kept = {key: known[key] for key in columns.labels if key in known}
    columns = replace(columns, header=header, kinds={**kept, **dict.fromkeys(new, Kind.TEXT)})
    return replace(columns, kinds={**kept, **_guess(stream, columns, new, region)})


def read_lines(stream: BinaryIO, columns: Columns, *, region: str) -> Iterator[Line | Rejected]:
    """Every line after the header that is not empty. `region` is where numbers without a plus are at home.

    Raises FileRefused when a quotation mark swallows the rest of the file.
    """
    for number, content, cells in _records(stream, columns):
        try:
            yield _line(number, content, cells, columns, region)
        except ValueError as error:
            yield Rejected(number, content.replace("\x00", "\ufffd"), str(error)[:255])


def rejected_table(header: str, rejected: Iterable[tuple[int, str, str]]) -> Iterator[list[str]]:
    """Rows of a CSV file of rejected lines, (number, content, reason) each: the file's own columns, so that it
    can be mended and brought again, with the line and the reason in front. No cell is a formula."""
    delimiter = _delimiter(header)
    yield [*_NOTES, *_cells(header, delimiter)]
    for number, content, reason in rejected:
        yield [str(number), defuse(reason), *map(defuse, _cells(content, delimiter))]


def defuse(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. `read_lines` takes the mark off again."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _cells(content: str, delimiter: str) -> list[str]:
    try:
        return [cell for row in csv.reader(content.splitlines(keepends=True), delimiter=delimiter) for cell in row]
    except csv.Error:
        return [content]


# --- The file as a whole -------------------------------------------------------------------------


def _check_encoding(stream: BinaryIO) -> None:
    stream.seek(0)
    for number, line in enumerate(stream, start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            byte = line[error.start]
            where = {"line": number, "byte": f"{byte:02X}", "place": error.start + 1}
            raise FileRefused(_NOT_UTF_8 % where) from None


def _text_lines(stream: BinaryIO) -> Iterator[str]:
    """The file's lines with their ends, whichever they are, without a byte order mark."""
    stream.seek(0)
    encoding = "utf-8-sig"
    for line in stream:
        yield from io.StringIO(line.decode(encoding), newline="")
        encoding = "utf-8"


def _records(stream: BinaryIO, columns: Columns) -> Iterator[tuple[int, str, list[str]]]:
    """Line number, text and cells of each record after the header; a record may span lines in quotes."""
    taken: list[str] = []

    def recorded() -> Iterator[str]:
        for line in _text_lines(stream):
            taken.append(line)
            yield line

    reader = csv.reader(recorded(), delimiter=columns.delimiter)
    begins = 1
    try:
        for cells in reader:
            content = "".join(taken).rstrip("\r\n")
            taken.clear()
            if begins > 1 and any(cell.strip() for cell in cells):
                yield begins, content, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise FileRefused(_OPEN_QUOTE % {"line": begins}) from None


# --- The header ----------------------------------------------------------------------------------


def _columns(titles: Sequence[str], delimiter: str) -> Columns:
    if len(titles) > MAX_COLUMNS:
        raise FileRefused(_TOO_WIDE % {"columns": len(titles), "most": MAX_COLUMNS})
    targets, remarks, labels = [], [], {}
    for place, title in enumerate(titles, start=1):
        target, remark = _target(title, place)
        if target not in (None, OPTED_OUT) and target in targets:
            raise FileRefused(_TWICE % {"column": target})
        targets.append(target)
        remarks += [remark] if remark else []
        if target is not None and target not in (PHONE, OPTED_OUT, *profile.FIELDS):
            labels[target] = title
    for needed in (EXTERNAL_ID, PHONE):
        if needed not in targets:
            found = ", ".join(f"“{title[:40]}”" for title in titles[:12] if title) or "none"
            raise FileRefused(_NEEDED % {"column": needed, "found": found})
    return Columns(targets, delimiter, titles=titles, labels=labels, remarks=remarks)


def _target(title: str, place: int) -> tuple[str | None, str]:
    """What a column is for, or None and a remark."""
    if not title:
        return None, _UNTITLED % {"place": place}
    key = profile.attribute_key(title)
    key = _ALIASES.get(key, key)
    if key in _NOTES:
        return None, ""
    if key in OPT_OUT_TITLES:
        return OPTED_OUT, ""
    if profile.is_about_consent(key):
        return None, _ABOUT_CONSENT % {"title": title}
    if not key or len(key) > profile.MAX_KEY:
        return None, _NO_KEY % {"title": title[:60]}
    return key, ""


def _guess(stream: BinaryIO, columns: Columns, new: set[str], region: str) -> Mapping[str, Kind]:
    """The kinds of the new attributes, from the first lines that can be imported; read as texts until then."""
    if not new:
        return {}
    words: dict[str, list[str]] = {key: [] for key in sorted(new)}
    for line in itertools.islice(read_lines(stream, columns, region=region), _SAMPLE):
        # A line that is rejected for another cell must not decide for good what an attribute is.
        if isinstance(line, Line):
            for key in words.keys() & line.attributes.keys():
                words[key].append(str(line.attributes[key]))
    return {key: profile.kind_of_words(found) for key, found in words.items()}


# --- A line --------------------------------------------------------------------------------------


def _line(number: int, content: str, cells: Sequence[str], columns: Columns, region: str) -> Line:
    if len(cells) != len(columns.targets):
        raise ValueError(_OTHER_WIDTH % {"cells": len(cells), "columns": len(columns.targets)})
    cells_given = list(_given(zip(columns.targets, cells, strict=True)))
    opts_out = any(_opts_out(cell) for target, cell in cells_given if target == OPTED_OUT)
    given = {target: cell for target, cell in cells_given if target != OPTED_OUT}
    if EXTERNAL_ID not in given:
        raise ValueError(_NOBODY)
    number_given = given.pop(PHONE, None)
    try:
        e164 = phone.parse(number_given, region=region) if number_given else None
    except phone.InvalidPhoneNumber as error:
        raise ValueError(f"phone: {error}") from None
    values = {key: _value(key, cell, columns.kinds) for key, cell in given.items()}
    attributes = {key: values.pop(key) for key in columns.kinds if key in values}
    fields = {key: value for key, value in values.items() if isinstance(value, str | dt.date)}
    external_id = str(fields.pop(EXTERNAL_ID))
    return Line(number, content, external_id, e164, fields, attributes, opts_out)


def _opts_out(cell: str) -> bool:
    if _LOOKS_LIKE_A_DATE.fullmatch(cell):
        return True
    try:
        return read_boolean(cell)
    except ValueError as error:
        raise ValueError(f"opted_out: {error} Write yes, no, or the day on which the person left.") from None


def _given(cells: Iterable[tuple[str | None, str]]) -> Iterator[tuple[str, str]]:
    for target, cell in cells:
        text = cell.strip()
        if text.startswith("'") and text[1:].startswith(_FORMULA):
            text = text[1:]
        if target is not None and text:
            yield target, text


def _value(key: str, cell: str, kinds: Mapping[str, Kind]) -> object:
    try:
        return profile.read_attribute(kinds[key], cell) if key in kinds else profile.read(key, cell)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None
