"""Delivery certificates: our rows against the carrier's own list."""

import pytest
from django.utils import timezone

from messaging.actions.certifying import ask_for_certificate, certify
from messaging.actions.sending.rounds import send_due
from messaging.models import DeliveryCertificate, Outbound, SmsMessage
from messaging.states import State
from optins.models import Sender
from tests import factories
from tests.fixtures.simulator import Simulator
from tests.messaging.recovery import ADA, campaign_to

pytestmark = pytest.mark.django_db

BOB = "+13135550102"


@pytest.fixture
def sent(carrier: Simulator, short_code: Sender) -> SmsMessage:
    """A message that two people got, as the carrier has told us."""
    campaign_to(short_code, ADA, BOB)
    send_due(seconds=10)
    carrier.settle()
    Outbound.objects.filter(state=State.ACCEPTED).update(state=State.DELIVERED, settled_at=timezone.now())
    return SmsMessage.objects.get()


def made(message: SmsMessage) -> DeliveryCertificate:
    ask_for_certificate(message=message, by=factories.TESTS)
    assert certify() == 1
    return DeliveryCertificate.objects.filter(message=message).latest("pk")


def test_it_holds_when_both_say_the_same(sent: SmsMessage) -> None:
    found = made(sent)
    assert found.holds
    assert (found.outcomes, found.recipients, found.taken, found.matched) == ({"delivered": 2}, 2, 2, 2)


def test_a_text_that_the_carrier_does_not_list_is_missing(sent: SmsMessage) -> None:
    Outbound.objects.filter(number=ADA).update(sid="SM" + "f" * 32)
    found = made(sent)
    assert (found.holds, found.matched, found.missing, found.unknown) == (False, 1, 1, 1)


def test_a_text_that_ended_otherwise_there_differs(sent: SmsMessage) -> None:
    Outbound.objects.filter(number=ADA).update(state=State.FAILED, reason="unreachable")
    found = made(sent)
    assert (found.holds, found.matched, found.differing) == (False, 2, 1)


def test_another_messages_texts_are_not_this_ones(sent: SmsMessage, short_code: Sender) -> None:
    campaign_to(short_code, "+13135550103")
    send_due(seconds=10)
    found = made(sent)
    assert (found.holds, found.taken, found.matched) == (True, 2, 2)


def test_a_carrier_that_cannot_be_asked_is_said(sent: SmsMessage, short_code: Sender) -> None:
    short_code.provider.auth_token = "wrong"
    short_code.provider.save(update_fields=["auth_token"])
    found = made(sent)
    assert not found.holds
    assert found.problem != ""


def test_two_who_ask_wait_for_the_same(sent: SmsMessage) -> None:
    first, second = (ask_for_certificate(message=sent, by=factories.TESTS) for _ in range(2))
    assert first == second
