"""Reading a file of customers: encodings, separators, titles, lines, and a sentence for whatever is wrong."""

import datetime as dt
import io

import pytest

from campaigns.customer_file import (
    Columns,
    FileRefused,
    Line,
    Rejected,
    defuse,
    read_columns,
    read_lines,
    rejected_table,
)
from campaigns.rules import Kind

HEADER = "external_id,phone,first_name\n"


def columns(text: str | bytes, **known: Kind) -> Columns:
    return read_columns(io.BytesIO(text.encode() if isinstance(text, str) else text), known, region="US")


def lines(text: str, **known: Kind) -> list[Line | Rejected]:
    stream = io.BytesIO(text.encode())
    return list(read_lines(stream, read_columns(stream, known, region="US"), region="US"))


def only(text: str, **known: Kind) -> Line:
    (line,) = lines(text, **known)
    assert isinstance(line, Line), line
    return line


def reason(text: str, **known: Kind) -> str:
    (line,) = lines(text, **known)
    assert isinstance(line, Rejected), line
    return line.reason


def refusal(text: str | bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        columns(text)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_spreadsheets_write_is_read(delimiter: str, end: str, mark: str) -> None:
    rows = (("External ID", "Phone Number", "First Name"), ("c-1", "(313) 971-1649", " Zoë "))
    line = only(mark + end.join(delimiter.join(row) for row in rows))
    assert (line.number, line.external_id, line.phone) == (2, "c-1", "+13139711649")
    assert line.profile == {"first_name": "Zoë"}


def test_values_are_read_in_their_kinds_and_blank_cells_are_left_out() -> None:
    line = only("external_id,phone,birth_date,email,points,vip\nc-1,,1990-01-31,,12.5,yes\n")
    assert line.phone is None
    assert line.profile == {"birth_date": dt.date(1990, 1, 31)}
    assert line.attributes == {"points": 12.5, "vip": True}


def test_the_kind_of_a_new_column_is_told_from_its_cells() -> None:
    text = "external_id,phone,a,b,c,d,e,f\n1,,7,yes,2025-01-31,007,0,\n2,,x,no,2025-02-01,008,1,\n"
    assert columns(text).kinds == {
        "a": Kind.TEXT, "b": Kind.BOOLEAN, "c": Kind.DATE, "d": Kind.TEXT, "e": Kind.NUMBER, "f": Kind.TEXT,
    }  # fmt: skip


def test_a_rejected_line_does_not_tell_the_kind_of_a_new_column() -> None:
    assert columns("external_id,phone,points\n1,,7\n2,nonsense,x\n").kinds == {"points": Kind.NUMBER}


def test_a_known_attribute_keeps_its_kind() -> None:
    assert columns("external_id,phone,points\n1,,7\n", points=Kind.TEXT).kinds == {"points": Kind.TEXT}


def test_a_record_may_span_lines_and_is_kept_whole_when_rejected() -> None:
    text = HEADER + 'c-1,12,"Ada\nMay"\nc-2,,Bob\n'
    rejected, kept = lines(text)
    assert isinstance(rejected, Rejected)
    assert (rejected.number, rejected.content) == (2, 'c-1,12,"Ada\nMay"')
    assert kept.number == 4


def test_empty_lines_are_passed_over_and_counted() -> None:
    (line,) = lines(HEADER + "\n,,\nc-1,,Ada\n")
    assert line.number == 4


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",+13139711649,Ada", "external_id is missing"),
        ("c-1,911,Ada", "phone: This phone number is too short"),
        ("c-1,call me,Ada", "phone: This is not a phone number"),
        ("c-1,,Ada,extra", "4 cells and the first line has 3"),
        ("c-1", "1 cells and the first line has 3"),
        ("c-1,,A\x00da", "first_name: this holds a character that cannot be printed"),
        (f"{'x' * 256},,Ada", "external_id: this has 256 characters"),
    ],
)
def test_a_bad_line_is_rejected_with_its_reason(line: str, words: str) -> None:
    assert words in reason(HEADER + line + "\n")


@pytest.mark.parametrize(
    ("title", "cell", "words"),
    [
        ("birth_date", "31.1.1990", "birth_date: “31.1.1990” is not a date"),
        ("email", "nobody", "email: this is not an email address"),
        ("points", "many", "points: “many” is not a number"),
    ],
)
def test_a_bad_value_is_rejected_with_its_column(title: str, cell: str, words: str) -> None:
    assert words in reason(f"external_id,phone,{title}\nc-1,,{cell}\n", points=Kind.NUMBER)


def test_other_encodings_are_refused_with_the_place() -> None:
    assert "line 2 has the byte 0xEB at place 8" in refusal(HEADER.encode() + "c-1,,Zoë\n".encode("latin-1"))
    assert "line 1 has the byte 0xFF" in refusal(HEADER.encode("utf-16"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column “external_id”"),
        ("name,phone\n", "it names: “name”, “phone”"),
        ("external_id,name\n", "no column “phone”"),
        ("external_id,phone,mobile\n", "Two columns mean “phone”"),
        (",".join(f"c{n}" for n in range(201)), "201 columns"),
    ],
)
def test_a_header_that_cannot_be_imported_is_refused(text: str, words: str) -> None:
    assert words in refusal(text)


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_line() -> None:
    with pytest.raises(FileRefused, match=r"Line 3 opens a quotation mark"):
        lines(HEADER + 'c-1,,Ada\nc-2,,"Bob\n' + "x" * 140_000)


@pytest.mark.parametrize(
    "title",
    ["opt_in", "Opted In", "SMS Opt-In", "optIn", "consent", "sms_consent_at", "subscribed", "email_opt_out",
     "verified", "Phone verified", "marketing_opt_in_date", "subscription_status"],
)  # fmt: skip
def test_a_column_about_consent_is_not_read_and_says_so(title: str) -> None:
    read = columns(f"external_id,phone,{title}\n")
    assert read.targets == ["external_id", "phone", None]
    assert "never gives consent" in read.remarks[0]


@pytest.mark.parametrize(
    "title", ["opted_out", "Opt-Out", "SMS opt out", "unsubscribed", "Unsubscribed at", "doNotText"]
)
@pytest.mark.parametrize(
    ("cell", "leaves"),
    [("yes", True), ("TRUE", True), ("1", True), ("31/1/2026", True), ("2026-01-31T10:00", True),
     ("no", False), ("0", False), ("", False)],
)  # fmt: skip
def test_a_column_says_who_left_and_never_who_came(title: str, cell: str, leaves: bool) -> None:
    (line,) = lines(f"external_id,phone,{title}\nc-1,,{cell}\n")
    assert isinstance(line, Line)
    assert (line.opts_out, line.attributes) == (leaves, {})


def test_whoever_says_neither_yes_nor_no_is_rejected_with_a_sentence() -> None:
    (line,) = lines("external_id,phone,opted_out\nc-1,,perhaps\n")
    assert isinstance(line, Rejected)
    assert line.reason == (
        "opted_out: “perhaps” is neither yes nor no. Write yes, no, or the day on which the person left."
    )


def test_any_of_several_columns_may_say_that_somebody_left() -> None:
    (line,) = lines("external_id,phone,opted_out,opted_out_at\nc-1,,no,2026-01-31\n")
    assert isinstance(line, Line)
    assert line.opts_out


def test_a_column_without_a_usable_title_is_not_read_and_says_so() -> None:
    read = columns("external_id,phone,,★,options\n")
    assert read.targets == ["external_id", "phone", None, None, "options"]
    assert ["Column 3" in read.remarks[0], "★" in read.remarks[1]] == [True, True]


@pytest.mark.parametrize("cell", ["=1+1", "+13139711649", "-1", "@x", "\tx"])
def test_a_cell_that_a_spreadsheet_would_run_is_defused(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


def test_rejected_lines_are_written_so_that_they_can_be_mended_and_brought_again() -> None:
    header = "external_id;phone;first_name"
    table = list(rejected_table(header, [(2, 'c-1;+12;"=A;B"', "=bad"), (3, '"broken', "x")]))
    assert table == [
        ["rejected_line", "rejected_because", "external_id", "phone", "first_name"],
        ["2", "'=bad", "c-1", "'+12", "'=A;B"],
        ["3", "x", "broken"],
    ]
    assert columns(",".join(table[0])).targets == [None, None, "external_id", "phone", "first_name"]


def test_a_defused_file_can_be_brought_again() -> None:
    assert only(HEADER + f"c-1,{defuse('+13139711649')},O'Hara\n").phone == "+13139711649"
    assert defuse("O'Hara") == "O'Hara"
