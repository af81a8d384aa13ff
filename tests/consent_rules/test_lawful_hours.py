"""Items 39 to 41: the hours of the place where a person is, and so many texts a day."""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Mapping

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from optins.models import OptInCampaign
from tests import factories
from tests.fixtures.handset import Handset, NewHandset
from tests.fixtures.product import Product
from tests.messaging.clocks import clock_at
from tests.optins.api.conftest import Caller

pytestmark = pytest.mark.django_db(transaction=True)

# A Wednesday: 21:30 in New York, 20:30 in Chicago, 18:30 in Los Angeles, 15:30 in Honolulu.
EVENING = dt.datetime(2031, 2, 5, 21, 30, tzinfo=zoneinfo.ZoneInfo("America/New_York"))

Lives = Callable[[str, Mapping[str, str]], Handset]


@pytest.fixture(autouse=True)
def hours_are_kept(settings: Settings) -> None:
    settings.QUIET_HOURS, settings.LATE_AFTER = True, dt.timedelta(days=3650)


@pytest.fixture
def lives(product: Product, spring: OptInCampaign) -> Lives:
    """Somebody with this number, whom an app told us about, and who joined."""
    app = Caller(factories.api_app())

    def person(number: str, profile: Mapping[str, str]) -> Handset:
        body = {**profile, "phone_numbers": [{"phone_number": number}]}
        assert app.call("PUT", f"/external/users/known-{number[1:]}", body)[0] == 200
        phone = Handset(product, number)
        phone.posts("SPRING")
        return phone

    return person


def test_the_profiles_zone_beats_its_zip_code_beats_the_number(
    product: Product, spring: OptInCampaign, lives: Lives
) -> None:
    detroit, hawaii = "+1313971", {"time_zone": "Pacific/Honolulu", "state": "HI"}
    people = {
        "night by the number": lives(f"{detroit}7001", {}),
        "day by the zone": lives(f"{detroit}7002", {**hawaii, "postal_code": "48201"}),
        "day by the ZIP code": lives(f"{detroit}7003", {"postal_code": "90001"}),
        "night by the ZIP code": lives("+13109717004", {"postal_code": "48201"}),
    }
    product.work()
    factories.messaging_campaign(factories.scheduled(spring, "Sale today"))
    with clock_at(EVENING):
        product.work()
    night = ("queued", "held_for_hours")
    told = {name: [night] if name.startswith("night") else [("delivered", "")] for name in people}
    assert {name: phone.offers for name, phone in people.items()} == told


EAST, CENTRAL = "America/New_York", "America/Chicago"
# In the order in which a moment comes by their clocks.
STATES = {"FL": ("305", EAST), "CT": ("203", EAST), "MI": ("313", EAST), "TX": ("512", CENTRAL)}
MOMENTS = [
    ("05T20:00", {"TX", "MI"}),  # a Wednesday: Florida and Connecticut close at eight
    ("06T08:30", {"FL"}),  # Connecticut, Texas and Michigan open at nine
    ("09T11:30", {"FL", "CT", "MI"}),  # Texas opens at noon on Sundays
    ("09T12:00", {"FL", "CT", "MI", "TX"}),
]


@pytest.mark.parametrize(("wall", "open_in"), MOMENTS)
def test_each_state_keeps_its_own_hours(
    product: Product, spring: OptInCampaign, lives: Lives, wall: str, open_in: set[str]
) -> None:
    people = {state: lives(f"+1{code}5557001", {"state": state, "time_zone": zone})
              for state, (code, zone) in STATES.items()}  # fmt: skip
    product.work()
    factories.messaging_campaign(factories.scheduled(spring, "Sale today"))
    sent = set()
    for state, phone in people.items():
        there = zoneinfo.ZoneInfo(STATES[state][1])
        with clock_at(dt.datetime.fromisoformat(f"2031-02-{wall}").replace(tzinfo=there)):
            product.work()
        sent |= {state} if phone.offers == [("delivered", "")] else set()
    assert sent == open_in


@pytest.mark.parametrize(("how", "after"), [("hold", "delivered"), ("skip", "skipped")])
def test_what_is_held_leaves_in_the_morning_and_what_is_left_out_says_why(
    product: Product, spring: OptInCampaign, phone: Handset, how: str, after: str
) -> None:
    phone.says("SPRING")
    factories.messaging_campaign(factories.scheduled(spring, "Sale today", outside_hours=how))
    for moment in (EVENING, EVENING + dt.timedelta(hours=12)):
        with clock_at(moment):
            product.work()
    assert phone.offers == [(after, "" if how == "hold" else "outside_hours")]


def test_what_is_held_beyond_its_time_is_left_out_with_a_reason(
    product: Product, spring: OptInCampaign, phone: Handset
) -> None:
    phone.says("SPRING")
    factories.messaging_campaign(factories.scheduled(spring, "Sale today", late_after_hours=30))
    begins = timezone.now()
    tonight = begins.astimezone(EVENING.tzinfo).replace(hour=22)
    for moment, outcome in (
        (tonight if tonight > begins else tonight + dt.timedelta(days=1), ("queued", "held_for_hours")),
        (begins + dt.timedelta(hours=31), ("skipped", "too_late")),
    ):
        with clock_at(moment):
            product.work()
        assert phone.offers == [outcome]


def test_answers_to_what_a_person_did_are_exempt(product: Product, spring: OptInCampaign, phone: Handset) -> None:
    with clock_at(EVENING):
        assert phone.says("SPRING", "HELP", "STOP") == [factories.WELCOME, factories.HELP, factories.OPT_OUT]


def test_the_fourth_campaign_text_of_a_day_is_left_out_whatever_campaign_it_is_of(
    product: Product, spring: OptInCampaign, handset: NewHandset, settings: Settings
) -> None:
    settings.QUIET_HOURS = False
    many, few = handset(), handset()
    many.says("SPRING")
    for serial in range(4):
        if serial == 3:
            few.says("SPRING")
        factories.messaging_campaign(factories.scheduled(spring, f"Sale {serial}"))
        product.work()
    assert many.offers == [("delivered", "")] * 3 + [("skipped", "frequency_cap")]
    assert ("delivered", "") in few.offers
