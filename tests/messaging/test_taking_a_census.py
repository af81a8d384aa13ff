"""A census: everybody's text is really rendered, chunk by chunk, and what it found is what is sent."""

from typing import Any

import pytest

from messaging.actions import counting
from messaging.actions.counting import start_census, take_censuses
from messaging.census.counting import latest
from messaging.census.tally import Tally
from messaging.models import Census, SmsMessage
from optins.models import OptInCampaign
from tests import factories
from tests.factories import TESTS

pytestmark = pytest.mark.django_db

BODY = "Hello {{ first_name }}"


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


def member(programme: OptInCampaign, **fields: Any) -> None:
    factories.subscription(programme, factories.customer(numbers=[factories.number()], **fields))


def message_for(programme: OptInCampaign, body: str = BODY) -> SmsMessage:
    return factories.messaging_campaign(factories.scheduled(programme, body), live=False, due=False).messages.get()


def counted(message: SmsMessage) -> Tally:
    start_census(message=message, by=TESTS)
    take_censuses(seconds=10)
    census = Census.objects.get(message=message)
    assert (census.state, census.problem) == ("done", "")
    return Tally.from_json(census.tally)


def test_each_text_is_rendered_and_counted(programme: OptInCampaign) -> None:
    for name in ("Ada", "ł" * 100, ""):
        member(programme, first_name=name)
    factories.customer()
    found = counted(message_for(programme))
    assert dict(found.by_parts) == {1: 1, 2: 1}
    assert dict(found.countries) == {"US": 3}
    assert dict(found.skipped) == {"missing_field": 1, "no_phone": 1}
    assert dict(found.missing) == {"first_name": 1}


def test_the_five_longest_are_named(programme: OptInCampaign) -> None:
    for length in (3, 9, 4, 8, 5, 7, 6):
        member(programme, first_name="x" * length)
    assert [length for length, _, _ in counted(message_for(programme)).longest] == [15, 14, 13, 12, 11]


def test_a_text_that_grows_too_long_reaches_nobody(programme: OptInCampaign) -> None:
    member(programme, first_name="é" * 150)
    found = counted(message_for(programme, BODY * 11))
    assert (found.reachable, dict(found.skipped)) == (0, {"too_long": 1})


def test_it_goes_on_where_it_was_killed(programme: OptInCampaign, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        member(programme)
    whole = counted(message_for(programme))
    monkeypatch.setattr(counting, "_CHUNK", 2)
    message = message_for(programme)
    start_census(message=message, by=TESTS)
    halves = set()
    while (census := latest(message)) is not None and census.state == Census.State.COUNTING:
        halves.add(census.looked_at)
        take_censuses(seconds=0)
    assert len(halves) > 1
    assert census is not None
    assert Tally.from_json(census.tally) == whole


def test_two_who_ask_wait_for_the_same_and_a_changed_text_begins_anew(programme: OptInCampaign) -> None:
    message = message_for(programme)
    first = start_census(message=message, by=TESTS)
    assert start_census(message=message, by=TESTS) == first
    message.body = "Good evening"
    message.save(update_fields=["body"])
    second = start_census(message=message, by=TESTS)
    assert second.fingerprint != first.fingerprint
    assert Census.objects.get(state="counting") == second


def test_a_fresh_one_stands_unless_it_is_wanted_anew(programme: OptInCampaign) -> None:
    message = message_for(programme)
    counted(message)
    assert start_census(message=message, by=TESTS).state == "done"
    assert start_census(message=message, by=TESTS, anew=True).state == "counting"


def test_what_cannot_be_counted_says_why_and_holds_up_no_other(programme: OptInCampaign) -> None:
    member(programme)
    broken, sound = message_for(programme), message_for(programme)
    broken.segment_in = factories.segment({"all": [{"field": "gone", "operator": "is", "value": "x"}]})
    broken.save(update_fields=["segment_in"])
    for message in (broken, sound):
        start_census(message=message, by=TESTS)
    take_censuses(seconds=10)
    assert {census.message: census.state for census in Census.objects.all()} == {broken: "failed", sound: "done"}
    assert Census.objects.get(message=broken).problem


def test_a_tally_survives_as_json(programme: OptInCampaign) -> None:
    member(programme, time_zone="America/Detroit", postal_code="48201")
    found = counted(message_for(programme))
    assert Tally.from_json(found.to_json()) == found
    assert found.by_place().keys()
