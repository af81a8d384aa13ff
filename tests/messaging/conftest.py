"""Carriers for the tests of sending: the simulated one, and one that answers what a test scripts."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from messaging.gateway.twilio import gateway_for
from messaging.simulator.accounts import JAN
from optins.models import MessageProvider, Sender
from tests import factories
from tests.fixtures.simulator import Simulator
from tests.messaging.gateway.scripted import ScriptedServer


@pytest.fixture
def provider() -> MessageProvider:
    """The account that the simulated carrier knows as Jan's."""
    return factories.provider(name=JAN.friendly_name, account_sid=JAN.sid, auth_token=JAN.auth_token)


@pytest.fixture
def short_code(provider: MessageProvider) -> Sender:
    """A sender fast enough that no test waits for it."""
    return factories.sender(address="97865", provider=provider, parts_per_second=1000)


@pytest.fixture
def carrier(simulator: Simulator, settings: Settings) -> Simulator:
    """Texts go to the simulated carrier; its callbacks go nowhere."""
    gateway_for.cache_clear()  # what an account asked of us in another test is forgotten
    settings.SIMULATOR_URL = simulator.url
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:9"
    return simulator


@pytest.fixture
def wire(settings: Settings) -> Iterator[ScriptedServer]:
    """Texts go to a socket that does to each request what the test scripted."""
    server = ScriptedServer()
    settings.SIMULATOR_URL = server.url
    settings.TWILIO_TIMEOUT = 0.3
    yield server
    server.close()
