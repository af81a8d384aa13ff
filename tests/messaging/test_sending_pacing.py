"""Pacing: parts per second and sender, from one bucket that all workers share."""

import time

import pytest

from messaging import pacing
from messaging.actions import sending
from messaging.actions.runs import start_due
from messaging.models import Outbound
from messaging.states import State
from optins.models import Sender
from tests import factories
from tests.fixtures.simulator import Simulator
from tests.fixtures.together import together

pytestmark = pytest.mark.django_db


def paced(parts_per_second: float) -> Sender:
    return factories.sender(parts_per_second=parts_per_second)


def test_a_bucket_grants_a_second_at_most() -> None:
    sender = paced(10)
    assert pacing.take(sender, 100) == 10
    assert pacing.take(sender, 100) <= 1


def test_it_grants_no_more_than_asked_and_gives_the_rest_later() -> None:
    sender = paced(10)
    assert [pacing.take(sender, 4), pacing.take(sender, 4)] == [4, 4]
    assert pacing.take(sender, 4) in (2, 3)


def test_it_refills_with_the_rate() -> None:
    sender = paced(20)
    pacing.take(sender, 20)
    time.sleep(0.25)
    assert 4 <= pacing.take(sender, 20) <= 12


def test_workers_together_get_no_more_than_the_rate() -> None:
    sender = paced(20)
    granted = together(*[lambda: pacing.take(sender, 7)] * 8)
    assert sum(parts for parts in granted if isinstance(parts, int)) <= 22


def test_a_slow_sender_gets_one_and_then_waits() -> None:
    sender = paced(0.5)
    assert [pacing.take(sender, 5), pacing.take(sender, 5)] == [1, 0]


def test_what_was_not_used_is_given_back_up_to_a_second() -> None:
    sender = paced(10)
    pacing.take(sender, 10)
    pacing.correct(sender, 100)
    assert pacing.take(sender, 100) == 10


def test_parts_beyond_the_first_are_charged() -> None:
    sender = paced(10)
    pacing.take(sender, 10)
    pacing.correct(sender, -5)
    time.sleep(0.3)
    assert pacing.take(sender, 10) == 0


def test_senders_have_buckets_of_their_own() -> None:
    one, other = paced(1), paced(1)
    assert [pacing.take(one, 1), pacing.take(other, 1)] == [1, 1]


def test_a_text_of_several_parts_holds_back_the_next(carrier: Simulator, short_code: Sender) -> None:
    Sender.objects.update(parts_per_second=2)
    programme = factories.opt_in_campaign(sender=short_code)
    for place in range(4):
        factories.subscription(programme, factories.customer(numbers=[f"+1313555{7000 + place}"]))
    factories.messaging_campaign(factories.scheduled(programme, "x" * 400))
    start_due()
    assert sending.send_due(seconds=0.5) == 2
    assert Outbound.objects.filter(state=State.QUEUED).count() == 2


def test_nothing_is_due_before_its_time(carrier: Simulator, short_code: Sender) -> None:
    programme = factories.opt_in_campaign(sender=short_code)
    factories.subscription(programme, factories.customer(numbers=["+13135550101"]))
    factories.messaging_campaign(factories.scheduled(programme), due=False)
    assert start_due() == 0
    assert sending.send_due(seconds=0.1) == 0
