"""The statements that are asked all day find their rows by the index that was made for them, however many there are."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.models import Customer, PhoneNumber
from campaigns.queries import with_number
from messaging.models import Outbound, OutcomeCount
from messaging.queries import open_runs, senders_with_work, written_until
from messaging.states import State
from tests import factories

pytestmark = pytest.mark.django_db

TEXTS = 3_000
# Thirty messages of three campaigns, one after the other: what is old stands far from the latest.
_FILL = """
    INSERT INTO messaging_outbound
        (kind, run_id, campaign_id, customer_id, number, sender_id, body, sealed_body, state, reason, attempts,
         attempt_id, sid, created_at, due_at, claimed_at, leased_until, ask_at, settled_at)
    SELECT 'campaign', 1 + n / 100, 1 + n / 1000, n, '+1' || (3135550000 + n), 1, 'Hello', '',
           CASE WHEN n >= 2950 THEN 'queued' WHEN n %% 50 = 0 THEN 'failed' WHEN n %% 997 = 0 THEN 'sending'
                WHEN n %% 5 = 1 THEN 'accepted' WHEN n %% 100 = 2 THEN 'uncertain' ELSE 'delivered' END,
           CASE WHEN n %% 50 = 0 THEN 'unreachable' ELSE '' END, 1, gen_random_uuid(), 'SM' || n, at, at, at, at,
           CASE WHEN n %% 100 = 1 THEN at ELSE now() + interval '1 day' END, at
    FROM (SELECT n, now() - (3000 - n) * interval '1 hour' AS at FROM generate_series(0, %s) n) AS texts
"""


@pytest.fixture(autouse=True)
def _texts() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [TEXTS - 1])
        cursor.execute("ANALYZE messaging_outbound, messaging_outcomecount")
        # As autovacuum leaves a table whose rows are old: it cannot run in the transaction of a test.
        cursor.execute("UPDATE pg_class SET relallvisible = relpages WHERE relname = 'messaging_outbound'")


def indexes(rows: QuerySet[Any, Any]) -> set[str]:
    """The indexes that Postgres goes by; a table that is read whole is among them by its name."""
    (plan,) = json.loads(rows.explain(format="json"))
    return set(_of(plan["Plan"]))


def _of(node: dict[str, Any]) -> Iterator[str]:
    if "Index Name" in node or "Relation Name" in node:
        yield node.get("Index Name") or node["Relation Name"]
    for inner in node.get("Plans", ()):
        yield from _of(inner)


def page(**filters: Any) -> QuerySet[Any, Any]:
    """The ids of the first page of a log that is narrowed to these."""
    return Outbound.objects.filter(**filters).order_by("-pk").values_list("pk", flat=True)[:50]


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (page(campaign=1), "outbound_by_campaign"),
        (page(campaign=1, state="failed"), "outbound_by_campaign"),
        (page(run__in=[3]), "outbound_by_run"),
        (page(state="failed"), "outbound_rare_log"),
        (page(number="+13135550100"), "outbound_of_number"),
        (page(sid="SM7"), "outbound_sid_once"),
        (Outbound.objects.filter(state=State.SENDING, leased_until__lt=Now()).order_by(), "outbound_leased"),
        (
            Outbound.objects.filter(state__in=["accepted", "sent"], ask_at__lte=Now()).order_by("ask_at"),
            "outbound_to_ask",
        ),
        (
            Outbound.objects.filter(run=30, state=State.QUEUED).order_by("due_at", "pk").values_list("pk")[:10],
            "outbound_waiting",
        ),
    ],
)
def test_each_question_has_its_index(rows: QuerySet[Any, Any], index: str) -> None:
    assert indexes(rows) == {index}


def test_who_has_work_is_found_without_reading_all_that_waits() -> None:
    Outbound.objects.update(state=State.QUEUED, reason="")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_outbound")
    for who in (senders_with_work(), open_runs(factories.sender())):
        assert "messaging_outbound" not in indexes(who)


def test_progress_reads_no_text() -> None:
    counted = OutcomeCount.objects.filter(run__campaign=1).values_list("state", "number")
    assert not {name for name in indexes(counted) if "outbound" in name}


def test_a_day_long_ago_is_looked_for_from_that_day_on() -> None:
    end = timezone.now() - dt.timedelta(hours=2_000)
    later = Outbound.objects.filter(created_at__gt=end + dt.timedelta(hours=2)).order_by("pk")
    until = written_until(end)
    assert not Outbound.objects.filter(pk__gt=until, created_at__lte=end).exists()
    assert until < later[0].pk


@pytest.mark.parametrize("typed", ["+1 313 555 0100", "5550100"])
def test_people_are_found_by_a_number_without_reading_all_numbers(typed: str) -> None:
    people = [Customer(external_id=f"c-{place}") for place in range(TEXTS)]
    Customer.objects.bulk_create(people)
    PhoneNumber.objects.bulk_create(
        PhoneNumber(customer=person, number=f"+1{3135550000 + place}", country="US")
        for place, person in enumerate(people)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_phonenumber")
    assert indexes(with_number(PhoneNumber.objects.order_by(), typed)) == {"phone_by_number"}
