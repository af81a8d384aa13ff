"""What each answer of the carrier does to a text: on a real socket, as the official client reads it."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.outbox import carry_notices
from messaging.actions.sending import rounds
from messaging.actions.sending.flights import callback_url
from messaging.models import MessagingCampaign, Outbound
from messaging.states import Reason, State
from optins.actions.notices import owe_code
from optins.models import Notice, Sender, Suppression
from tests import factories
from tests.messaging.gateway.scripted import (
    SID,
    Half,
    Reset,
    ScriptedServer,
    Silence,
    Step,
    answer,
    created,
    refused,
)

pytestmark = pytest.mark.django_db

ADA = "+13135550101"


@pytest.fixture
def campaign(short_code: Sender) -> MessagingCampaign:
    """One person's text, due now."""
    programme = factories.opt_in_campaign(sender=short_code)
    factories.subscription(programme, factories.customer(numbers=[ADA]))
    launched = factories.messaging_campaign(factories.scheduled(programme, "Sale today"))
    start_due()
    return launched


def send(wire: ScriptedServer, *steps: Step) -> Outbound:
    wire.will(*steps)
    rounds.send_due(seconds=10)
    return Outbound.objects.get()


def test_an_accepted_text_keeps_its_message_id(wire: ScriptedServer, campaign: MessagingCampaign) -> None:
    text = send(wire, created())
    assert (text.state, text.sid, text.attempts) == (State.ACCEPTED, SID, 1)


def test_the_callback_address_bears_the_attempt(wire: ScriptedServer, campaign: MessagingCampaign) -> None:
    text = send(wire, created())
    assert text.attempt_id is not None
    sent = wire.requests[0].form
    assert (sent["To"], sent["From"], sent["Body"]) == (ADA, "97865", "Sale today")
    assert sent["StatusCallback"] == callback_url(text.attempt_id)
    assert f"?attempt={text.attempt_id}#rc=" in sent["StatusCallback"]


UNCERTAIN_STEPS: list[Step] = [
    Silence(),
    Reset(),
    Half(b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"),
    answer(500, {"code": 20500}),
    answer(502, "<html>"),
    answer(503, ""),
    answer(201, "not json"),
    answer(200, {"sid": "nonsense"}),
    answer(302, "", Location="/elsewhere"),
    refused(400, 30410),
]


@pytest.mark.parametrize("step", UNCERTAIN_STEPS)
def test_what_may_have_been_taken_is_uncertain_and_never_sent_again(
    wire: ScriptedServer, campaign: MessagingCampaign, step: Step
) -> None:
    text = send(wire, step, created())
    assert (text.state, text.reason, text.sid) == (State.UNCERTAIN, Reason.NO_ANSWER, None)
    rounds.send_due(seconds=0.3)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, 21211, Reason.INVALID_NUMBER),
        (400, 21614, Reason.INVALID_NUMBER),
        (400, 21408, Reason.COUNTRY_DISABLED),
        (400, 21617, Reason.CONTENT_REFUSED),
        (400, 30007, Reason.FILTERED_AS_SPAM),
        (400, 99999, Reason.CARRIER_UNKNOWN),
        (418, 0, Reason.CARRIER_UNKNOWN),
    ],
)
def test_a_refusal_fails_the_text_with_its_reason_and_the_campaign_goes_on(
    wire: ScriptedServer, campaign: MessagingCampaign, status: int, code: int, reason: Reason
) -> None:
    text = send(wire, refused(status, code))
    assert (text.state, text.reason, text.error_code) == (State.FAILED, reason, code or None)
    campaign.refresh_from_db()
    assert campaign.state == "live"
    assert not Suppression.objects.exists()


def test_a_number_opted_out_at_the_carrier_is_suppressed_for_that_sender(
    wire: ScriptedServer, campaign: MessagingCampaign, short_code: Sender
) -> None:
    text = send(wire, refused(400, 21610))
    assert (text.state, text.reason) == (State.FAILED, Reason.OPTED_OUT_AT_CARRIER)
    assert Suppression.objects.get().sender == short_code
    assert factories.ledger_of(ADA) == ["opted_in", "suppressed"]


@pytest.mark.parametrize("step", [refused(429, 20429), answer(429, "busy"), refused(400, 21611)])
def test_what_was_never_processed_waits_and_is_sent_again(
    wire: ScriptedServer, campaign: MessagingCampaign, step: Step
) -> None:
    text = send(wire, step, created())
    assert text.state == State.QUEUED
    assert text.settled_at is None
    Outbound.objects.update(due_at=Now())
    text = send(wire)
    assert (text.state, text.attempts, text.error_code) == (State.ACCEPTED, 1, None)
    assert len({request.form["StatusCallback"] for request in wire.requests}) == 2


def test_a_carrier_that_takes_no_connection_is_tried_again(campaign: MessagingCampaign, settings: Settings) -> None:
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    rounds.send_due(seconds=0.3)
    assert Outbound.objects.get().state == State.QUEUED


@pytest.mark.parametrize(
    "step", [refused(401, 20003), answer(403, "no"), refused(400, 21606), refused(400, 21212), refused(400, 30034)]
)
def test_a_wrong_setting_pauses_the_campaign_and_fails_nobody(
    wire: ScriptedServer, campaign: MessagingCampaign, step: Step
) -> None:
    text = send(wire, step)
    campaign.refresh_from_db()
    assert (text.state, campaign.state) == (State.QUEUED, "paused")
    assert campaign.pause_reason
    Outbound.objects.update(due_at=Now())
    assert rounds.send_due(seconds=0.2) == 0
    assert len(wire.requests) == 1


def test_without_a_carrier_nothing_is_claimed(campaign: MessagingCampaign, settings: Settings) -> None:
    settings.SIMULATOR_URL = ""
    assert rounds.send_due(seconds=0.2) == 0
    assert Outbound.objects.get().state == State.QUEUED


def owe_a_code(sender: Sender, **fields: Any) -> None:
    owe_code(
        number=ADA, sender_id=sender.pk, body="Your code is ••••••",
        sealed_body="Your code is 123456", **fields,
    )  # fmt: skip
    carry_notices()


@pytest.mark.parametrize(("step", "state"), [(created(), State.ACCEPTED), (refused(400, 21211), State.FAILED)])
def test_a_code_goes_out_whole_is_kept_masked_and_wiped(
    wire: ScriptedServer, short_code: Sender, step: Step, state: State
) -> None:
    owe_a_code(short_code)
    assert Notice.objects.get().sealed_body == ""
    text = send(wire, step)
    assert wire.requests[0].form["Body"] == "Your code is 123456"
    assert (text.state, text.body, text.sealed_body) == (state, "Your code is ••••••", "")


def test_a_code_may_not_wait_at_the_carrier_for_longer_than_it_works(wire: ScriptedServer, short_code: Sender) -> None:
    owe_a_code(short_code, lifetime=dt.timedelta(minutes=10))
    send(wire, created())
    assert 590 <= int(wire.requests[0].form["ValidityPeriod"]) <= 600


def test_a_code_that_waits_for_another_try_keeps_its_seal(wire: ScriptedServer, short_code: Sender) -> None:
    owe_a_code(short_code)
    assert send(wire, refused(429, 20429)).sealed_body == "Your code is 123456"


def test_a_code_that_is_too_late_is_not_sent_and_wiped(wire: ScriptedServer, short_code: Sender) -> None:
    owe_a_code(short_code, lifetime=dt.timedelta(seconds=-1))
    text = send(wire, created())
    assert (text.state, text.reason, text.sealed_body) == (State.SKIPPED, Reason.TOO_LATE, "")
    assert wire.requests == []


def test_a_code_in_the_database_is_ciphertext(short_code: Sender) -> None:
    owe_a_code(short_code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_body FROM messaging_outbound")
        assert "123456" not in cursor.fetchone()[0]


def test_a_text_that_cannot_be_made_ready_fails_alone_after_some_tries(
    wire: ScriptedServer, campaign: MessagingCampaign, short_code: Sender
) -> None:
    wire.will(created())
    owe_a_code(short_code)
    broken = Outbound.objects.filter(kind="notice")
    with connection.cursor() as cursor:  # a secret that no key of ours opens
        cursor.execute("UPDATE messaging_outbound SET sealed_body = 'unreadable' WHERE kind = 'notice'")
    for _ in range(4):
        rounds.send_due(seconds=10)
        broken.update(due_at=Now())
    assert broken.values_list("state", "reason").get() == (State.SKIPPED, Reason.OWN_FAULT)
    assert Outbound.objects.exclude(kind="notice").get().state == State.ACCEPTED
