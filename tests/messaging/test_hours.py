"""Lawful hours: never outside any zone's law, never later than need be."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.lawful.hours import Hours, Law, Span, Window
from messaging.lawful.places import Known, Place, place_of

MINUTE = dt.timedelta(minutes=1)
ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "Pacific/Honolulu", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/London",
)  # fmt: skip


def span(opens: str, closes: str) -> Span:
    return Span(dt.time.fromisoformat(opens), dt.time.fromisoformat(closes))


FEDERAL = span("08:00", "21:00")
EVERY_DAY = Hours("US", FEDERAL, FEDERAL, FEDERAL)
FLORIDA = Hours("US-FL", *(span("08:00", "20:00"),) * 3)
TEXAS = Hours("US-TX", span("09:00", "21:00"), span("09:00", "21:00"), span("12:00", "21:00"))
LAW = Law({rule.region: rule for rule in (EVERY_DAY, FLORIDA, TEXAS)})


def place(*zones: str, states: frozenset[str] = frozenset({"US-MI"})) -> Place:
    return Place("US", states, frozenset(zones), "time zone", "state")


def at(wall: str, zone: str = "America/New_York") -> dt.datetime:
    return dt.datetime.fromisoformat(wall).replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(dt.UTC)


def is_open(where: Place, moment: dt.datetime) -> bool:
    window = LAW.window(where, moment)
    return window is not None and window.opens <= moment


@pytest.mark.parametrize(
    ("wall", "opened"),
    [
        ("2026-11-23T07:59:59", False),
        ("2026-11-23T08:00:00", True),
        ("2026-11-23T20:59:59", True),
        ("2026-11-23T21:00:00", False),
    ],
)
def test_the_federal_hours_hold_to_the_minute(wall: str, opened: bool) -> None:
    assert is_open(place("America/New_York"), at(wall)) is opened


def test_a_state_closes_earlier() -> None:
    where = place("America/New_York", states=frozenset({"US-FL"}))
    assert is_open(where, at("2026-11-23T19:59"))
    assert not is_open(where, at("2026-11-23T20:00"))


@pytest.mark.parametrize(("wall", "opened"), [("2026-11-22T11:59", False), ("2026-11-22T12:00", True)])
def test_a_sunday_in_texas_begins_at_noon(wall: str, opened: bool) -> None:
    where = place("America/Chicago", states=frozenset({"US-TX"}))
    assert is_open(where, at(wall, "America/Chicago")) is opened


def test_two_zones_must_both_allow_it() -> None:
    where = place("America/New_York", "America/Los_Angeles")
    assert LAW.window(where, at("2026-11-23T09:00")) == Window(at("2026-11-23T11:00"), at("2026-11-23T21:00"))


def test_an_unknown_state_keeps_the_hours_of_all_states() -> None:
    where = place_of(Known("+18005550101"))
    window = LAW.window(where, at("2026-11-22T00:00"))
    assert window is not None
    # Noon of a Sunday in Honolulu as in Texas; 20 o'clock in New York as in Florida.
    assert (window.opens, window.closes) == (at("2026-11-22T12:00", "Pacific/Honolulu"), at("2026-11-22T20:00"))


def test_a_window_that_closes_too_soon_is_as_good_as_closed() -> None:
    where = place("America/New_York")
    window = LAW.window(where, at("2026-11-23T20:58"), lead=dt.timedelta(minutes=3))
    assert window is not None
    assert window.opens == at("2026-11-24T08:00")


def test_hours_that_never_come_are_said_to_be_never() -> None:
    assert Law({"US": Hours("US", None, None, None)}).window(place("America/New_York"), at("2026-11-23T12:00")) is None


def test_a_day_without_hours_is_passed_over() -> None:
    law = Law({"US": Hours("US", FEDERAL, FEDERAL, None)})
    window = law.window(place("America/New_York"), at("2026-11-21T22:00"))
    assert window is not None
    assert window.opens == at("2026-11-23T08:00")


def test_hours_around_the_clock_never_close() -> None:
    always = Law({"US": Hours("US", *(span("00:00", "00:00"),) * 3)})
    window = always.window(place("America/New_York"), at("2026-11-23T23:59"))
    assert window is not None
    assert window.closes - at("2026-11-23T23:59") > dt.timedelta(days=6)


def test_a_country_without_a_row_keeps_the_hours_of_elsewhere() -> None:
    law = Law({"*": Hours("*", *(span("09:00", "20:00"),) * 3)})
    abroad = Place("FR", frozenset(), frozenset({"Europe/Paris"}), "number", "unknown")
    assert law.regions_for(abroad) == ["*"]


def test_hours_that_begin_in_a_gap_begin_after_it() -> None:
    law = Law({"US": Hours("US", *(span("02:30", "21:00"),) * 3)})
    window = law.window(place("America/New_York"), at("2026-03-08T00:00"))
    assert window is not None
    assert window.opens == at("2026-03-08T03:00")


def test_hours_that_begin_when_clocks_show_a_time_twice_begin_at_the_second() -> None:
    law = Law({"US": Hours("US", *(span("01:30", "21:00"),) * 3)})
    window = law.window(place("America/New_York"), at("2026-11-01T00:00"))
    assert window is not None
    assert window.opens == at("2026-11-01T01:30") + dt.timedelta(hours=1)


def test_hours_that_end_when_clocks_show_a_time_twice_end_at_the_first() -> None:
    law = Law({"US": Hours("US", *(span("00:30", "01:30"),) * 3)})
    window = law.window(place("America/New_York"), at("2026-11-01T00:45"))
    assert window is not None
    assert window.closes == at("2026-11-01T01:30")


# --- Against the law read naively, minute by minute ----------------------------------------------

hours_of_day = st.builds(
    lambda opens, length: Span(dt.time(opens // 4, opens % 4 * 15), _later(opens, length)),
    st.integers(0, 80), st.integers(1, 60),
)  # fmt: skip
days = st.one_of(st.none(), hours_of_day)
rules = st.builds(Hours, st.just("US-XX"), days, days, days)
moments = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 1), timezones=st.just(dt.UTC))
some_zones = st.frozensets(st.sampled_from(ZONES), min_size=1, max_size=3)


def _later(opens: int, length: int) -> dt.time:
    quarter = min(opens + length, 95)
    return dt.time(quarter // 4, quarter % 4 * 15)


def allowed(law: Law, where: Place, moment: dt.datetime) -> bool:
    """What the law says of one moment, with nothing clever about it."""
    for zone in where.zones:
        local = moment.astimezone(zoneinfo.ZoneInfo(zone))
        for region in law.regions_for(where):
            span = law.hours[region].on(local.date())
            if span is None or not span.opens <= local.time().replace(fold=0) < span.closes:
                return False
    return True


@given(rules, some_zones, moments)
def test_an_answer_is_never_outside_the_law_of_any_zone(rule: Hours, zones: frozenset[str], now: dt.datetime) -> None:
    law, where = Law({"US": EVERY_DAY, "US-XX": rule}), place(*zones, states=frozenset({"US-XX"}))
    window = law.window(where, now)
    if window is not None:
        start, length = max(window.opens, now), window.closes - max(window.opens, now)
        for share in (0, 0.25, 0.5, 0.75, 0.999):
            assert allowed(law, where, start + length * share)


@given(rules, some_zones, moments)
def test_the_next_opening_is_the_first(rule: Hours, zones: frozenset[str], now: dt.datetime) -> None:
    law, where = Law({"US": EVERY_DAY, "US-XX": rule}), place(*zones, states=frozenset({"US-XX"}))
    window = law.window(where, now)
    opens = now + dt.timedelta(days=7) if window is None else window.opens
    moment = now
    while moment < opens:
        assert not allowed(law, where, moment)
        moment += 29 * MINUTE


@given(some_zones, moments)
def test_at_the_closing_minute_some_zone_forbids_it(zones: frozenset[str], now: dt.datetime) -> None:
    where = place(*zones)
    window = LAW.window(where, now)
    if window is not None:
        assert not allowed(LAW, where, window.closes)
        assert allowed(LAW, where, window.closes - MINUTE)
