"""The switch that stops everything: by command, by a button, within a round."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from campaigns.models import AuditEntry
from campaigns.refusals import Refused
from config.roles import LAUNCHER, MARKETER
from messaging.actions.runs.outbox import carry_notices
from messaging.actions.sending.rounds import send_due
from messaging.actions.stopping import hold_sending, release_sending
from messaging.models import Outbound, SendingHold
from messaging.states import State
from optins.actions.notices import owe
from optins.models import Notice, Sender
from tests.factories import TESTS, signed_in
from tests.fixtures.simulator import Simulator
from tests.messaging.admin.screens import page
from tests.messaging.recovery import ADA, BOB, campaign_to

pytestmark = pytest.mark.django_db


def states() -> set[str]:
    return set(Outbound.objects.values_list("state", flat=True))


def test_nothing_leaves_until_it_is_released(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA)
    owe(kind=Notice.Kind.HELP, number=BOB, sender=short_code, body="Reply STOP to opt out.")
    carry_notices()
    hold_sending(by=TESTS, reason="The price is wrong")
    assert (send_due(seconds=0.1), states()) == (0, {State.QUEUED})
    release_sending(by=TESTS)
    assert (send_due(seconds=10), states()) == (2, {State.ACCEPTED})


def test_both_are_on_record_and_nothing_is_done_twice() -> None:
    hold_sending(by=TESTS)
    with pytest.raises(Refused, match="stopped already"):
        hold_sending(by=TESTS)
    release_sending(by=TESTS)
    with pytest.raises(Refused, match="not stopped"):
        release_sending(by=TESTS)
    assert set(AuditEntry.objects.values_list("act", flat=True)) == {"sending.hold", "sending.release"}


def test_the_commands_say_what_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("hold_sending", "--reason", "A test", "--json")
    assert json.loads(capsys.readouterr().out) == {
        "status": "ok", "held": True, "cause": "person", "reason": "A test"
    }  # fmt: skip
    call_command("release_sending", "--json")
    assert json.loads(capsys.readouterr().out) == {"status": "ok", "held": False, "released": ["person"]}


def test_launchers_have_the_buttons_and_marketers_do_not() -> None:
    launcher, marketer = signed_in(LAUNCHER), signed_in(MARKETER)
    assert "Stop all sending" in launcher.get(page("index")).text
    launcher.post(page("messaging_sendinghold_hold"))
    assert "Release sending" in launcher.get(page("index")).text
    shown = marketer.get(page("index")).text
    assert "All sending is stopped." in shown
    assert "Release sending" not in shown
    launcher.post(page("messaging_sendinghold_release"))
    assert not SendingHold.objects.filter(released_at=None).exists()


def test_a_marketer_stops_nothing() -> None:
    assert signed_in(MARKETER).post(page("messaging_sendinghold_hold")).status_code == 403
    assert not SendingHold.objects.exists()


def test_readyz_tells_why(client: Client) -> None:
    hold_sending(by=TESTS, reason="The price is wrong")
    assert client.get("/readyz").json()["sending_held"] == ["The price is wrong"]
