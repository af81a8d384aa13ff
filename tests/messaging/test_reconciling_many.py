"""After an outage hundreds of texts are uncertain: one listing of the account and a few statements settle them all."""

from collections import Counter

import pytest
import requests
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from messaging.actions.listening.reconciling import reconcile
from messaging.actions.sending.claiming import claim_recipients
from messaging.actions.sending.leasing import flag_stuck
from messaging.models import Outbound, Run
from messaging.simulator.accounts import JAN
from messaging.states import State
from optins.models import Sender
from tests.fixtures.simulator import Simulator
from tests.messaging.recovery import BODY, campaign_to, later

pytestmark = pytest.mark.django_db

PEOPLE = [f"+1313555{6000 + place}" for place in range(30)]


@pytest.fixture(autouse=True)
def outage(carrier: Simulator, short_code: Sender, settings: Settings) -> None:
    """A worker died over thirty texts, of which the carrier has every third."""
    settings.RECONCILE_PER_SECOND = 1000
    campaign_to(short_code, *PEOPLE)
    claim_recipients(run=Run.objects.get(), parts=len(PEOPLE))
    for number in PEOPLE[::3]:
        address = f"{carrier.url}/2010-04-01/Accounts/{JAN.sid}/Messages.json"
        form = {"To": number, "From": "97865", "Body": BODY}
        requests.post(address, data=form, auth=(JAN.sid, JAN.auth_token), timeout=5).raise_for_status()
    carrier.settle()
    later(1000)
    flag_stuck()


def states() -> Counter[str]:
    return Counter(Outbound.objects.values_list("state", flat=True))


def test_each_is_found_or_sent_again() -> None:
    assert reconcile() == {"found": 10, "absent": 20}
    later(600)
    assert reconcile() == {"requeued": 20}
    assert states() == {State.DELIVERED: 10, State.QUEUED: 20}
    found = Outbound.objects.filter(state=State.DELIVERED).order_by("number")
    assert list(found.values_list("number", flat=True)) == PEOPLE[::3]


def test_it_takes_no_more_statements_than_one_would(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(25):
        reconcile()
