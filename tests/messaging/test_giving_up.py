"""Giving up: a campaign that is over sends nothing more at once, however many wait; they are cancelled in steps."""

from collections import Counter

import pytest
from pytest_django.fixtures import Settings

from messaging.actions.campaigns import cancel, end
from messaging.actions.runs.lifecycle import finish_runs, start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.models import MessagingCampaign, Outbound, Run
from messaging.reports.figures import is_settled, progress_of_campaigns
from messaging.states import Reason, State
from tests import factories
from tests.fixtures.together import together

pytestmark = pytest.mark.django_db

PEOPLE, CHUNK = 7, 2


@pytest.fixture
def campaign(settings: Settings) -> MessagingCampaign:
    """Seven people wait."""
    settings.CANCEL_CHUNK = CHUNK
    programme = factories.opt_in_campaign()
    for place in range(PEOPLE):
        factories.subscription(programme, factories.customer(numbers=[f"+1313555{5000 + place}"]))
    made = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    return made


def states() -> Counter[str]:
    return Counter(Outbound.objects.values_list("state", flat=True))


@pytest.mark.parametrize(("verb", "reason"), [(cancel, Reason.CAMPAIGN_CANCELLED), (end, Reason.CAMPAIGN_ENDED)])
def test_nothing_leaves_any_more_and_the_rest_is_cancelled_later(
    campaign: MessagingCampaign, verb: object, reason: Reason
) -> None:
    assert callable(verb)
    verb(campaign=campaign, by=factories.TESTS)
    assert states() == {State.CANCELLED: CHUNK, State.QUEUED: PEOPLE - CHUNK}
    assert not claim_recipients(run=Run.objects.get(), parts=10).texts
    finish_runs()
    assert states() == {State.CANCELLED: PEOPLE}
    assert set(Outbound.objects.values_list("reason", flat=True)) == {reason}


def test_its_figures_add_up_meanwhile_and_it_is_not_settled(campaign: MessagingCampaign) -> None:
    cancel(campaign=campaign, by=factories.TESTS)
    progress = progress_of_campaigns([campaign.pk])[campaign.pk]
    assert (progress.people, progress.waiting, progress.of(State.CANCELLED)) == (PEOPLE, PEOPLE - CHUNK, CHUNK)
    assert not is_settled(campaign)
    finish_runs()
    assert is_settled(campaign)


def test_who_cancels_the_rest_hands_over_when_the_time_is_up(campaign: MessagingCampaign) -> None:
    cancel(campaign=campaign, by=factories.TESTS)
    finish_runs(seconds=0)
    assert states() == {State.CANCELLED: 2 * CHUNK, State.QUEUED: PEOPLE - 2 * CHUNK}


@pytest.mark.django_db(transaction=True)
def test_two_that_cancel_the_rest_at_once_do_not_wait_for_each_other_in_a_circle(campaign: MessagingCampaign) -> None:
    cancel(campaign=campaign, by=factories.TESTS)
    done = together(*[finish_runs] * 3)
    assert not [each for each in done if isinstance(each, Exception)]
    assert states() == {State.CANCELLED: PEOPLE}
