"""At most so many campaign texts to a number in 24 hours, from all campaigns together, whoever sends them."""

import datetime as dt
from functools import partial

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.outbox import carry_notices
from messaging.actions.sending.claiming import claim_notices, claim_recipients
from messaging.models import Outbound, Run
from messaging.states import Reason, State
from optins.models import OptInCampaign
from tests import factories
from tests.fixtures.together import together

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def programme() -> OptInCampaign:
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=[ADA]))
    return programme


def runs(programme: OptInCampaign, count: int) -> list[Run]:
    for _ in range(count):
        factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    return list(Run.objects.order_by("pk"))


def claim_all(programme: OptInCampaign, count: int) -> None:
    for run in runs(programme, count):
        claim_recipients(run=run, parts=10)


def outcomes() -> list[tuple[str, str]]:
    return list(Outbound.objects.filter(kind="campaign").order_by("run_id").values_list("state", "reason"))


SENT, CAPPED = (State.SENDING, ""), (State.SKIPPED, Reason.FREQUENCY_CAP)


def test_the_fourth_text_of_a_day_is_left_out(programme: OptInCampaign) -> None:
    claim_all(programme, 4)
    assert outcomes() == [SENT, SENT, SENT, CAPPED]


def test_the_limit_is_a_setting(programme: OptInCampaign, settings: Settings) -> None:
    settings.FREQUENCY_CAP = 1
    claim_all(programme, 2)
    assert outcomes() == [SENT, CAPPED]


def test_without_a_limit_everything_leaves(programme: OptInCampaign, settings: Settings) -> None:
    settings.FREQUENCY_CAP = 0
    claim_all(programme, 5)
    assert outcomes() == [SENT] * 5


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"state": State.ACCEPTED}, True),
        ({"state": State.DELIVERED}, True),
        ({"state": State.UNCERTAIN, "reason": Reason.NO_ANSWER}, True),
        ({"state": State.FAILED, "reason": Reason.UNREACHABLE, "sid": "SM1"}, True),
        ({"state": State.FAILED, "reason": Reason.INVALID_NUMBER}, False),
        ({"state": State.CANCELLED, "reason": Reason.STOPPED}, False),
        ({"state": State.QUEUED}, False),
        ({"state": State.DELIVERED, "claimed_at": Now() - 25 * HOUR}, False),
    ],
)
def test_what_may_have_reached_the_person_counts(
    programme: OptInCampaign, settings: Settings, fields: dict[str, object], counts: bool
) -> None:
    settings.FREQUENCY_CAP = 1
    first, second = runs(programme, 2)
    claim_recipients(run=first, parts=10)
    Outbound.objects.filter(run=first).update(**fields)
    claim_recipients(run=second, parts=10)
    assert (Outbound.objects.get(run=second).reason == Reason.FREQUENCY_CAP) is counts


def test_answers_do_not_count(programme: OptInCampaign, settings: Settings) -> None:
    settings.FREQUENCY_CAP = 1
    sender = programme.options.sender
    assert sender is not None
    take_inbound(account_sid=sender.provider.account_sid, sid="SM1", number=ADA, to=sender.address, body="HELP")
    carry_notices()
    assert len(claim_notices(sender=sender, parts=10).texts) == 1
    claim_all(programme, 2)
    assert outcomes() == [SENT, CAPPED]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_workers_that_claim_at_the_same_moment_never_send_one_too_many(programme: OptInCampaign, attempt: int) -> None:
    claims = [partial(claim_recipients, run=run, parts=10) for run in runs(programme, 6)]
    together(*claims)
    sending = Outbound.objects.filter(state=State.SENDING).count()
    assert sending <= 3
    for _ in range(4):
        Outbound.objects.filter(state=State.QUEUED).update(due_at=Now())
        for claim in claims:
            claim()
    assert Outbound.objects.filter(state=State.SENDING).count() == 3
    assert Outbound.objects.filter(reason=Reason.FREQUENCY_CAP).count() == 3
