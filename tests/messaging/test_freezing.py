"""Freezing: an audience is written chunk by chunk, each person once, whatever happens between two chunks."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns.models import PhoneNumber, Segment
from messaging.actions.campaigns import cancel, end, pause
from messaging.actions.runs.freezing import freeze_chunk, freeze_due
from messaging.actions.runs.lifecycle import finish_runs, start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.models import MessagingCampaign, Outbound, Run
from messaging.reports.figures import is_settled
from messaging.states import Reason, State
from optins.models import OptInCampaign
from tests import factories
from tests.fixtures.together import together

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
PEOPLE = 5


@pytest.fixture
def programme(settings: Settings) -> OptInCampaign:
    settings.FREEZE_CHUNK = 2
    made = factories.opt_in_campaign()
    for place in range(PEOPLE):
        factories.subscription(made, factories.customer(numbers=[f"+1313555{5000 + place}"]))
    return made


@pytest.fixture
def campaign(programme: OptInCampaign) -> MessagingCampaign:
    """Its run has begun, and the first chunk is written."""
    made = factories.messaging_campaign(factories.scheduled(programme))
    start_due(seconds=0)
    return made


def states() -> list[str]:
    return list(Outbound.objects.order_by("pk").values_list("state", flat=True))


def test_the_first_texts_can_leave_while_the_rest_is_written(campaign: MessagingCampaign) -> None:
    run = Run.objects.get()
    assert (states(), run.frozen_at) == ([State.QUEUED] * 2, None)
    assert len(claim_recipients(run=run, parts=10).texts) == 2
    assert freeze_due(seconds=5)
    assert states() == [State.SENDING] * 2 + [State.QUEUED] * 3


def test_who_freezes_hands_over_when_the_time_is_up(campaign: MessagingCampaign) -> None:
    assert not freeze_due(seconds=0)
    assert freeze_due(seconds=5)
    assert len(states()) == PEOPLE


def test_an_audience_of_full_chunks_is_complete_too(programme: OptInCampaign, settings: Settings) -> None:
    settings.FREEZE_CHUNK = PEOPLE
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    assert Run.objects.get().frozen_at is not None
    assert len(states()) == PEOPLE


def test_a_run_that_is_still_being_written_is_neither_finished_nor_settled(campaign: MessagingCampaign) -> None:
    Outbound.objects.update(state=State.SKIPPED, reason=Reason.NO_PHONE)
    assert finish_runs() == 0
    assert not is_settled(campaign)
    freeze_due(seconds=5)
    Outbound.objects.update(state=State.SKIPPED, reason=Reason.NO_PHONE)
    assert finish_runs() == 1
    assert is_settled(campaign)


def test_a_chunk_that_is_written_again_adds_nobody(campaign: MessagingCampaign) -> None:
    freeze_due(seconds=5)
    Run.objects.update(frozen_through=0, frozen_at=None)
    freeze_due(seconds=5)
    assert len(states()) == PEOPLE


def test_a_paused_campaign_is_written_and_waits(campaign: MessagingCampaign) -> None:
    pause(campaign=campaign, by=factories.TESTS)
    freeze_due(seconds=5)
    assert states() == [State.QUEUED] * PEOPLE
    assert not claim_recipients(run=Run.objects.get(), parts=10).texts


@pytest.mark.parametrize("verb", [cancel, end])
def test_what_is_over_is_not_written_to_the_end(campaign: MessagingCampaign, verb: object) -> None:
    assert callable(verb)
    verb(campaign=campaign, by=factories.TESTS)
    assert freeze_due(seconds=5)
    assert not freeze_chunk(run_id=Run.objects.get().pk)
    assert states() == [State.CANCELLED] * 2
    assert is_settled(campaign)


def test_an_audience_that_cannot_be_worked_out_holds_up_no_other(programme: OptInCampaign) -> None:
    broken = factories.segment()
    factories.messaging_campaign(factories.scheduled(programme, segment_in=broken))
    factories.messaging_campaign(factories.scheduled(programme))
    Segment.objects.filter(pk=broken.pk).update(rule={"all": [{"field": "gone", "operator": "is", "value": "x"}]})
    start_due()
    assert [run.frozen_at is None for run in Run.objects.order_by("pk")] == [True, False]
    assert len(states()) == PEOPLE


@pytest.mark.parametrize("chunk", [1, 2, 3, 20])
@pytest.mark.parametrize(("first", "second", "texted"), [(2, 1, 0), (1, 2, 1), (None, 1, 1), (1, None, 0), (1, 1, 0)])
def test_one_phone_is_texted_as_who_verified_it_first_wherever_the_chunks_end(
    programme: OptInCampaign, settings: Settings, chunk: int, first: int | None, second: int | None, texted: int
) -> None:
    """`first` and `second` are how many days ago the earlier and the later customer verified it."""
    settings.FREEZE_CHUNK = chunk
    holders = [factories.customer(numbers=[ADA]) for _ in range(2)]
    now = timezone.now()
    for holder, days in zip(holders, (first, second), strict=True):
        verified = None if days is None else now - dt.timedelta(days=days)
        PhoneNumber.objects.filter(customer=holder).update(verified_at=verified)
    factories.subscription(programme, holders[0])
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    told = {row.customer_id: row.reason for row in Outbound.objects.filter(number=ADA)}
    assert told == {holders[texted].pk: "", holders[1 - texted].pk: Reason.SAME_PHONE}


@pytest.mark.django_db(transaction=True)
def test_several_processes_that_freeze_at_once_write_each_person_once(campaign: MessagingCampaign) -> None:
    run = Run.objects.get().pk
    done = together(*[lambda: freeze_due(seconds=5)] * 2, *[lambda: freeze_chunk(run_id=run)] * 4)
    assert not [each for each in done if isinstance(each, Exception)]
    freeze_due(seconds=5)
    assert states() == [State.QUEUED] * PEOPLE
