"""Leases: a worker begins nothing that its lease does not cover, and only what has outlived its lease is rescued."""

import datetime as dt
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import F
from pytest_django.fixtures import Settings

from messaging.actions.sending.claiming import Claimed, claim_recipients
from messaging.actions.sending.leasing import flag_stuck, renew
from messaging.actions.sending.rounds import send_due
from messaging.actions.sending.settling import settle
from messaging.gateway.outcomes import Accepted, Outcome, RetryLater, Uncertain
from messaging.models import Outbound, Run
from messaging.states import Reason, State
from optins.models import Sender
from tests.messaging.gateway.scripted import SID, ScriptedServer, Silence, created
from tests.messaging.recovery import ADA, BOB, campaign_to, later, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(short_code: Sender) -> Run:
    campaign_to(short_code, ADA)
    return Run.objects.get()


def test_a_claim_gives_a_lease_by_the_databases_clock(run: Run, settings: Settings) -> None:
    claim_recipients(run=run, parts=1)
    assert Outbound.objects.filter(leased_until=F("claimed_at") + settings.RESCUE_AFTER).count() == 1


def test_what_a_living_worker_holds_is_not_rescued(run: Run, settings: Settings) -> None:
    claim_recipients(run=run, parts=1)
    later(settings.RESCUE_AFTER.total_seconds() - 5)
    assert flag_stuck() == 0
    assert Outbound.objects.get().state == State.SENDING


def test_what_outlived_its_lease_is_uncertain_to_be_asked_about_and_never_sent_again(
    run: Run, wire: ScriptedServer, settings: Settings
) -> None:
    wire.will(created())
    claim_recipients(run=run, parts=1)
    later(settings.RESCUE_AFTER.total_seconds() + 1)
    assert flag_stuck() == 1
    text = Outbound.objects.get()
    assert (text.state, text.reason) == (State.UNCERTAIN, Reason.NO_ANSWER)
    assert text.ask_at is not None
    assert send_due(seconds=0.1) == 0
    assert wire.requests == []


def test_a_worker_begins_no_request_that_its_lease_does_not_cover(
    run: Run, wire: ScriptedServer, settings: Settings
) -> None:
    wire.will(created())
    settings.RESCUE_AFTER *= 0
    send_due(seconds=0.1)
    assert wire.requests == []
    assert Outbound.objects.get().state == State.QUEUED


def test_only_what_is_still_being_sent_by_this_attempt_is_renewed(run: Run) -> None:
    (text,) = claim_recipients(run=run, parts=1).texts
    held = [(text.outbound_id, text.attempt_id)]
    later(1000)
    assert renew([(text.outbound_id, str(uuid.uuid4()))]) == 0
    assert renew(held) == 1
    assert flag_stuck() == 0
    later(1000)
    assert flag_stuck() == 1
    assert renew(held) == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_renews_the_lease_of_what_a_slow_carrier_has_not_answered(
    run: Run, wire: ScriptedServer, settings: Settings
) -> None:
    settings.RESCUE_AFTER, settings.TWILIO_TIMEOUT = dt.timedelta(seconds=0.8), 1
    wire.will(Silence())
    with at_work():
        wait_until(Outbound.objects.filter(leased_until__gt=F("claimed_at") + settings.RESCUE_AFTER).exists)
    assert len(wire.requests) == 1


@contextmanager
def at_work() -> Iterator[None]:
    """A send worker beside the block, which ends when it has nothing more to do."""

    def work() -> None:
        send_due(seconds=0.1)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join()


def test_the_answer_of_a_slow_worker_settles_what_was_rescued(run: Run) -> None:
    (claimed,) = claim_recipients(run=run, parts=1).texts
    later(1000)
    flag_stuck()
    settle(sender=run.sender, answers=[(claimed, Accepted(SID, "queued", 1))], run=run)
    text = Outbound.objects.get()
    assert (text.state, text.sid, text.reason) == (State.ACCEPTED, SID, "")


def test_the_answer_of_a_slow_worker_takes_its_text_out_of_the_queue(run: Run) -> None:
    (claimed,) = claim_recipients(run=run, parts=1).texts
    Outbound.objects.update(state=State.QUEUED)
    settle(sender=run.sender, answers=[(claimed, Accepted(SID, "queued", 1))], run=run)
    assert Outbound.objects.get().state == State.ACCEPTED


def test_an_empty_answer_of_a_slow_worker_leaves_its_text_in_the_queue(run: Run) -> None:
    (claimed,) = claim_recipients(run=run, parts=1).texts
    Outbound.objects.update(state=State.QUEUED)
    settle(sender=run.sender, answers=[(claimed, Uncertain("No answer."))], run=run)
    assert Outbound.objects.get().state == State.QUEUED


def test_an_answer_does_not_touch_a_later_attempt(run: Run) -> None:
    (claimed,) = claim_recipients(run=run, parts=1).texts
    Outbound.objects.update(state=State.QUEUED)
    claim_recipients(run=run, parts=1)
    settle(sender=run.sender, answers=[(claimed, Uncertain("No answer."))], run=run)
    assert Outbound.objects.get().state == State.SENDING


def test_answers_and_what_was_not_begun_are_settled_together(short_code: Sender) -> None:
    campaign_to(short_code, ADA, BOB)
    answered, unbegun = claim_recipients(run=Run.objects.get(), parts=2).texts
    answers: list[tuple[Claimed, Outcome]] = [(answered, Accepted(SID, "queued", 1)), (unbegun, RetryLater(0, None))]
    settle(sender=short_code, run=None, answers=answers)
    assert [row.state for row in Outbound.objects.order_by("pk")] == [State.ACCEPTED, State.QUEUED]
