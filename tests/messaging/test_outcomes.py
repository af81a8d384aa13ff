"""The counts that screens show are kept by the database: whatever changed texts, they say what the rows say."""

from collections import Counter

import pytest
from django.db import transaction

from messaging.actions.campaigns import cancel
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.actions.sending.settling import settle
from messaging.actions.upkeep.folding import fold_counts
from messaging.gateway.outcomes import Accepted
from messaging.models import MessagingCampaign, Outbound, OutcomeCount, Run
from messaging.reports.figures import progress_of, progress_of_campaigns, progress_of_messages
from tests import factories

pytestmark = pytest.mark.django_db

PEOPLE = 4


@pytest.fixture
def campaign() -> MessagingCampaign:
    """Four people wait, and one without a number is left out."""
    programme = factories.opt_in_campaign()
    for place in range(PEOPLE):
        factories.subscription(programme, factories.customer(numbers=[f"+1313555{5000 + place}"]))
    factories.customer()
    made = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    return made


def counted(campaign: MessagingCampaign) -> Counter[tuple[str, str]]:
    return Counter(progress_of_campaigns([campaign.pk])[campaign.pk].counts)


def standing(campaign: MessagingCampaign) -> Counter[tuple[str, str]]:
    return Counter(progress_of(Outbound.objects.filter(run__campaign=campaign)).counts)


def test_each_step_of_a_text_moves_its_count(campaign: MessagingCampaign) -> None:
    run = Run.objects.get()
    assert counted(campaign) == standing(campaign) == {("queued", ""): PEOPLE, ("skipped", "no_phone"): 1}
    texts = claim_recipients(run=run, parts=2).texts
    settle(sender=run.sender, answers=[(texts[0], Accepted("SM" + "0" * 32, "queued", 1))], run=run)
    cancel(campaign=campaign, by=factories.TESTS)
    found = counted(campaign)
    assert found == standing(campaign)
    assert (found["accepted", ""], found["sending", ""], found["cancelled", "campaign_cancelled"]) == (1, 1, PEOPLE - 2)


def test_a_message_has_the_counts_of_its_runs(campaign: MessagingCampaign) -> None:
    message = campaign.messages.get()
    assert progress_of_messages([message.pk])[message.pk].people == PEOPLE + 1


def test_what_was_taken_back_was_not_counted(campaign: MessagingCampaign) -> None:
    before = OutcomeCount.objects.count()
    with transaction.atomic():
        claim_recipients(run=Run.objects.get(), parts=2)
        transaction.set_rollback(True)
    assert OutcomeCount.objects.count() == before


def test_folding_changes_no_figure_and_leaves_a_row_for_each(campaign: MessagingCampaign) -> None:
    for _ in range(PEOPLE):
        claim_recipients(run=Run.objects.get(), parts=1)
    fold_counts()
    assert counted(campaign) == standing(campaign)
    assert OutcomeCount.objects.count() == len(standing(campaign))
    assert fold_counts() == 0


def test_what_a_hand_changes_in_the_database_is_counted_too(campaign: MessagingCampaign) -> None:
    Outbound.objects.filter(state="skipped").delete()
    Outbound.objects.filter(pk=Outbound.objects.earliest("pk").pk).update(state="skipped", reason="own_fault")
    assert counted(campaign) == standing(campaign) == {("queued", ""): PEOPLE - 1, ("skipped", "own_fault"): 1}
