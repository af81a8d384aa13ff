"""Chunks in flight: the next is claimed while one is on the wire, and each is settled before the worker leaves."""

import pytest
from pytest_django.fixtures import Settings

from messaging.actions.runs.lifecycle import start_due
from messaging.actions.sending import rounds
from messaging.models import Outbound
from messaging.states import State
from optins.models import Sender
from tests import factories
from tests.fixtures.simulator import Simulator
from tests.messaging.gateway.scripted import ScriptedServer, Silence

pytestmark = pytest.mark.django_db
PEOPLE = 6


@pytest.fixture(autouse=True)
def waiting(short_code: Sender, settings: Settings) -> None:
    """Six texts that leave in chunks of two."""
    settings.SEND_CHUNK = 2
    programme = factories.opt_in_campaign(sender=short_code)
    for place in range(PEOPLE):
        factories.subscription(programme, factories.customer(numbers=[f"+1313555{8000 + place}"]))
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()


def states() -> set[str]:
    return set(Outbound.objects.values_list("state", flat=True))


def test_every_chunk_is_sent_once_and_settled(carrier: Simulator) -> None:
    assert rounds.send_due(seconds=60) == PEOPLE
    assert states() == {State.ACCEPTED}
    assert [len(carrier.texts(f"+1313555{8000 + place}")) for place in range(PEOPLE)] == [1] * PEOPLE


def test_what_is_in_flight_when_the_time_is_up_is_still_settled(wire: ScriptedServer) -> None:
    wire.will(Silence())
    taken = rounds.send_due(seconds=0.01)
    assert 0 < taken < PEOPLE
    assert len(wire.requests) == taken
    assert states() == {State.UNCERTAIN, State.QUEUED}


def test_a_chunk_is_claimed_while_others_are_on_the_wire(wire: ScriptedServer, settings: Settings) -> None:
    wire.will(Silence())
    settings.TWILIO_TIMEOUT = 0.5
    # Answers never come: one chunk after the other (the first holds one text), this would take four time-outs.
    assert rounds.send_due(seconds=1.2) == PEOPLE
    assert len(wire.requests) == PEOPLE
