"""The hours that the product ships with, where a rule can be argued: the side that protects the person."""

import datetime as dt

import pytest

from messaging.lawful.law import law
from messaging.lawful.places import Known, place_of

pytestmark = pytest.mark.django_db

# A Saturday, six in the afternoon in all three states.
SATURDAY = dt.datetime(2031, 2, 9, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("prefix", ["+1205555", "+1504555", "+1601555"], ids=["Alabama", "Louisiana", "Mississippi"])
def test_where_lists_for_calls_bar_sundays_nothing_leaves_on_one(prefix: str) -> None:
    place = place_of(Known(f"{prefix}0101"))
    today = law().window(place, SATURDAY)
    assert today is not None
    assert today.closes == SATURDAY + dt.timedelta(hours=2)
    next_one = law().window(place, today.closes)
    assert next_one is not None
    assert next_one.opens == SATURDAY + dt.timedelta(days=1, hours=14)
