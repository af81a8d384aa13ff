"""Home's *Texts today* says what is usual by this time of this weekday, from the counts that the database keeps."""

import datetime as dt

import pytest
from django.utils import timezone

from config.dashboard import figures
from config.roles import VIEWER
from messaging.models import TakenCount
from messaging.reports.figures import today
from messaging.reports.health import pulse
from messaging.reports.usual import Usual, usual_by_now
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db


def counted(since: dt.datetime, texts: int) -> None:
    """So many texts that were delivered."""
    TakenCount.objects.create(since=since, dialled="+1", state="delivered", texts=texts, parts=texts)


def test_without_texts_nothing_is_usual() -> None:
    assert usual_by_now() is None


def test_the_usual_is_the_mean_of_the_same_weekday_up_to_this_time() -> None:
    midnight = dt.datetime.combine(timezone.localdate(), dt.time.min)
    for weeks, texts in ((1, 100), (2, 301)):
        day = timezone.make_aware(midnight - dt.timedelta(weeks=weeks))
        counted(day, texts)
        # The day after is not this weekday.
        counted(day + dt.timedelta(hours=25), 7)
    assert usual_by_now() == Usual(200, 2)


def test_home_says_it_beside_the_figure() -> None:
    tile = figures(today(), pulse(), Usual(1200, 4))[1]
    assert f"About 1,200 by now on a usual {timezone.localtime():%A} (mean of 4 weeks)" in tile.note
    assert "by now on a usual" not in signed_in(VIEWER).get(page("index")).text
