"""Codes that somebody has texted to earn from them: a range and a country have limits, and what nobody enters stops."""

import datetime as dt

import pytest
from django.db.models import F
from pytest_django.fixtures import Settings

from config.dashboard import needs
from messaging.reports.health import pulse
from optins.actions.pumping import watch_codes
from optins.models import CodesHold, Notice, Verification
from tests import factories
from tests.optins.api.conftest import OK, Caller, code_of

PREFIX = "+1313971"


@pytest.fixture(autouse=True)
def _ten_are_enough(db: None, settings: Settings) -> None:
    settings.CODES_JUDGED_FROM = 10
    settings.VERIFICATIONS_PER_CUSTOMER_HOUR = 1000
    factories.customer(external_id="ada")


def number(place: int) -> str:
    return f"{PREFIX}{8000 + place}"


def ask(caller: Caller, places: range, *, entered: int = 0) -> None:
    """Codes to these numbers, so many of which entered them; five minutes ago."""
    for place in places:
        assert caller.request_code("ada", number(place)) == OK
        if place < entered:
            assert caller.confirm_code("ada", number(place)) == OK
    Verification.objects.update(created_at=F("created_at") - dt.timedelta(minutes=5))


def test_where_nobody_enters_codes_no_more_are_texted_for_a_while(caller: Caller) -> None:
    ask(caller, range(10))
    assert watch_codes() == 2
    assert code_of(caller.request_code("ada", number(10))) == (429, "too_many_requests")
    assert Notice.objects.count() == 10
    assert list(CodesHold.objects.values_list("area", "texted", "confirmed")) == [(PREFIX, 10, 0), ("US", 10, 0)]
    CodesHold.objects.update(until=F("until") - dt.timedelta(hours=1))
    assert caller.request_code("ada", number(10)) == OK


def test_people_who_enter_their_codes_keep_a_range_open(caller: Caller) -> None:
    ask(caller, range(10), entered=1)
    assert watch_codes() == 0


def test_a_few_codes_that_nobody_entered_say_nothing(caller: Caller) -> None:
    ask(caller, range(9))
    assert watch_codes() == 0


def test_codes_that_people_may_still_be_typing_are_not_judged(caller: Caller) -> None:
    ask(caller, range(10))
    Verification.objects.update(created_at=F("created_at") + dt.timedelta(minutes=5))
    assert watch_codes() == 0


def test_the_same_codes_hold_a_range_once(caller: Caller) -> None:
    ask(caller, range(10))
    assert (watch_codes(), watch_codes()) == (2, 0)


def test_the_home_page_says_where_no_codes_are_texted(caller: Caller) -> None:
    ask(caller, range(10))
    watch_codes()
    assert [need.title.split(" until ")[0] for need in needs(pulse())] == [
        f"No codes are texted to {PREFIX}",
        "No codes are texted to US",
    ]


@pytest.mark.parametrize("limit", ["VERIFICATIONS_PER_PREFIX_HOUR", "VERIFICATIONS_PER_COUNTRY_DAY"])
def test_a_range_and_a_country_have_limits(caller: Caller, settings: Settings, limit: str) -> None:
    setattr(settings, limit, 2)
    assert [caller.request_code("ada", number(place))[0] for place in range(3)] == [200, 200, 429]
