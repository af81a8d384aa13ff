"""A send worker killed with -9 in each of its four windows: nothing is lost, nothing is doubled."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django.fixtures import Settings

from messaging.actions.sending.leasing import flag_stuck
from messaging.actions.sending.rounds import send_due
from messaging.models import Outbound
from messaging.states import State
from optins.models import Sender
from tests.fixtures.simulator import Simulator
from tests.messaging.gateway.scripted import ScriptedServer, Silence
from tests.messaging.recovery import ADA, BODY, campaign_to, later, reconcile_to_the_end, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def due(short_code: Sender, settings: Settings) -> None:
    """One text that is due."""
    settings.RECONCILE_PER_SECOND = 1000
    campaign_to(short_code, ADA)


@contextmanager
def worker(deed: str, carrier_url: str) -> Iterator["subprocess.Popen[str]"]:
    """A worker that is killed at the end of the block."""
    environment = os.environ | {"SIMULATOR_URL": carrier_url, "TWILIO_TIMEOUT": "20"}
    command = [sys.executable, "-m", "tests.messaging.doomed", deed]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def reached(process: "subprocess.Popen[str]") -> bool:
    assert process.stdout
    return "done\n" in iter(process.stdout.readline, "")


def recover(carrier: Simulator) -> Outbound:
    """What the sweepers do once the lease of the dead worker is over."""
    assert Outbound.objects.get().state == State.SENDING
    later(1000)
    assert flag_stuck() == 1
    carrier.settle()
    reconcile_to_the_end()
    send_due(seconds=10)
    text = Outbound.objects.get()
    assert [(taken["body"], taken["sid"]) for taken in carrier.messages(ADA)] == [(BODY, text.sid)]
    return text


def test_killed_before_the_request(carrier: Simulator) -> None:
    with worker("claim", carrier.url) as process:
        assert reached(process)
    assert recover(carrier).attempts == 2


def test_killed_when_the_request_was_sent_and_not_accepted(carrier: Simulator) -> None:
    silent = ScriptedServer()
    silent.will(Silence())
    with worker("work", silent.url):
        # A port may be known to somebody else on the machine: only the text itself says that it was sent.
        wait_until(lambda: any(request.form.get("To") == ADA for request in silent.requests))
    silent.close()
    assert recover(carrier).attempts == 2


def test_killed_when_it_was_accepted_and_not_answered(carrier: Simulator) -> None:
    carrier.order_fault(on="create", do="hold", taken=True)
    with worker("work", carrier.url):
        wait_until(lambda: carrier.messages(ADA))
    assert recover(carrier).attempts == 1


def test_killed_when_it_was_answered_and_not_committed(carrier: Simulator) -> None:
    with worker("send", carrier.url) as process:
        assert reached(process)
    assert recover(carrier).attempts == 1
