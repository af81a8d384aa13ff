"""Twilio's error codes become classes and sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.gateway.errors import ADVICE, CODES, ErrorClass, as_code, classify, explain

CLASSES = [
    (20003, "account_config"), (20005, "account_config"), (30002, "account_config"),
    (20429, "wait"), (21611, "wait"), (30001, "wait"), (30022, "wait"), (30023, "wait"), (30027, "wait"),
    (20500, "uncertain"), (20503, "uncertain"), (30410, "uncertain"),
    (21211, "number_bad"), (21217, "number_bad"), (21401, "number_bad"), (21612, "number_bad"),
    (21614, "number_bad"), (21635, "number_bad"), (30005, "number_bad"), (30006, "number_bad"),
    (21212, "sender_config"), (21606, "sender_config"), (21705, "sender_config"), (21704, "sender_config"),
    (21608, "sender_config"), (21219, "sender_config"), (21703, "sender_config"), (30032, "sender_config"),
    (30033, "sender_config"), (30034, "sender_config"), (30035, "sender_config"), (35125, "sender_config"),
    (21408, "country_disabled"), (21610, "suppressed"), (21617, "content_bad"), (21602, "content_bad"),
    (30003, "unreachable_retry"), (30008, "unreachable_retry"), (30017, "unreachable_retry"),
    (30004, "blocked"), (30007, "filtered"), (30450, "fraud"), (60410, "fraud"), (30610, "policy"),
    (30640, "policy"), (30047, "policy"), (12345, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "kind"), CLASSES)
def test_a_code_has_its_class(code: int, kind: str) -> None:
    assert classify(code) == kind
    assert classify(str(code)) == kind


def test_every_class_says_what_to_do() -> None:
    assert set(ADVICE) == set(ErrorClass)


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained_in_whole_sentences(code: int) -> None:
    assert explain(code) == f"{CODES[code].sentence} {ADVICE[classify(code)]}"
    assert CODES[code].sentence[0].isupper()
    assert CODES[code].sentence.endswith(".")


def test_a_code_we_do_not_know_is_still_named() -> None:
    assert "12345" in explain("12345")
    assert explain(None) == explain("") == "Twilio gave no error code."


@pytest.mark.parametrize("value", [None, "", "0", 0, True, 3.5, "12a", "-1", [], {}, "٣", "9" * 50])
def test_what_is_no_code_is_none(value: object) -> None:
    assert as_code(value) is None


@given(st.integers() | st.text() | st.none() | st.floats())
def test_nothing_makes_the_table_raise(value: object) -> None:
    assert classify(value) in ErrorClass
    assert explain(value).endswith(".")
