"""Texts as lines of a file: which columns there are, and cells that no spreadsheet runs as a formula."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from campaigns.customer_file import defuse
from campaigns.phone import mask

COLUMNS: Final[Mapping[str, str]] = {
    "id": "pk",
    "run": "run_id",
    "message": "run__message__name",
    "external_id": "customer__external_id",
    "number": "number",
    "sender": "sender__address",
    "state": "state",
    "reason": "reason",
    "error_code": "error_code",
    "parts": "parts",
    "sid": "sid",
    "attempts": "attempts",
    "due_at": "due_at",
    "claimed_at": "claimed_at",
    "settled_at": "settled_at",
}
"""The names of an export's columns, with the path to each value from an outbound."""

SHOWN: Final[Mapping[str, str]] = {
    name: COLUMNS[name]
    for name in (
        "message",
        "external_id",
        "number",
        "state",
        "reason",
        "error_code",
        "parts",
        "claimed_at",
        "settled_at",
    )
}
"""The columns that a marketer is given."""


def row_of(columns: Mapping[str, str], values: Sequence[object], *, whole_numbers: bool = False) -> dict[str, object]:
    """One text by column; its number masked unless it is to be whole."""
    row = dict(zip(columns, values, strict=True))
    if row["number"] and not whole_numbers:
        row["number"] = mask(str(row["number"]))
    return row


def cells(columns: Mapping[str, str], values: Sequence[object], *, whole_numbers: bool = False) -> list[str]:
    """One text as the cells of a line."""
    return [_cell(value) for value in row_of(columns, values, whole_numbers=whole_numbers).values()]


def _cell(value: object) -> str:
    if value is None:
        return ""
    # A moment, in ISO 8601.
    return defuse(value.isoformat() if isinstance(value, dt.datetime) else str(value))
