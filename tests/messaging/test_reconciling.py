"""Uncertain texts are settled by the carrier's own list: exactly, patiently, and never by guessing."""

from typing import Any

import pytest
import requests
from django.db import connection
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from messaging.actions.campaigns import cancel
from messaging.actions.listening.callbacks import merge_callbacks, store_callback
from messaging.actions.listening.reconciling import reconcile
from messaging.actions.runs.lifecycle import finish_runs
from messaging.actions.runs.outbox import carry_notices
from messaging.actions.sending import rounds
from messaging.actions.sending.claiming import claim_recipients
from messaging.actions.sending.leasing import flag_stuck
from messaging.actions.sending.settling import settle
from messaging.gateway.outcomes import Accepted
from messaging.models import Outbound, Run
from messaging.simulator.accounts import JAN
from messaging.states import Reason, State
from optins.actions.notices import owe_code
from optins.actions.opting_out import opt_out_number
from optins.models import Sender, Suppression
from tests import factories
from tests.fixtures.simulator import Simulator
from tests.messaging.gateway.scripted import ScriptedServer, Silence, Step, answer
from tests.messaging.recovery import ADA, BODY, campaign_to, later, reconcile_to_the_end

pytestmark = pytest.mark.django_db

ERROR, HELD = "+15005550500", "+15005550504"


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.RECONCILE_PER_SECOND = 1000
    settings.TWILIO_TIMEOUT = 0.3


def lost(sender: Sender, number: str = ADA, body: str = BODY) -> Run:
    """A text whose worker died after the claim and before the request."""
    campaign_to(sender, number, body=body)
    run = Run.objects.latest("pk")
    claim_recipients(run=run, parts=10)
    later(1000)
    flag_stuck()
    return run


def outcome() -> tuple[str, str]:
    text = Outbound.objects.get()
    return text.state, text.reason


def bodies(carrier: Simulator, number: str) -> list[str]:
    return [text["body"] for text in carrier.messages(number)]


def post(carrier: Simulator, body: str = BODY, **form: str) -> str:
    """The carrier takes a text of which the product never hears."""
    address = f"{carrier.url}/2010-04-01/Accounts/{JAN.sid}/Messages.json"
    form = {"To": ADA, "From": "97865", "Body": body} | form
    taken = requests.post(address, data=form, auth=(JAN.sid, JAN.auth_token), timeout=5).json()
    carrier.settle()
    return str(taken["sid"])


@pytest.mark.parametrize("number", [ERROR, HELD])
def test_what_the_carrier_took_without_saying_so_is_found_and_not_sent_again(
    carrier: Simulator, short_code: Sender, number: str
) -> None:
    campaign_to(short_code, number)
    rounds.send_due(seconds=10)
    assert outcome() == (State.UNCERTAIN, Reason.NO_ANSWER)
    carrier.settle()
    assert reconcile() == {"found": 1}
    text = Outbound.objects.get()
    assert (text.state, text.reason) == (State.DELIVERED, "")
    assert [taken["sid"] for taken in carrier.messages(number)] == [text.sid]


def test_what_the_carrier_never_had_is_sent_again_after_the_settling_time(
    carrier: Simulator, short_code: Sender
) -> None:
    lost(short_code)
    assert reconcile_to_the_end() == {"requeued": 1}
    rounds.send_due(seconds=10)
    text = Outbound.objects.get()
    assert (text.state, text.attempts, text.requeued) == (State.ACCEPTED, 2, 1)
    assert bodies(carrier, ADA) == [BODY]


def test_absence_does_not_count_before_the_list_had_time(
    carrier: Simulator, short_code: Sender, settings: Settings
) -> None:
    lost(short_code)
    Outbound.objects.update(leased_until=Now())
    for _ in range(4):
        assert reconcile() == {"absent": 1}
        Outbound.objects.update(ask_at=Now())
    assert Outbound.objects.get().asked == 4
    later(settings.RECONCILE_SETTLE.total_seconds())
    assert reconcile() == {"requeued": 1}


def test_absence_does_not_count_at_the_first_asking(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    later(10_000)
    assert reconcile() == {"absent": 1}
    assert reconcile() == {}
    sid = post(carrier)
    later(60)
    assert reconcile() == {"found": 1}
    assert Outbound.objects.get().sid == sid


def test_absence_does_not_count_while_a_callback_of_the_attempt_waits(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    text = Outbound.objects.select_related("sender__provider").get()
    store_callback(
        account_sid=text.sender.provider.account_sid, attempt_id=text.attempt_id, sid="SM1", status="sent",
        error_code=None,
    )  # fmt: skip
    assert reconcile_to_the_end() == {"absent": 1}
    merge_callbacks(seconds=1)
    assert outcome() == (State.SENT, "")


def test_what_gets_lost_again_and_again_fails_with_its_reason(
    carrier: Simulator, short_code: Sender, settings: Settings
) -> None:
    run = lost(short_code)
    for _ in range(settings.RECONCILE_ATTEMPTS - 1):
        assert reconcile_to_the_end() == {"requeued": 1}
        claim_recipients(run=run, parts=1)
        later(1000)
        flag_stuck()
    assert reconcile_to_the_end() == {"given_up": 1}
    assert outcome() == (State.FAILED, Reason.NEVER_TAKEN)


def test_two_equal_texts_to_one_number_are_not_matched_to_one_entry(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    lost(short_code)
    sid = post(carrier)
    assert reconcile() == {"found": 1, "absent": 1}
    assert list(Outbound.objects.order_by("pk").values_list("sid", flat=True)) == [sid, None]
    later(600)
    assert reconcile() == {"requeued": 1}


def test_two_equal_texts_that_both_arrived_are_both_found(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    lost(short_code)
    sids = [post(carrier), post(carrier)]
    assert reconcile() == {"found": 2}
    assert list(Outbound.objects.order_by("pk").values_list("sid", flat=True)) == sids


def test_the_entry_of_another_text_is_no_match(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA)
    rounds.send_due(seconds=10)
    lost(short_code)
    assert reconcile() == {"absent": 1}


def test_while_an_equal_text_is_on_the_wire_nothing_is_concluded(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    campaign_to(short_code, ADA)
    claim_recipients(run=Run.objects.latest("pk"), parts=1)
    post(carrier)
    assert reconcile() == {"waiting": 1}
    assert sorted(Outbound.objects.values_list("state", "sid")) == [("sending", None), ("uncertain", None)]


def test_an_answer_whose_entry_was_given_to_an_equal_text_leaves_its_own_to_be_looked_for(
    carrier: Simulator, short_code: Sender
) -> None:
    campaign_to(short_code, ADA)
    run = Run.objects.get()
    (claimed,) = claim_recipients(run=run, parts=1).texts
    lost(short_code)
    sid = post(carrier)
    Outbound.objects.filter(pk=claimed.outbound_id).update(ask_at=None)
    assert reconcile() == {"found": 1}
    settle(sender=short_code, answers=[(claimed, Accepted(sid, "queued", 1))], run=run)
    assert sorted(Outbound.objects.values_list("state", "sid")) == [("delivered", sid), ("uncertain", None)]


@pytest.mark.parametrize("fields", [{"From": "+18726669682"}, {"Body": "Another text"}, {"To": "+13135550109"}])
def test_another_sender_text_or_number_is_no_match(
    carrier: Simulator, short_code: Sender, fields: dict[str, str]
) -> None:
    lost(short_code)
    post(carrier, **{"body" if name == "Body" else name: value for name, value in fields.items()})
    assert reconcile_to_the_end() == {"requeued": 1}


def test_an_older_text_is_no_match(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    post(carrier)
    later(-2000)
    Outbound.objects.update(ask_at=Now())
    assert reconcile() == {"absent": 1}


def test_a_text_without_its_body_proves_nothing_either_way(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    sid = post(carrier)
    address = f"{carrier.url}/2010-04-01/Accounts/{JAN.sid}/Messages/{sid}.json"
    requests.post(address, data={"Body": ""}, auth=(JAN.sid, JAN.auth_token), timeout=5).raise_for_status()
    assert reconcile_to_the_end() == {"waiting": 1}
    assert outcome() == (State.UNCERTAIN, Reason.NO_ANSWER)


@pytest.mark.parametrize("step", [answer(503, ""), answer(200, "<html>"), answer(200, {"messages": [{}]}), Silence()])
def test_while_the_list_cannot_be_had_a_text_waits_however_long(
    wire: ScriptedServer, short_code: Sender, step: Step
) -> None:
    wire.will(step)
    lost(short_code)
    assert reconcile_to_the_end() == {"unasked": 1}
    assert outcome() == (State.UNCERTAIN, Reason.NO_ANSWER)
    assert Outbound.objects.get().asked == 0


def test_what_came_back_to_a_campaign_that_is_over_is_cancelled(carrier: Simulator, short_code: Sender) -> None:
    run = lost(short_code)
    cancel(campaign=run.message.campaign, by=factories.TESTS)
    reconcile_to_the_end()
    finish_runs()
    assert outcome() == (State.CANCELLED, Reason.CAMPAIGN_CANCELLED)


def owe_a_code(sender: Sender, **fields: Any) -> None:
    owe_code(
        number=ERROR, sender_id=sender.pk, body="Your code is ••••••",
        sealed_body="Your code is 123456", **fields,
    )  # fmt: skip
    carry_notices()


def test_a_code_is_found_by_what_was_sealed(carrier: Simulator, short_code: Sender) -> None:
    owe_a_code(short_code)
    rounds.send_due(seconds=10)
    carrier.settle()
    assert reconcile() == {"found": 1}
    text = Outbound.objects.get()
    assert (text.state, text.body, text.sealed_body) == (State.DELIVERED, "Your code is ••••••", "")


def test_a_text_of_a_messaging_service_is_found_by_the_service(carrier: Simulator, short_code: Sender) -> None:
    service = JAN.services[0].sid
    Sender.objects.filter(pk=short_code.pk).update(kind="messaging_service", address=service)
    campaign_to(Sender.objects.get(pk=short_code.pk), ERROR)
    rounds.send_due(seconds=10)
    carrier.settle()
    assert reconcile() == {"found": 1}


def test_a_failure_found_in_the_list_is_handled_as_a_callbacks(carrier: Simulator, short_code: Sender) -> None:
    Sender.objects.filter(pk=short_code.pk).update(kind="messaging_service", address=JAN.services[0].sid)
    carrier.text_in(ADA, "+13125550166", "STOP")
    lost(Sender.objects.get(pk=short_code.pk))
    post(carrier, From="", MessagingServiceSid=JAN.services[0].sid)
    assert reconcile() == {"found": 1}
    assert outcome() == (State.FAILED, Reason.OPTED_OUT_AT_CARRIER)
    assert Suppression.objects.filter(number=ADA).exists()


def test_who_opted_out_meanwhile_is_not_sent_it_again(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    opt_out_number(number=ADA, by=factories.TESTS)
    assert reconcile_to_the_end() == {"requeued": 1}
    rounds.send_due(seconds=0.5)
    assert outcome() == (State.SKIPPED, Reason.SUPPRESSED)
    assert bodies(carrier, ADA) == []


@pytest.mark.django_db(transaction=True)
def test_while_another_process_asks_nobody_else_does(carrier: Simulator, short_code: Sender) -> None:
    lost(short_code)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7061994)")
        assert reconcile() == {}
        cursor.execute("SELECT pg_advisory_unlock(7061994)")
    other.close()
    assert reconcile() == {"absent": 1}
