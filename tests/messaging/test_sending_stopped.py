"""Pause and cancel reach what is claimed and not begun within moments, also when the carrier is slow or busy."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from messaging.actions.campaigns import cancel, pause
from messaging.actions.sending.rounds import send_due
from messaging.models import MessagingCampaign, Outbound
from messaging.states import State
from optins.models import Sender
from tests import factories
from tests.messaging.gateway.scripted import ScriptedServer, Silence, answer
from tests.messaging.recovery import campaign_to, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 12


@pytest.fixture
def campaign(short_code: Sender, settings: Settings) -> MessagingCampaign:
    settings.SEND_CONNECTIONS = 3
    return campaign_to(short_code, *(f"+1313555{8000 + place}" for place in range(PEOPLE)))


@pytest.fixture
def worker(campaign: MessagingCampaign, wire: ScriptedServer, settings: Settings) -> Iterator[None]:
    """A send worker at work beside the test, whose carrier never answers."""
    settings.TWILIO_TIMEOUT = 5
    wire.will(Silence())

    def work() -> None:
        send_due(seconds=4)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: len(wire.requests) == 3)
    yield
    wire.close()
    thread.join()


def count(state: State) -> int:
    return Outbound.objects.filter(state=state).count()


@pytest.mark.usefixtures("worker")
def test_a_pause_gives_back_what_waits_for_a_stalled_carrier(campaign: MessagingCampaign, wire: ScriptedServer) -> None:
    assert count(State.SENDING) == PEOPLE
    pause(campaign=campaign, by=factories.TESTS)
    wait_until(lambda: count(State.QUEUED) == PEOPLE - 3, seconds=2)
    assert list(Outbound.objects.filter(state=State.QUEUED).values_list("attempts", flat=True)) == [0] * (PEOPLE - 3)
    assert len(wire.requests) == 3


@pytest.mark.usefixtures("worker")
def test_a_cancelled_campaign_begins_no_more(campaign: MessagingCampaign, wire: ScriptedServer) -> None:
    cancel(campaign=campaign, by=factories.TESTS)
    wait_until(lambda: count(State.SENDING) == 3, seconds=2)
    assert len(wire.requests) == 3


def test_a_carrier_that_asks_for_time_gets_it_and_what_waits_goes_back(
    campaign: MessagingCampaign, wire: ScriptedServer
) -> None:
    wire.will(answer(429, {"code": 20429}, Retry_After="60"))
    begun = time.monotonic()
    send_due(seconds=0.5)
    assert time.monotonic() - begun < 5
    assert count(State.QUEUED) == PEOPLE
    assert len(wire.requests) <= 3


def test_a_worker_that_is_to_end_gives_back_what_waits_for_a_stalled_carrier(
    campaign: MessagingCampaign, wire: ScriptedServer, settings: Settings
) -> None:
    settings.TWILIO_TIMEOUT = 1
    wire.will(Silence())
    send_due(seconds=0.2, must_stop=lambda: True)
    assert (count(State.UNCERTAIN), count(State.QUEUED)) == (3, PEOPLE - 3)
    assert len(wire.requests) == 3
