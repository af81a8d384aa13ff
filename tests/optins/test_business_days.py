"""The clock of the ten business days, with weekends and federal holidays left out."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from optins.business_days import after, between, is_business_day

HOLIDAYS_2026 = [
    (1, 1), (1, 19), (2, 16), (5, 25), (6, 19), (7, 3), (9, 7), (10, 12), (11, 11), (11, 26), (12, 25),
]  # fmt: skip


def test_the_federal_holidays_of_a_year() -> None:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(365)]
    off = [(day.month, day.day) for day in days if day.weekday() < 5 and not is_business_day(day)]
    assert off == HOLIDAYS_2026


def test_a_new_years_day_on_a_saturday_is_observed_in_the_year_before() -> None:
    assert not is_business_day(dt.date(2027, 12, 31))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02", "2026-03-16"),
        ("2026-03-07", "2026-03-20"),
        ("2026-11-20", "2026-12-07"),
        ("2026-12-18", "2027-01-05"),
    ],
)
def test_ten_business_days(received: str, due: str) -> None:
    begin = dt.datetime.fromisoformat(f"{received}T15:30").replace(tzinfo=ZoneInfo("America/New_York"))
    end = after(begin, 10)
    assert (end.date().isoformat(), end.hour, end.tzinfo) == (due, 15, begin.tzinfo)
    assert between(begin, end) == 10
    assert between(end, end) == between(end + dt.timedelta(days=3), end) == 0
