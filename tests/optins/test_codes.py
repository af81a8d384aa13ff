"""One-time codes and API secrets."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optins.codes import (
    digest,
    generate,
    matches,
    new_app_key,
    new_secret,
    normalise,
    secret_digest,
    secret_matches,
)

KEY = b"a key of the installation"


def test_a_code_has_its_length_and_may_begin_with_zero() -> None:
    codes = {generate() for _ in range(2_000)}
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in codes)
    assert any(code.startswith("0") for code in codes)
    assert len(codes) > 1_900


def test_a_code_can_be_longer_but_not_empty() -> None:
    assert len(generate(10)) == 10
    with pytest.raises(ValueError, match="at least one digit"):
        generate(0)


@pytest.mark.parametrize(
    "typed",
    ["012345", " 012 345 ", "012-345", "0 1 2 3 4 5", "０１２３４５", "012–345", "012\u200b345\n", "٠١٢٣٤٥"],
)
def test_a_code_counts_however_it_is_typed(typed: str) -> None:
    assert normalise(typed) == "012345"
    assert matches(typed, digest("012345", key=KEY, salt="17"), key=KEY, salt="17")


@pytest.mark.parametrize("typed", ["", "12345", "0123456", "012346", "O12345", "012345x", "²12345", "\ud800"])
def test_another_code_does_not_match(typed: str) -> None:
    assert not matches(typed, digest("012345", key=KEY, salt="17"), key=KEY, salt="17")


def test_a_digest_opens_only_its_own_verification() -> None:
    kept = digest("012345", key=KEY, salt="17")
    assert not matches("012345", kept, key=KEY, salt="18")
    assert not matches("012345", kept, key=b"another key", salt="17")
    assert "012345" not in kept


def test_salt_and_code_cannot_be_shifted_into_each_other() -> None:
    assert digest("23456", key=KEY, salt="171") != digest("123456", key=KEY, salt="17")


@given(st.text(max_size=200), st.text(max_size=100))
def test_no_input_makes_a_comparison_raise(typed: str, kept: str) -> None:
    assert not matches(typed, kept, key=KEY, salt="17")
    assert not secret_matches(typed, kept)


def test_a_secret_matches_its_own_digest_alone() -> None:
    secret, other = new_secret(), new_secret()
    assert len(secret) == 43
    assert secret_matches(secret, secret_digest(secret))
    assert not secret_matches(other, secret_digest(secret))
    assert not secret_matches("", secret_digest(secret))


def test_an_app_key_is_safe_in_a_path() -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", new_app_key())
    assert new_app_key() != new_app_key()
