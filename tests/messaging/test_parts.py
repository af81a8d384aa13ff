"""Parts of a text: published cases, the edges, and the rules that hold for every text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from messaging import parts
from messaging.parts import Offender, Parts

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = "\f^{}\\[~]|€"
PRINTABLE_ASCII = "".join(map(chr, range(0x20, 0x7F))) + "\n\t"

texts = st.text(max_size=400) | st.text(alphabet="aé€^~🎉’…\u200d\u0301e\r\n", max_size=400)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Parts("GSM-7", 0, 0, 160, 160)),
        ("a", Parts("GSM-7", 1, 1, 159, 160)),
        ("a" * 160, Parts("GSM-7", 160, 1, 0, 160)),
        ("a" * 161, Parts("GSM-7", 161, 2, 145, 153)),
        ("a" * 306, Parts("GSM-7", 306, 2, 0, 153)),
        ("a" * 307, Parts("GSM-7", 307, 3, 152, 153)),
        ("€", Parts("GSM-7", 2, 1, 158, 160)),
        ("ABC€", Parts("GSM-7", 5, 1, 155, 160)),
        ("€" * 80, Parts("GSM-7", 160, 1, 0, 160)),
        ("€" * 81, Parts("GSM-7", 162, 2, 143, 153)),
        ("я" * 70, Parts("UCS-2", 70, 1, 0, 70)),
        ("я" * 71, Parts("UCS-2", 71, 2, 63, 67)),
        ("я" * 134, Parts("UCS-2", 134, 2, 0, 67)),
        ("я" * 135, Parts("UCS-2", 135, 3, 66, 67)),
        ("🎉", Parts("UCS-2", 2, 1, 68, 70)),
        ("a" * 68 + "🎉", Parts("UCS-2", 70, 1, 0, 70)),
        ("a" * 69 + "🎉", Parts("UCS-2", 71, 2, 63, 67)),
        ("👨‍👩‍👧", Parts("UCS-2", 8, 1, 62, 70)),
        ("’" + "a" * 159, Parts("UCS-2", 160, 3, 41, 67)),
        ("`", Parts("UCS-2", 1, 1, 69, 70)),
    ],
)
def test_published_cases(text: str, expected: Parts) -> None:
    assert parts.count(text) == expected


def test_a_euro_sign_at_the_boundary_moves_to_the_next_part_whole() -> None:
    text = "a" * 152 + "€" + "a" * 151
    assert parts.count(text) == Parts("GSM-7", 305, 2, 0, 153)
    assert parts.count(text + "a") == Parts("GSM-7", 306, 3, 152, 153)


def test_an_emoji_at_the_boundary_moves_to_the_next_part_whole() -> None:
    text = "я" * 66 + "🎉" + "я" * 65
    assert parts.count(text) == Parts("UCS-2", 133, 2, 0, 67)
    assert parts.count(text + "я") == Parts("UCS-2", 134, 3, 66, 67)


@pytest.mark.parametrize("character", GSM_BASIC)
def test_the_basic_alphabet_counts_once(character: str) -> None:
    assert parts.count(character) == Parts("GSM-7", 1, 1, 159, 160)


@pytest.mark.parametrize("character", GSM_EXTENSION)
def test_the_extension_table_counts_twice(character: str) -> None:
    assert parts.count(character) == Parts("GSM-7", 2, 1, 158, 160)


@pytest.mark.parametrize("character", "çáíóúâêÀÈ`’“–…\u00a0\t\x1b\0")
def test_everything_else_is_ucs2(character: str) -> None:
    assert parts.count(character).encoding == "UCS-2"


def packed_by_hand(text: str) -> tuple[int, int]:
    """The parts and units of a text, character after character."""
    gsm = set(text) <= set(GSM_BASIC + GSM_EXTENSION)
    widths = [1 + (c in GSM_EXTENSION if gsm else c > "\uffff") for c in text]
    alone, joined = (160, 153) if gsm else (70, 67)
    if sum(widths) <= alone:
        return min(1, len(text)), sum(widths)
    bins = [0]
    for width in widths:
        if bins[-1] + width > joined:
            bins.append(0)
        bins[-1] += width
    return len(bins), sum(widths)


@given(texts)
@example("a" * 152 + "€" * 200)
@example("я" * 66 + "🎉" * 200)
def test_packing_equals_packing_by_hand(text: str) -> None:
    counted = parts.count(text)
    assert (counted.parts, counted.units) == packed_by_hand(text)
    assert 0 <= counted.left <= counted.per_part


@given(texts)
@example("…" * 70)
@example("b\u0344" * 35)
def test_cleaning_never_adds_a_part(text: str) -> None:
    assert parts.count(parts.clean(text)).parts <= parts.count(text).parts


@given(texts)
@example("e\u200b\u0301")
@example("\r\u200b\n")
@example("\r\r\n")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert parts.clean(parts.clean(text)) == parts.clean(text)


@given(st.text(alphabet=PRINTABLE_ASCII, max_size=400))
def test_a_cleaned_ascii_text_is_gsm7(text: str) -> None:
    assert parts.count(parts.clean(text)).encoding == "GSM-7"


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"], exclude_characters="ﬀﬁﬂﬃﬄﬅﬆ")))
def test_cleaning_leaves_letters_and_digits_alone(text: str) -> None:
    letters = "".join(c for c in text if unicodedata.east_asian_width(c) != "F")
    assert parts.clean(letters) == letters


@given(texts)
def test_a_text_without_offenders_is_gsm7_and_one_with_them_is_not(text: str) -> None:
    assert (parts.offenders(text) == []) == (parts.count(text).encoding == "GSM-7")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("“Don’t miss it” — 50% off…", '"Don\'t miss it" - 50% off...'),
        ("«Hola»\u00a0señor", '"Hola" señor'),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("one\ttwo", "one two"),
        ("one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("Cafe\u0301", "Café"),
        ("Ａｃｍｅ！", "Acme!"),
        ("Acme™ ﬁrst", "AcmeTM first"),
        ("`code`", "'code'"),
        ("\x00\x07ok", "ok"),
        ("10² or 1½", "10² or 1½"),
        ("garçon", "garçon"),
    ],
)
def test_typography_becomes_plain(text: str, cleaned: str) -> None:
    assert parts.clean(text) == cleaned


def test_an_emoji_keeps_its_joiners_and_the_text_its_length() -> None:
    assert parts.clean("It’s 👨‍👩‍👧 day…\u200b") == "It's 👨‍👩‍👧 day…"


def test_a_joiner_that_alone_forces_ucs2_goes() -> None:
    assert parts.clean("price\u200d 5\ufe0f") == "price 5"


def test_offenders_are_told_with_their_place_name_and_replacement() -> None:
    assert parts.offenders("It’s\u200b 🎉 e\u0301 ê\x00") == [
        Offender("’", 2, "'", "RIGHT SINGLE QUOTATION MARK"),
        Offender("\u200b", 4, "", "ZERO WIDTH SPACE"),
        Offender("🎉", 6, None, "PARTY POPPER"),
        Offender("e\u0301", 8, "é", "LATIN SMALL LETTER E + COMBINING ACUTE ACCENT"),
        Offender("ê", 11, None, "LATIN SMALL LETTER E WITH CIRCUMFLEX"),
        Offender("\x00", 12, "", "U+0000"),
    ]


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        ("", True),
        ("a" * 1530, True),
        ("a" * 1531, False),
        ("я" * 670, True),
        ("я" * 671, False),
    ],
)
def test_a_text_fits_up_to_ten_parts(text: str, fitting: bool) -> None:
    assert parts.fits(text) is fitting
