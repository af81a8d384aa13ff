"""Subscriptions are counted by the database: whatever changed them, the counts say what the rows say."""

from collections import Counter

import pytest

from campaigns.models import Campaign
from optins.actions.folding import fold_standings
from optins.actions.opting_out import opt_out_number
from optins.models import StandingCount, Subscription
from optins.queries import standing_now
from tests import factories
from tests.factories import TESTS

pytestmark = pytest.mark.django_db

ADA, BOB = "+13135550101", "+13135550102"


@pytest.fixture
def programme() -> Campaign:
    """Two people are opted in."""
    programme = factories.opt_in_campaign()
    for number in (ADA, BOB):
        factories.subscription(programme, factories.customer(numbers=[number]))
    return programme


def standing() -> Counter[str]:
    return Counter(Subscription.objects.values_list("state", flat=True))


def counted() -> Counter[str]:
    return Counter({state: number for state in Subscription.State if (number := standing_now(state))})


def test_who_joins_and_who_leaves_moves_the_count(programme: Campaign) -> None:
    assert counted() == standing() == {"opted_in": 2}
    opt_out_number(number=ADA, by=TESTS, reason="Asked")
    assert counted() == standing() == {"opted_in": 1, "opted_out": 1}
    Subscription.objects.filter(number=BOB).delete()
    assert counted() == standing() == {"opted_out": 1}


def test_each_programme_has_its_own(programme: Campaign) -> None:
    other = factories.opt_in_campaign()
    factories.subscription(other, factories.customer(numbers=["+13135550103"]))
    assert standing_now(Subscription.State.OPTED_IN) == 3
    assert standing_now(Subscription.State.OPTED_IN, programme=programme) == 2


def test_folding_changes_no_figure_and_leaves_a_row_for_each(programme: Campaign) -> None:
    opt_out_number(number=ADA, by=TESTS, reason="Asked")
    fold_standings()
    assert counted() == standing()
    assert StandingCount.objects.count() == 2
    assert fold_standings() == 0
