"""How the send worker spends what its senders are granted: replies first, campaigns in turn, long texts when paid."""

import pytest

from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.outbox import carry_notices
from messaging.actions.sending import rounds
from messaging.models import Outbound, Run
from messaging.states import State
from optins.actions.notices import owe
from optins.models import Notice, OptInCampaign, Sender
from tests import factories
from tests.fixtures.simulator import Simulator
from tests.messaging.parts_of import wait

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(carrier: Simulator, short_code: Sender) -> OptInCampaign:
    """Four people have opted in."""
    programme = factories.opt_in_campaign(sender=short_code)
    for place in range(4):
        factories.subscription(programme, factories.customer(numbers=[f"+1313555{7000 + place}"]))
    return programme


def campaign(programme: OptInCampaign, body: str = "Hello") -> Run:
    factories.messaging_campaign(factories.scheduled(programme, body))
    start_due()
    return Run.objects.latest("pk")


def sent(run: Run | None = None) -> int:
    texts = Outbound.objects.filter(state=State.ACCEPTED)
    return (texts.filter(run=run) if run else texts).count()


def work(*, after: float, sender: Sender) -> int:
    wait(sender, after)
    return rounds.send_due(seconds=0.05)


def test_a_text_of_several_parts_leaves_when_all_are_paid(programme: OptInCampaign, short_code: Sender) -> None:
    Sender.objects.update(parts_per_second=1)
    campaign(programme, "x" * 400)
    work(after=0, sender=short_code)
    assert sent() == 0
    for seconds, texts in ((0.9, 0), (1.5, 1), (0.9, 1), (2.2, 2)):
        work(after=seconds, sender=short_code)
        assert sent() == texts


def test_a_long_text_is_not_overtaken_by_short_ones(programme: OptInCampaign, short_code: Sender) -> None:
    long, _ = campaign(programme, "x" * 400), campaign(programme, "short")
    Sender.objects.update(parts_per_second=8)
    # With short texts alone nobody would ever see three parts together.
    rounds.send_due(seconds=0.9)
    assert sent(long) >= 1


def test_two_campaigns_of_one_sender_go_side_by_side(programme: OptInCampaign, short_code: Sender) -> None:
    one, other = campaign(programme, "one"), campaign(programme, "other")
    Sender.objects.update(parts_per_second=5)
    rounds.send_due(seconds=0.6)
    assert sent(one) >= 1
    assert abs(sent(one) - sent(other)) <= 1


def test_a_reply_goes_ahead_of_a_campaign(programme: OptInCampaign, short_code: Sender) -> None:
    run = campaign(programme, "x" * 400)
    Sender.objects.update(parts_per_second=1)
    work(after=0, sender=short_code)
    owe(kind=Notice.Kind.HELP, number="+13135557999", sender=short_code, body="Reply STOP to opt out.")
    carry_notices()
    work(after=0.9, sender=short_code)
    assert (sent(), sent(run)) == (1, 0)


def test_nothing_is_due_before_its_time(carrier: Simulator, short_code: Sender) -> None:
    programme = factories.opt_in_campaign(sender=short_code)
    factories.subscription(programme, factories.customer(numbers=["+13135550101"]))
    factories.messaging_campaign(factories.scheduled(programme), due=False)
    assert start_due() == 0
    assert rounds.send_due(seconds=0.1) == 0
