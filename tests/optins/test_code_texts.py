"""The text that brings a code, and what may stand before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optins.code_texts import LONGEST_PREFIX, code_text, masked, prefix_problem


def test_the_text_names_the_programme_the_code_and_its_time() -> None:
    text = code_text(code="012345", prefix="", programme="Acme Offers", minutes=10)

    assert text == "Your Acme Offers code is 012345. It works for 10 minutes. Do not share it."


def test_a_prefix_takes_the_place_of_the_beginning() -> None:
    text = code_text(code="012345", prefix=" Acme: ", programme="Offers", minutes=1)

    assert text == "Acme: 012345. It works for 1 minute. Do not share it."


def test_a_masked_code_keeps_its_length() -> None:
    assert masked("012345") == "••••••"


@pytest.mark.parametrize("prefix", ["", "Acme:", "Dr. No's code", "Your code for St. John's:", "Votre code été 24/7"])
def test_plain_words_may_stand_before_a_code(prefix: str) -> None:
    assert prefix_problem(prefix) is None


@pytest.mark.parametrize(
    "prefix",
    [
        "acme.com", "go to acme.co.uk now", "http://1.2.3.4", "HTTPS://X", "www.acme", "a@b.co", "acme．com",
        "acme。com",
        "line\nbreak", "bell\x07", "zero\u200bwidth", "right\u202eleft", "call 1234", "call １２３４", "x" * 61,
    ],
)  # fmt: skip
def test_what_could_mislead_may_not(prefix: str) -> None:
    assert prefix_problem(prefix) is not None


@given(st.text())
def test_whatever_passes_is_one_short_line(prefix: str) -> None:
    if prefix_problem(prefix) is None:
        assert len(prefix) <= LONGEST_PREFIX
        assert len(prefix.splitlines()) <= 1
