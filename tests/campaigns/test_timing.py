"""Wall clocks and instants: gaps, folds, odd offsets, and words."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import timing

ZONES = sorted(zoneinfo.available_timezones() - {"Factory"})


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def due(wall: str, zone: str) -> dt.datetime:
    return timing.instant(at(wall).date(), at(wall).time(), zone)


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2026-11-27 10:00", "America/New_York", "2026-11-27 15:00+00:00"),
        ("2026-07-01 10:00", "America/New_York", "2026-07-01 14:00+00:00"),
        ("2026-07-01 10:00", "UTC", "2026-07-01 10:00+00:00"),
        ("2026-07-01 10:00", "Asia/Kolkata", "2026-07-01 04:30+00:00"),
        ("2026-07-01 10:00", "Asia/Kathmandu", "2026-07-01 04:15+00:00"),
        ("2026-07-01 10:00", "America/St_Johns", "2026-07-01 12:30+00:00"),
        ("2026-07-01 00:30", "Pacific/Kiritimati", "2026-06-30 10:30+00:00"),
        ("2026-07-01 10:00", "America/Phoenix", "2026-07-01 17:00+00:00"),
    ],
)
def test_a_wall_clock_becomes_an_instant(wall: str, zone: str, expected: str) -> None:
    assert due(wall, zone) == at(expected)
    assert due(wall, zone).tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2026-03-08 01:59", "America/New_York", "2026-03-08 06:59+00:00"),
        ("2026-03-08 02:00", "America/New_York", "2026-03-08 07:00+00:00"),
        ("2026-03-08 02:30", "America/New_York", "2026-03-08 07:00+00:00"),
        ("2026-03-08 02:59:59.5", "America/New_York", "2026-03-08 07:00+00:00"),
        ("2026-03-08 03:00", "America/New_York", "2026-03-08 07:00+00:00"),
        ("2026-03-08 03:01", "America/New_York", "2026-03-08 07:01+00:00"),
        ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03 15:30+00:00"),
        ("2011-12-30 12:00", "Pacific/Apia", "2011-12-30 10:00+00:00"),
    ],
)
def test_a_skipped_time_means_the_first_moment_after_the_gap(wall: str, zone: str, expected: str) -> None:
    assert due(wall, zone) == at(expected)


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2026-11-01 00:59", "America/New_York", "2026-11-01 04:59+00:00"),
        ("2026-11-01 01:00", "America/New_York", "2026-11-01 05:00+00:00"),
        ("2026-11-01 01:30", "America/New_York", "2026-11-01 05:30+00:00"),
        ("2026-11-01 02:00", "America/New_York", "2026-11-01 07:00+00:00"),
        ("2026-04-05 01:45", "Australia/Lord_Howe", "2026-04-04 14:45+00:00"),
    ],
)
def test_a_time_shown_twice_means_the_first_of_the_two(wall: str, zone: str, expected: str) -> None:
    assert due(wall, zone) == at(expected)


def test_a_fold_or_zone_on_the_time_itself_changes_nothing() -> None:
    date, time = dt.date(2026, 11, 1), dt.time(1, 30, tzinfo=dt.UTC, fold=1)
    assert timing.instant(date, time, "America/New_York") == at("2026-11-01 05:30+00:00")


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2037, 12, 31)), st.sampled_from(ZONES))
def test_clocks_show_the_time_that_was_asked_for_or_skipped_it(wall: dt.datetime, zone: str) -> None:
    moment = timing.instant(wall.date(), wall.time(), zone)
    shown = moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)
    just_before = (moment - dt.timedelta(microseconds=1)).astimezone(zoneinfo.ZoneInfo(zone))
    assert shown == wall or just_before.replace(tzinfo=None) < wall < shown


NO_ZONES = ["", "Mars/Olympus", "America", "../etc/passwd", "EST6", "america/new_york", "\0"]


@pytest.mark.parametrize("zone", NO_ZONES)
def test_an_unknown_zone_is_refused_with_a_sentence(zone: str) -> None:
    assert not timing.is_zone(zone)
    with pytest.raises(ValueError, match="There is no time zone"):
        timing.instant(dt.date(2026, 1, 1), dt.time(10), zone)


def test_a_moment_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="out of the calendar"):
        timing.instant(dt.date(9999, 12, 31), dt.time(23), "America/New_York")


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "America/Argentina/Ushuaia", "Asia/Kolkata"])
def test_a_zone_of_iana_is_known(zone: str) -> None:
    assert timing.is_zone(zone)


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        ("2026-11-27 15:00+00:00", "America/New_York", "Friday 27 November 2026, 10:00 America/New_York"),
        ("2026-07-01 04:35+00:00", "Asia/Kolkata", "Wednesday 1 July 2026, 10:05 Asia/Kolkata"),
        ("2026-07-01 23:00-04:00", "UTC", "Thursday 2 July 2026, 03:00 UTC"),
    ],
)
def test_an_instant_is_told_in_words(moment: str, zone: str, words: str) -> None:
    assert timing.in_words(at(moment), zone) == words


def test_a_naive_time_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        timing.in_words(dt.datetime(2026, 1, 1), "UTC")


@pytest.mark.parametrize(
    ("amount", "unit", "length"),
    [
        (0, "minutes", dt.timedelta(0)),
        (90, "minutes", dt.timedelta(hours=1, minutes=30)),
        (36, "hours", dt.timedelta(days=1, hours=12)),
        (365, "days", dt.timedelta(days=365)),
    ],
)
def test_a_delay_is_so_much_elapsed_time(amount: int, unit: str, length: dt.timedelta) -> None:
    assert timing.delay(amount, unit) == length


@pytest.mark.parametrize(("amount", "unit"), [(-1, "minutes"), (366, "days"), (10**18, "days"), (1, "weeks")])
def test_a_delay_out_of_bounds_is_refused(amount: int, unit: str) -> None:
    with pytest.raises(ValueError, match=r"delay|Unit"):
        timing.delay(amount, unit)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (12, "12 s"), (59.4, "59 s"), (90, "2 min"), (40 * 60, "40 min"), (dt.timedelta(hours=2), "2 h"),
        (dt.timedelta(hours=27.8), "27.8 h"), (dt.timedelta(days=3), "3 days"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_told_as_much_as_one_can_take_in(length: dt.timedelta | float, words: str) -> None:
    assert timing.roughly(length) == words
