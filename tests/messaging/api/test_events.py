"""Events that apps tell: kept once, and heard by the messages that listen."""

from typing import Any

import pytest

from campaigns.models import CustomerEvent
from tests import factories
from tests.optins.api.conftest import OK, Caller, code_of

ADA = "/external/users/ada/events"
EVENT = {
    "event_id": "order-1",
    "name": "purchase",
    "occurred_at": "2026-11-22T10:00:00+01:00",
    "properties": {"total": 12.5, "items": ["hat"]},
}


@pytest.fixture
def caller(db: None) -> Caller:
    factories.customer(external_id="ada")
    return Caller(factories.api_app())


def test_an_event_is_kept_with_its_app_time_and_properties(caller: Caller) -> None:
    assert caller.post(ADA, EVENT) == OK

    event = CustomerEvent.objects.get()
    assert (event.name, event.source, event.properties) == ("purchase", caller.app.key, EVENT["properties"])
    assert event.occurred_at.isoformat() == "2026-11-22T09:00:00+00:00"


def test_the_same_event_again_answers_as_before_and_counts_once(caller: Caller) -> None:
    same = {**EVENT, "occurred_at": "2026-11-22T09:00:00Z", "properties": {"items": ["hat"], "total": 12.5}}

    assert [caller.post(ADA, EVENT), caller.post(f"{ADA}/", EVENT), caller.post(ADA, same)] == [OK] * 3
    assert CustomerEvent.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"name": "refund"}, {"properties": {}}, {"occurred_at": "2026-11-22T10:00:01+01:00"}]
)
def test_the_same_id_with_another_body_is_a_conflict(caller: Caller, change: dict[str, Any]) -> None:
    caller.post(ADA, EVENT)

    assert code_of(caller.post(ADA, {**EVENT, **change})) == (409, "event_id_conflict")


def test_the_same_id_for_another_customer_is_a_conflict(caller: Caller) -> None:
    factories.customer(external_id="bob")
    caller.post(ADA, EVENT)

    assert code_of(caller.post("/external/users/bob/events", EVENT)) == (409, "event_id_conflict")


def test_two_apps_may_use_one_id(caller: Caller) -> None:
    caller.post(ADA, EVENT)

    assert Caller(factories.api_app()).post(ADA, {**EVENT, "name": "refund"}) == OK


def test_without_a_time_it_happened_now_and_may_be_repeated(caller: Caller) -> None:
    short = {"event_id": "e1", "name": "visit"}

    assert [caller.post(ADA, short), caller.post(ADA, short)] == [OK, OK]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"event_id": ""}, "missing_data"),
        ({"event_id": 7}, "argument_error"),
        ({"name": None}, "argument_error"),
        ({"name": "x" * 101}, "argument_error"),
        ({"occurred_at": "yesterday"}, "argument_error"),
        ({"occurred_at": "2026-11-22T10:00:00"}, "argument_error"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "argument_error"),
        ({"occurred_at": "9999-12-31T23:59:59Z"}, "argument_error"),
        ({"occurred_at": 1763805600}, "argument_error"),
        ({"properties": []}, "argument_error"),
        ({"properties": {str(n): n for n in range(51)}}, "argument_error"),
    ],
)
def test_an_event_of_the_wrong_form_is_refused(caller: Caller, change: dict[str, Any], code: str) -> None:
    assert code_of(caller.post(ADA, {**EVENT, **change})) == (400, code)
    assert not CustomerEvent.objects.exists()


def test_an_event_of_nobody_we_know_is_refused(caller: Caller) -> None:
    assert code_of(caller.post("/external/users/nobody/events", EVENT)) == (404, "user_not_found")


def test_a_path_under_events_that_leads_nowhere_is_json_too(caller: Caller) -> None:
    assert code_of(caller.post(f"{ADA}/1", {})) == (404, "not_found")
