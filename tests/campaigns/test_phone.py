"""Phone numbers: readings, refusals, and what is shown of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import phone
from campaigns.phone import InvalidPhoneNumber, Refusal

ANY_CASE_OF_313 = [
    "13139711649",
    "3139711649",
    "+13139711649",
    "+1 313-971-1649",
    "(313) 971-1649",
    "1 (313) 971.1649",
    "３１３９７１１６４９",
    "＋１（３１３）９７１－１６４９",
    "٣١٣٩٧١١٦٤٩",
    "\u202a+1 313‑971–1649\u202c",
    "313\u00a0971\u00a01649\n",
]


@pytest.mark.parametrize("text", ANY_CASE_OF_313)
def test_one_number_in_many_spellings_is_one_identity(text: str) -> None:
    assert phone.parse(text) == "+13139711649"


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("447400123456", "US", "+447400123456"),
        ("447400123456", "DE", "+447400123456"),
        ("13139711649", "GB", "+13139711649"),
        ("13139711649", "DE", "+13139711649"),
        ("07400 123456", "GB", "+447400123456"),
        ("+44 (0)7400 123456", "US", "+447400123456"),
        ("00447400123456", "DE", "+447400123456"),
        ("919876543210", "US", "+919876543210"),
    ],
)
def test_digits_are_read_at_home_first_and_abroad_second(text: str, region: str, expected: str) -> None:
    assert phone.parse(text, region=region) == expected


def test_ten_american_digits_are_not_taken_for_a_norwegian_mobile() -> None:
    assert phone.parse("4799551234") == phone.parse("(479) 955-1234") == "+14799551234"
    assert phone.parse("+4799551234") == "+4799551234"


@pytest.mark.parametrize("last", ["0100", "0123", "0199"])
def test_numbers_reserved_for_examples_are_accepted(last: str) -> None:
    assert phone.parse(f"+1 313 555 {last}") == f"+1313555{last}"


@pytest.mark.parametrize("last", ["00", "01", "06", "09"])
def test_magic_numbers_are_accepted(last: str) -> None:
    assert phone.parse(f"+1 500 555 00{last}") == f"+150055500{last}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", Refusal.NOT_A_NUMBER),
        ("   ", Refusal.NOT_A_NUMBER),
        ("()-", Refusal.NOT_A_NUMBER),
        ("hello", Refusal.NOT_A_NUMBER),
        ("1-800-FLOWERS", Refusal.NOT_A_NUMBER),
        ("313-971-1649 ext 5", Refusal.NOT_A_NUMBER),
        ("313+9711649", Refusal.NOT_A_NUMBER),
        ("++13139711649", Refusal.NOT_A_NUMBER),
        ("3.139711649E+09", Refusal.NOT_A_NUMBER),
        ("3" * 41, Refusal.NOT_A_NUMBER),
        ("+999 123 456 789", Refusal.UNKNOWN_COUNTRY),
        ("97865", Refusal.TOO_SHORT),
        ("911", Refusal.TOO_SHORT),
        ("971-1649", Refusal.TOO_SHORT),
        ("+1 313 971", Refusal.TOO_SHORT),
        ("313971164900000", Refusal.TOO_LONG),
        ("3139711649/3139711650", Refusal.TOO_LONG),
        ("+1 999 999 9999", Refusal.NOT_POSSIBLE),
        ("0000000000", Refusal.NOT_POSSIBLE),
        ("+1 900 555 1234", Refusal.NOT_MOBILE),
        ("+1 800 555 1212", Refusal.NOT_MOBILE),
        ("+1 521 555 0006", Refusal.NOT_MOBILE),
        ("+44 20 7031 3000", Refusal.NOT_MOBILE),
        ("442070313000", Refusal.NOT_MOBILE),
        ("+44 70 1112 3456", Refusal.NOT_MOBILE),
    ],
)
def test_what_cannot_be_texted_is_refused_with_its_reason(text: str, code: Refusal) -> None:
    with pytest.raises(InvalidPhoneNumber) as refused:
        phone.parse(text)
    assert refused.value.code is code
    assert str(refused.value).endswith(".")


def test_a_sender_may_be_toll_free_but_no_short_code() -> None:
    assert phone.parse_sender("(833) 555-0123") == "+18335550123"
    with pytest.raises(InvalidPhoneNumber):
        phone.parse_sender("97865")


@given(st.text(max_size=50))
def test_any_text_gives_an_e164_number_or_a_refusal(text: str) -> None:
    try:
        number = phone.parse(text)
    except InvalidPhoneNumber:
        return
    assert phone.E164.fullmatch(number)
    assert phone.parse(number) == number


@given(st.from_regex(r"\A[(+]?[0-9]{1,3}[ )-]{0,2}[0-9]{3}[ .-]?[0-9]{4,9}\Z"))
def test_a_number_that_was_read_reads_the_same_again(text: str) -> None:
    try:
        number = phone.parse(text)
    except InvalidPhoneNumber:
        return
    assert phone.E164.fullmatch(number)
    assert phone.parse(number) == phone.parse(phone.pretty(number)) == number


@pytest.mark.parametrize("text", ["13139711649", "+0139711649", "+123456", "+1234567890123456", "+1313971164a"])
def test_e164_wants_a_plus_and_seven_to_fifteen_digits(text: str) -> None:
    assert not phone.E164.fullmatch(text)


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+13135550123", "US"),
        ("+14165550123", "CA"),
        ("+447400123456", "GB"),
        ("+883510000000094", ""),
        ("junk", ""),
    ],
)
def test_a_number_tells_its_country(number: str, region: str) -> None:
    assert phone.country(number) == region


@pytest.mark.parametrize(("code", "known"), [("US", True), ("GB", True), ("us", False), ("UK", False), ("", False)])
def test_a_region_is_known_by_its_code(code: str, known: bool) -> None:
    assert phone.is_region(code) is known


def test_a_number_is_shown_the_way_people_write_it() -> None:
    assert phone.pretty("+13139711649") == "+1 313-971-1649"
    assert phone.pretty("97865") == "97865"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+13139711649", "+1313•••1649"),
        ("+4512345678", "+451•••5678"),
        ("+6834000", "+•••4000"),
        ("97865", "•••"),
    ],
)
def test_a_masked_number_hides_its_middle(number: str, masked: str) -> None:
    assert phone.mask(number) == masked


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_a_mask_hides_at_least_three_digits(number: str) -> None:
    shown = phone.mask(number).replace("•••", "")
    assert len(shown) <= len(number) - 3
