"""Home's *Texts today* says what is usual by this time of this weekday, from quarters of an hour counted once."""

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone

from config.dashboard import figures
from config.roles import VIEWER
from messaging.actions.sending.claiming import claim_recipients
from messaging.actions.upkeep.quarters import count_quarters
from messaging.models import Outbound, QuarterCount, Run
from messaging.reports.figures import today
from messaging.reports.usual import Usual, usual_by_now
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page
from tests.messaging.recovery import ADA, BOB, campaign_to

pytestmark = pytest.mark.django_db


def texts_ago(ago: dt.timedelta) -> None:
    """Two texts that left so long ago."""
    campaign_to(factories.sender(), ADA, BOB)
    claim_recipients(run=Run.objects.get(), parts=2)
    Outbound.objects.update(claimed_at=F("claimed_at") - ago, created_at=F("created_at") - ago)


def test_each_quarter_is_counted_once_and_an_empty_one_is_zero() -> None:
    texts_ago(dt.timedelta(hours=5))
    counted = count_quarters()
    assert counted in (19, 20)
    assert count_quarters() == 0
    assert sum(QuarterCount.objects.values_list("texts", flat=True)) == 2
    assert QuarterCount.objects.filter(texts=0).count() == counted - 1


def test_a_long_past_is_counted_a_day_at_a_time() -> None:
    texts_ago(dt.timedelta(days=3))
    assert count_quarters() == 96
    while count_quarters():
        pass
    assert QuarterCount.objects.count() in (96 * 3 - 1, 96 * 3)


def test_without_texts_nothing_is_usual() -> None:
    assert count_quarters() == 0
    assert usual_by_now() is None


def test_the_usual_is_the_mean_of_the_same_weekday_up_to_this_time() -> None:
    midnight = dt.datetime.combine(timezone.localdate(), dt.time.min)
    for weeks, texts in ((1, 100), (2, 301)):
        day = timezone.make_aware(midnight - dt.timedelta(weeks=weeks))
        QuarterCount.objects.create(since=day, texts=texts)
        # The day after is not this weekday.
        QuarterCount.objects.create(since=day + dt.timedelta(hours=25), texts=7)
    assert usual_by_now() == Usual(200, 2)


def test_home_says_it_beside_the_figure() -> None:
    tile = figures(today(), Usual(1200, 4))[1]
    assert f"About 1,200 by now on a usual {timezone.localtime():%A} (mean of 4 weeks)" in tile.note
    assert "by now on a usual" not in signed_in(VIEWER).get(page("index")).text
