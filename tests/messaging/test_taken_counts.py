"""Texts that the carrier took are counted by the database: whatever changed them, the counts say what the rows say."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from messaging.actions.runs.lifecycle import start_due
from messaging.actions.upkeep.folding import fold_counts
from messaging.lawful.places import dialled_country
from messaging.models import Outbound, Run, TakenCount
from messaging.reports.results import results_of
from messaging.reports.taken import TAKEN, extent_of, spans_of, taken_since
from messaging.states import State
from tests import factories
from tests.messaging.recovery import taken

pytestmark = pytest.mark.django_db

NUMBERS = ("+13135550101", "+13135550102", "+14165550103", "+447400123456")
A_YEAR = dt.timedelta(days=365)


@pytest.fixture
def run(settings: Settings) -> Run:
    """Four people in three countries have a text that the carrier took."""
    settings.ALLOWED_COUNTRIES = ["US", "CA", "GB"]
    programme = factories.opt_in_campaign()
    for number in NUMBERS:
        factories.subscription(programme, factories.customer(numbers=[number]))
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    run = Run.objects.get()
    taken(run)
    return run


def standing() -> Counter[tuple[str, str]]:
    """Parts by dialled beginning and state, by the rows."""
    found: Counter[tuple[str, str]] = Counter()
    for number, state, parts in Outbound.objects.filter(state__in=TAKEN).values_list("number", "state", "parts"):
        found[dialled_country(number), state] += parts or 0
    return found


def counted() -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for dialled, state, parts in TakenCount.objects.values_list("dialled", "state", "parts"):
        found[dialled_country(dialled), state] += parts
    return +found


def test_the_parts_of_each_country_are_counted(run: Run) -> None:
    Outbound.objects.filter(number=NUMBERS[0]).update(parts=3)
    assert counted() == standing()
    extent = extent_of([run.pk])
    assert extent is not None
    assert extent.parts == {"US": 4, "CA": 1, "GB": 1}


def test_each_step_moves_the_count(run: Run) -> None:
    Outbound.objects.filter(number=NUMBERS[0]).update(state=State.DELIVERED)
    Outbound.objects.filter(number=NUMBERS[1]).update(state=State.FAILED, reason="unreachable")
    Outbound.objects.filter(number=NUMBERS[2]).delete()
    assert counted() == standing()
    (hour,) = spans_of([run.pk], by_day=False)
    assert (hour.handed_over, hour.delivered, hour.failed) == (3, 1, 1)


def test_a_test_is_not_among_them(run: Run) -> None:
    Outbound.objects.filter(number=NUMBERS[0]).update(kind="test", run=None)
    assert taken_since(timezone.now() - A_YEAR).of_all == 3


def test_folding_changes_no_figure_and_leaves_a_row_for_each(run: Run) -> None:
    for number in NUMBERS[:2]:
        Outbound.objects.filter(number=number).update(state=State.DELIVERED)
    before, report = counted(), results_of(run.message)
    fold_counts()
    assert (counted(), results_of(run.message)) == (before, report)
    assert TakenCount.objects.count() == len(standing()) == 3
    assert fold_counts() == 0


def test_what_comes_after_a_fold_is_folded_in(run: Run) -> None:
    fold_counts()
    Outbound.objects.update(state=State.DELIVERED)
    fold_counts()
    assert counted() == standing()
    assert TakenCount.objects.filter(is_folded=True).count() == TakenCount.objects.count() == 3


def test_the_database_tells_countries_apart_as_we_do() -> None:
    dialled = [f"+1{area}" for area in range(200, 1000)] + ["+4474", "+4917"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, optline_dialled(number || '5550100') FROM unnest(%s::text[]) AS number", [dialled]
        )
        told = dict(cursor.fetchall())
    assert {number: dialled_country(its) for number, its in told.items()} == {n: dialled_country(n) for n in dialled}


def test_a_report_reads_no_text(run: Run) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert results_of(run.message).taken == len(NUMBERS)
    assert len(asked) <= 8
    assert not [query["sql"] for query in asked if "messaging_outbound" in query["sql"]]


def test_what_takes_long_is_told_by_the_day(run: Run) -> None:
    Outbound.objects.filter(number=NUMBERS[0]).update(claimed_at=F("claimed_at") - dt.timedelta(days=30))
    found = results_of(run.message)
    assert found.is_by_day
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    assert [span.handed_over for span in found.spans] == [1, 3]
    assert found.spans[1].at == midnight
