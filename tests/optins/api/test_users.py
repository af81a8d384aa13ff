"""Customers through the API: created, updated, read with consent, opted out."""

from typing import Any

import pytest

from campaigns.models import Customer
from optins.models import OptInCampaign, Subscription, Suppression
from tests import factories
from tests.optins.api.conftest import Caller, code_of

NUMBER = "+13139711649"
ADA = "/external/users/ada"
PROFILE = {
    "first_name": "Ada",
    "email": "ada@example.com",
    "birth_date": "1990-12-10",
    "attributes": {"tier": "gold", "points": 12},
    "phone_numbers": [{"phone_number": "13139711649", "phone_type": "mobile", "verified_ownership": True}],
}


def _put(caller: Caller, body: object, path: str = ADA) -> dict[str, Any]:
    status, told = caller.call("PUT", path, body)
    assert (status, told["status"]) == (200, "ok"), told
    user: dict[str, Any] = told["user"]
    return user


def test_a_put_creates_and_a_get_reads_the_same(caller: Caller) -> None:
    saved = _put(caller, PROFILE)

    assert caller.call("GET", ADA) == (200, {"status": "ok", "user": saved})
    assert (saved["first_name"], saved["attributes"]) == ("Ada", {"tier": "gold", "points": 12})


def test_a_number_is_never_verified_by_saying_so(caller: Caller) -> None:
    assert _put(caller, PROFILE)["phone_numbers"] == [
        {
            "phone_number": NUMBER,
            "phone_type": "mobile",
            "preference_flags": ["primary"],
            "verified_ownership": False,
            "opted_out": False,
            "consents": [],
        }
    ]


def test_what_was_read_can_be_put_back(caller: Caller) -> None:
    saved = _put(caller, PROFILE)

    assert _put(caller, saved) == _put(caller, {"user": saved}) == saved


def test_fields_left_out_stay_and_numbers_are_replaced_as_a_list(caller: Caller) -> None:
    _put(caller, PROFILE)

    saved = _put(caller, {"last_name": "Lovelace", "phone_numbers": []}, path=f"{ADA}/")

    assert (saved["first_name"], saved["last_name"], saved["phone_numbers"]) == ("Ada", "Lovelace", [])


def test_consent_shows_per_number_and_programme(caller: Caller, programme: OptInCampaign) -> None:
    _put(caller, PROFILE)
    person = Customer.objects.get(external_id="ada")
    factories.subscription(programme, person)
    factories.suppression(NUMBER)

    number = caller.call("GET", ADA)[1]["user"]["phone_numbers"][0]

    assert number["opted_out"] is True
    assert number["consents"] == [
        {"campaign_id": programme.pk, "preference": programme.preference, "state": "opted_in"}
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"external_id": "eve"},
        {"favourite_colour": "blue"},
        {"first_name": ["Ada"]},
        {"first_name": {"a": 1}},
        {"birth_date": "yesterday"},
        {"birth_date": 19901210},
        {"email": "not an address"},
        {"time_zone": "Mars/Olympus"},
        {"attributes": []},
        {"attributes": None},
        {"attributes": {"opted_in": True}},
        {"attributes": {"tier": {"deep": 1}}},
        {"phone_numbers": None},
        {"phone_numbers": {}},
        {"phone_numbers": [1]},
        {"phone_numbers": [{}]},
        {"phone_numbers": [{"phone_number": "555"}]},
        {"user": []},
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is(caller: Caller, body: object) -> None:
    status, _ = code_of(caller.call("PUT", ADA, body))

    assert status == 400
    assert not Customer.objects.exists()


def test_an_unknown_customer_is_not_found(caller: Caller) -> None:
    assert code_of(caller.call("GET", "/external/users/nobody")) == (404, "user_not_found")
    assert code_of(caller.post("/external/users/nobody/opt_out")) == (404, "user_not_found")


def _opted_in_twice(programme: OptInCampaign) -> OptInCampaign:
    person = factories.customer(external_id="ada", numbers=[NUMBER])
    other = factories.opt_in_campaign()
    factories.subscription(programme, person)
    factories.subscription(other, person)
    return other


def test_an_opt_out_ends_all_and_suppresses_the_number(caller: Caller, programme: OptInCampaign) -> None:
    _opted_in_twice(programme)

    assert caller.post(f"{ADA}/opt_out", {"reason": "Asked by mail"}) == (200, {"status": "ok", "ended": 2})

    event = Suppression.objects.get(number=NUMBER, sender=None).consent_event
    assert (event.method, event.app_key, event.reason) == ("api", caller.app.key, "Asked by mail")
    assert caller.post(f"{ADA}/opt_out/") == (200, {"status": "ok", "ended": 0})


def test_an_opt_out_of_one_campaign_leaves_the_others(caller: Caller, programme: OptInCampaign) -> None:
    other = _opted_in_twice(programme)

    caller.post(f"{ADA}/opt_out", {"campaign_id": programme.pk, "to_phone_number": "13139711649"})

    assert Subscription.objects.get(state="opted_in").programme_id == other.pk
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"to_phone_number": "+13139711650"}, (404, "not_found")),
        ({"to_phone_number": "555"}, (400, "invalid_phone_number")),
        ({"campaign_id": 2**40}, (404, "not_found")),
        ({"campaign_id": "1"}, (400, "argument_error")),
        ({"reason": 5}, (400, "argument_error")),
    ],
)
def test_an_opt_out_of_what_is_not_there_ends_nothing(
    caller: Caller, programme: OptInCampaign, body: object, told: tuple[int, str]
) -> None:
    _opted_in_twice(programme)

    assert code_of(caller.post(f"{ADA}/opt_out", body)) == told
    assert Subscription.objects.filter(state="opted_in").count() == 2
