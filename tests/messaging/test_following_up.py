"""Texts whose last callback never came are asked about once in a while, and only ever move forward."""

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from messaging.actions.listening.advancing import Report, advance
from messaging.actions.listening.following_up import follow_up
from messaging.actions.sending.rounds import send_due
from messaging.models import Outbound
from messaging.states import Reason, State
from optins.models import Sender, Suppression
from tests.fixtures.simulator import Simulator
from tests.messaging.gateway.scripted import ScriptedServer, answer, created
from tests.messaging.recovery import ADA, campaign_to, later

pytestmark = pytest.mark.django_db

HALF_A_DAY = 12 * 3600 + 1
LOST, SPAM = "+15005550999", "+15005550307"


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.RECONCILE_PER_SECOND = 1000


def handed_over(carrier: Simulator, sender: Sender, number: str = ADA) -> Outbound:
    """A text that the carrier took, and of which it told us nothing more."""
    campaign_to(sender, number)
    send_due(seconds=10)
    text = Outbound.objects.get()
    assert text.state == State.ACCEPTED
    return text


def test_a_text_is_left_alone_until_half_a_day_has_passed_without_news(carrier: Simulator, short_code: Sender) -> None:
    handed_over(carrier, short_code)
    later(HALF_A_DAY - 60)
    assert follow_up() == {}


def test_a_delivery_that_was_never_told_is_learned(carrier: Simulator, short_code: Sender) -> None:
    handed_over(carrier, short_code)
    carrier.settle()
    later(HALF_A_DAY)
    assert follow_up() == {"moved": 1}
    text = Outbound.objects.get()
    assert text.state == State.DELIVERED
    assert text.settled_at is not None


def test_a_failure_that_was_never_told_has_its_reason(carrier: Simulator, short_code: Sender) -> None:
    handed_over(carrier, short_code, SPAM)
    carrier.settle()
    later(HALF_A_DAY)
    assert follow_up() == {"moved": 1}
    text = Outbound.objects.get()
    assert (text.state, text.reason, text.error_code) == (State.FAILED, Reason.FILTERED_AS_SPAM, 30007)
    assert not Suppression.objects.exists()


def test_what_has_no_news_is_asked_about_once_in_half_a_day(carrier: Simulator, short_code: Sender) -> None:
    handed_over(carrier, short_code, LOST)
    later(HALF_A_DAY)
    assert follow_up() == {"unchanged": 1}
    assert follow_up() == {}
    later(HALF_A_DAY)
    assert follow_up() == {"unchanged": 1}


def test_after_days_a_text_is_left_as_it_is(carrier: Simulator, short_code: Sender, settings: Settings) -> None:
    handed_over(carrier, short_code, LOST)
    later(settings.FINAL_STATUS_DAYS * 86400 + 60)
    assert follow_up() == {"left": 1}
    later(HALF_A_DAY)
    assert follow_up() == {}
    assert Outbound.objects.get().state == State.ACCEPTED


def test_a_text_that_the_account_no_longer_has_stays(wire: ScriptedServer, short_code: Sender) -> None:
    wire.will(created(), answer(404, {"code": 20404}))
    campaign_to(short_code, ADA)
    send_due(seconds=10)
    later(HALF_A_DAY)
    assert follow_up() == {"unchanged": 1}


def test_while_the_carrier_cannot_be_asked_texts_keep_their_turn(carrier: Simulator, short_code: Sender) -> None:
    handed_over(carrier, short_code)
    carrier.settle()
    later(HALF_A_DAY)
    carrier.order_fault(on="fetch", do="unavailable")
    assert follow_up() == {"unasked": 1}
    assert follow_up() == {"moved": 1}


def test_news_puts_the_question_off(carrier: Simulator, short_code: Sender) -> None:
    text = handed_over(carrier, short_code)
    later(HALF_A_DAY)
    assert text.sid
    advance(Report(short_code.provider_id, text.attempt_id, text.sid, State.SENT, error_code=None))
    assert Outbound.objects.filter(ask_at__gt=Now(), state=State.SENT).exists()
    assert follow_up() == {}
