"""Numbers that carriers took from their holders: the provider's lists, from the simulated carrier."""

import datetime as dt

import pytest
from django.utils import timezone

from campaigns.models import AuditEntry, PhoneNumber
from messaging.actions.listening.deactivating import take_deactivations
from optins.models import ConsentEvent, OptInCampaign, Sender, Subscription, Suppression
from tests import factories
from tests.commands import said, told
from tests.fixtures.simulator import Simulator

pytestmark = pytest.mark.django_db

ADA, BOB = "+13135550101", "+13135550102"
DAY = dt.timedelta(days=1)


def yesterday(back: int = 1) -> str:
    return (timezone.now().astimezone(dt.UTC).date() - back * DAY).isoformat()


@pytest.fixture(autouse=True)
def programme(carrier: Simulator, short_code: Sender) -> OptInCampaign:
    """Ada and Bob are in it, and verified their numbers."""
    factories.global_campaign(sender=short_code)
    programme = factories.opt_in_campaign(sender=short_code)
    for number in (ADA, BOB):
        factories.subscription(programme, factories.customer(numbers=[number], verified=True))
    return programme


def joined() -> set[str]:
    return set(Subscription.objects.filter(state="opted_in").values_list("number", flat=True))


@pytest.mark.parametrize("spelling", ["13135550101", "+13135550101", "3135550101"])
def test_who_is_listed_loses_consent_and_verification_and_may_join_again(carrier: Simulator, spelling: str) -> None:
    carrier.deactivate(yesterday(), "19995550000", spelling, "no number")
    assert take_deactivations() == {"days": 1, "listed": 4, "ended": 1, "missing": 0}
    assert joined() == {BOB}
    assert PhoneNumber.objects.get(number=ADA).verified_at is None
    assert not Suppression.objects.exists()
    last = ConsentEvent.objects.of(ADA).order_by("-sequence")[0]
    assert (last.method, last.reason) == ("carrier", f"Deactivated by its carrier on {yesterday()}")


def test_a_day_is_taken_once(carrier: Simulator) -> None:
    take_deactivations()
    carrier.deactivate(yesterday(), ADA)
    assert take_deactivations()["days"] == 0
    assert joined() == {ADA, BOB}


def test_days_on_which_nobody_asked_are_caught_up_on(carrier: Simulator) -> None:
    told("take_deactivations", "--day", yesterday(4))
    for back, number in ((3, ADA), (2, BOB)):
        carrier.deactivate(yesterday(back), number)
    answer = take_deactivations()
    assert (answer["days"], answer["listed"]) == (3, 2)
    assert AuditEntry.objects.filter(act="deactivations.take").count() == 4


def test_who_joined_after_the_number_had_changed_hands_stays(carrier: Simulator) -> None:
    carrier.deactivate(yesterday(3), ADA)
    assert told("take_deactivations", "--day", yesterday(3))["ended"] == 0
    assert joined() == {ADA, BOB}


def test_a_list_that_is_not_to_be_had_is_asked_for_again(carrier: Simulator) -> None:
    carrier.deactivate(yesterday(), ADA)
    for _ in range(2):  # the account of the programme's sender is the first of two
        carrier.order_fault(on="list", do="unavailable")
    assert take_deactivations()["missing"] == 1
    assert not AuditEntry.objects.filter(act="deactivations.take").exists()
    carrier.reset()
    carrier.deactivate(yesterday(), ADA)
    assert take_deactivations()["ended"] == 1


def test_the_command_says_what_it_ended(carrier: Simulator) -> None:
    carrier.deactivate(yesterday(), ADA)
    text = said("take_deactivations")
    assert text.strip() == "1 lists with 1 numbers were taken; of 1 of them consent or verification ended."
