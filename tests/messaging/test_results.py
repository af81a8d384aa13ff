"""What came of a message: hours, funnel, and to which text a reply or an opt-out belongs."""

import datetime as dt

import pytest
from django.utils import timezone

from campaigns.models import Customer
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.upkeep.attributing import attribute_answers
from messaging.models import Inbound, MessagingCampaign, Outbound
from messaging.reports.results import Results, results_of
from messaging.states import Reason, State
from optins.actions.opting_out import opt_out_number
from optins.models import OptInCampaign
from tests import factories

pytestmark = pytest.mark.django_db

NOON = timezone.now().replace(minute=0, second=0, microsecond=0) - dt.timedelta(days=2)


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


def sent(programme: OptInCampaign, *numbers: str, at: dt.datetime = NOON) -> MessagingCampaign:
    """A campaign whose texts to these numbers were delivered at that time."""
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    for number in numbers:
        settle(campaign, number, State.DELIVERED, at=at)
    return campaign


def settle(campaign: MessagingCampaign, number: str, state: State, *, at: dt.datetime = NOON, reason: str = "") -> None:
    texts = Outbound.objects.filter(run__campaign=campaign, number=number)
    for text in texts:
        text.attempt_id = f"{text.pk:032x}"
        text.state, text.reason, text.claimed_at, text.parts = state, reason, at, 2
        text.save(update_fields=["attempt_id", "state", "reason", "claimed_at", "parts"])


def member(programme: OptInCampaign) -> str:
    number = factories.number()
    factories.subscription(programme, factories.customer(numbers=[number]), number)
    return number


def says(number: str, *, after: dt.timedelta, meaning: str = "none") -> None:
    Inbound.objects.create(
        sid=f"SM{number[1:]:>032}", provider=factories.provider(), number=number, body="Thanks!", meaning=meaning,
        received_at=NOON + after,
    )  # fmt: skip


def of(campaign: MessagingCampaign) -> Results:
    attribute_answers()
    return results_of(campaign)


def test_texts_are_counted_in_the_hour_they_were_handed_over(programme: OptInCampaign) -> None:
    early, late, refused = (member(programme) for _ in range(3))
    campaign = sent(programme, early)
    settle(campaign, late, State.SENT, at=NOON + dt.timedelta(minutes=70))
    settle(campaign, refused, State.FAILED, at=NOON + dt.timedelta(minutes=80), reason=Reason.UNREACHABLE)
    first, second = of(campaign).spans
    assert (first.at, first.handed_over, first.delivered) == (NOON, 1, 1)
    assert (second.handed_over, second.delivered, second.failed) == (2, 0, 1)
    assert (of(campaign).cost.parts, of(campaign).delivered_share) == (6, 50.0)


def test_the_funnel_tells_each_steps_share_of_the_step_before(programme: OptInCampaign) -> None:
    number = member(programme)
    factories.customer(numbers=[factories.number()])
    campaign = sent(programme, number)
    says(number, after=dt.timedelta(hours=1))
    assert [(step.people, step.share) for step in of(campaign).funnel] == [
        (2, 100.0), (1, 50.0), (1, 100.0), (1, 100.0), (1, 100.0),
    ]  # fmt: skip


def test_a_reply_counts_for_the_last_text_before_it(programme: OptInCampaign) -> None:
    number = member(programme)
    first, second = sent(programme, number), sent(programme, number, at=NOON + dt.timedelta(hours=5))
    says(number, after=dt.timedelta(hours=6))
    assert (of(first).replies, of(second).replies) == (0, 1)


@pytest.mark.parametrize("after", [dt.timedelta(hours=-1), dt.timedelta(days=3, minutes=1)])
def test_what_comes_before_or_days_later_belongs_to_no_text(programme: OptInCampaign, after: dt.timedelta) -> None:
    number = member(programme)
    campaign = sent(programme, number)
    says(number, after=after)
    assert of(campaign).replies == 0


def test_two_replies_of_one_person_are_one_and_stop_is_none(programme: OptInCampaign) -> None:
    number, leaver = member(programme), member(programme)
    campaign = sent(programme, number, leaver)
    says(number, after=dt.timedelta(hours=1))
    says(leaver, after=dt.timedelta(hours=1), meaning="opt_out")
    assert of(campaign).replies == 1


def test_an_opt_out_counts_once_however_many_preferences_it_ended(programme: OptInCampaign) -> None:
    number = member(programme)
    other = factories.opt_in_campaign(sender=programme.options.sender)
    factories.subscription(other, Customer.objects.get(), number)
    campaign = sent(programme, number, at=timezone.now() - dt.timedelta(hours=1))
    opt_out_number(number=number, by=factories.TESTS, reason="asked by phone")
    assert (of(campaign).opt_outs, of(campaign).opt_out_share) == (1, 100.0)


def test_before_the_first_text_everything_is_zero(programme: OptInCampaign) -> None:
    member(programme)
    found = of(factories.messaging_campaign(factories.scheduled(programme), due=False))
    assert (found.progress.people, found.spans, found.replies, found.delivered_share) == (0, (), 0, None)
