"""Where a person is: profile before number, and nothing guessed."""

import pytest

from messaging.lawful.places import Known, Place, place_of

MICHIGAN, MIAMI, TORONTO, LONDON = "+13135550101", "+13055550101", "+14165550101", "+447400123456"
TOLL_FREE = "+18005550101"


def place(number: str = MICHIGAN, **known: str) -> Place:
    return place_of(Known(number, **known))


def test_a_time_zone_goes_before_everything() -> None:
    found = place(time_zone="America/Denver", state="FL", postal_code="33101")
    assert (found.zones, found.because) == (frozenset({"America/Denver"}), "time zone")


def test_the_state_is_the_profiles_even_when_the_zone_is_told() -> None:
    assert place(time_zone="America/Denver", state="FL").states == {"US-FL"}


@pytest.mark.parametrize("state", ["FL", "fl", " Florida ", "US-FL"])
def test_a_state_is_read_in_any_spelling(state: str) -> None:
    found = place(state=state)
    assert (found.states, found.because) == (frozenset({"US-FL"}), "state")


def test_a_state_of_two_zones_is_in_both() -> None:
    assert place(state="FL").zones == {"America/New_York", "America/Chicago"}


@pytest.mark.parametrize(
    ("code", "state"),
    [("33101", "US-FL"), ("33101-1234", "US-FL"), ("10001", "US-NY"), ("06390", "US-NY"), ("00501", "US-NY")],
)
def test_a_postal_code_tells_the_state(code: str, state: str) -> None:
    found = place(postal_code=code)
    assert (found.states, found.because, found.state_because) == (frozenset({state}), "postal code", "postal code")


def test_a_canadian_postal_code_tells_the_province() -> None:
    assert place(TORONTO, postal_code="a1b 2c3").zones == {
        "America/St_Johns", "America/Goose_Bay", "America/Halifax",
    }  # fmt: skip


def test_a_number_tells_its_states_and_every_zone_of_its_area_code() -> None:
    found = place(MIAMI)
    assert (found.country, found.states, found.because) == ("US", frozenset({"US-FL"}), "number")
    assert place("+18505550101").zones == {"America/New_York", "America/Chicago"}


def test_a_military_postal_code_tells_nothing() -> None:
    assert place(TOLL_FREE, postal_code="09012").states == frozenset()


def test_somebody_who_moved_away_is_in_no_state_that_we_know() -> None:
    assert place(MIAMI, time_zone="America/Los_Angeles").states == frozenset()


def test_a_number_without_a_place_is_in_every_zone_of_the_country() -> None:
    found = place(TOLL_FREE)
    assert (found.country, found.states, found.because) == ("US", frozenset(), "country")
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu"} <= found.zones


def test_a_profile_abroad_is_under_the_law_of_that_country() -> None:
    assert place(country="GB", time_zone="Europe/London").country == "GB"


def test_a_foreign_number_is_in_its_country() -> None:
    found = place(LONDON)
    assert found.country == "GB"
    assert "Europe/London" in found.zones


def test_a_territory_is_under_the_law_of_the_united_states() -> None:
    found = place("+17875550101")
    assert (found.country, found.states, found.zones) == (
        "US",
        frozenset({"US-PR"}),
        frozenset({"America/Puerto_Rico"}),
    )


@pytest.mark.parametrize("zone", ["Nowhere/Land", ""])
def test_a_zone_that_does_not_exist_is_no_zone(zone: str) -> None:
    assert place(time_zone=zone).because == "number"
