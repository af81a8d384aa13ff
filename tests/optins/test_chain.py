"""The digests of the ledger's chain, as plain rules."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optins import chain

KEY = "k" * 64
NUMBER = "+13135550101"

facts = st.dictionaries(
    st.text("abcdefgh_", min_size=1), st.one_of(st.text(), st.none(), st.integers(min_value=1)), max_size=6
)


def test_a_numbers_digest_is_the_same_each_time_and_another_under_another_key() -> None:
    assert chain.number_digest(KEY, NUMBER) == chain.number_digest(KEY, NUMBER)
    assert chain.number_digest(KEY, NUMBER) != chain.number_digest("other", NUMBER)
    assert chain.number_digest(KEY, NUMBER) != chain.number_digest(KEY, "+13135550102")
    assert NUMBER[1:] not in chain.number_digest(KEY, NUMBER)


def test_a_numbers_digest_is_fixed_for_good() -> None:
    """Suppressions of years ago are found by it."""
    assert chain.number_digest(KEY, NUMBER) == ("ffb178a71773eef823f6109a79eb23e6ad2572ff34fb7afa48fdd37a3250ebf9")


@given(facts, facts)
def test_two_entries_have_one_digest_only_when_they_say_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    def told(entry: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in entry.items() if value not in ("", None)}

    same = chain.entry_digest(KEY, one) == chain.entry_digest(KEY, other)
    assert same == (told(one) == told(other))


@given(facts)
def test_the_order_in_which_facts_are_given_does_not_matter(one: dict[str, Any]) -> None:
    assert chain.canonical(one) == chain.canonical(dict(reversed(one.items())))


def test_a_moment_is_the_same_in_every_zone() -> None:
    utc = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
    assert chain.canonical({"at": utc}) == chain.canonical({"at": utc.astimezone(dt.timezone(dt.timedelta(hours=5)))})
    assert chain.canonical({"at": utc}) == b'{"at":"2026-05-03T12:00:00.000000+00:00"}'


def test_a_fact_that_is_added_later_leaves_earlier_digests_as_they_are() -> None:
    assert chain.entry_digest(KEY, {"action": "opted_in"}) == chain.entry_digest(
        KEY, {"action": "opted_in", "invented_later": ""}
    )


def test_a_commitment_tells_nothing_without_its_salt() -> None:
    personal = {"number": NUMBER}
    salt, other = chain.new_salt(), chain.new_salt()
    assert salt != other
    assert chain.commitment(salt, personal) == chain.commitment(salt, personal)
    assert chain.commitment(salt, personal) != chain.commitment(other, personal)


@pytest.mark.parametrize(("wording", "length"), [("", 0), ("Reply YES", 12)])
def test_a_wording_has_a_version(wording: str, length: int) -> None:
    assert len(chain.wording_version(wording)) == length
    assert chain.wording_version("Reply YES") != chain.wording_version("Reply YES.")
