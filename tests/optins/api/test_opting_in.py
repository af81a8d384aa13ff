"""Opting in by code, from the sign-up form to the subscription."""

import pytest

from optins.models import Notice, OptInCampaign, Subscription, Verification
from tests import factories
from tests.optins.api.conftest import OK, Caller, code_of, texted_code

NUMBER = "+13139711649"
WRONG = "not-it"


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    factories.customer(external_id="ada")


def _state(number: str = NUMBER) -> str:
    return Subscription.objects.get(number=number).state


def _texts(kind: Notice.Kind) -> list[str]:
    return list(Notice.objects.filter(kind=kind).values_list("body", flat=True))


def test_a_right_code_verifies_the_number_opts_it_in_and_welcomes_once(caller: Caller) -> None:
    assert caller.request_code("ada", "13139711649") == OK
    assert caller.confirm_code("ada", "13139711649") == OK

    assert _state() == Subscription.State.OPTED_IN
    assert factories.ledger_of(NUMBER) == ["verified", "opted_in"]
    assert _texts(Notice.Kind.WELCOME) == ["Welcome to Acme Offers."]


def test_the_guides_spelling_and_a_trailing_slash_reach_the_same_calls(caller: Caller) -> None:
    path = "/messaging_events/sms/validatiton"
    asked = {"external_id": "ada", "to_phone_number": "13139711649"}

    assert caller.post(f"{path}/request/", asked) == OK
    code = texted_code(NUMBER)
    assert caller.post(f"{path}/confirm/", {**asked, "validation_code": code}) == OK

    assert _state() == Subscription.State.OPTED_IN


@pytest.mark.parametrize("spelling", ["13139711649", "+1 313-971-1649", "(313) 971-1649", "3139711649"])
def test_one_number_in_any_spelling_is_one_identity(caller: Caller, spelling: str) -> None:
    caller.request_code("ada", spelling)

    assert caller.confirm_code("ada", NUMBER, texted_code(NUMBER)) == OK
    assert Verification.objects.get().number == NUMBER


def test_before_the_confirm_nobody_is_subscribed(caller: Caller) -> None:
    caller.request_code("ada", NUMBER)

    assert not Subscription.objects.exists()
    assert factories.ledger_of(NUMBER) == []


def test_a_code_confirms_a_double_opt_in_without_a_yes_on_top(caller: Caller) -> None:
    campaign = factories.opt_in_campaign(double_opt_in=True)
    caller.request_code("ada", NUMBER, campaign_id=campaign.pk)

    assert caller.confirm_code("ada", NUMBER) == OK

    assert _state() == Subscription.State.OPTED_IN
    assert _texts(Notice.Kind.ASK_YES) == []


def test_a_second_number_is_verified_and_nothing_more(caller: Caller) -> None:
    second = factories.number()
    for number in (NUMBER, second):
        caller.request_code("ada", number)
        assert caller.confirm_code("ada", number) == OK

    assert [row.number for row in Subscription.objects.all()] == [NUMBER]
    assert factories.ledger_of(second) == ["verified"]
    assert len(_texts(Notice.Kind.WELCOME)) == 1


def test_a_stopped_first_number_never_hands_over_to_the_second(caller: Caller) -> None:
    second = factories.number()
    caller.request_code("ada", NUMBER)
    caller.confirm_code("ada", NUMBER)
    factories.suppression(NUMBER)
    caller.request_code("ada", second)

    assert caller.confirm_code("ada", second) == OK
    assert not Subscription.objects.filter(number=second).exists()


def test_who_is_in_already_is_told_ok_and_texted_nothing(caller: Caller) -> None:
    for _ in range(2):
        Verification.objects.all().delete()
        factories.forget_limits()
        caller.request_code("ada", NUMBER)
        assert caller.confirm_code("ada", NUMBER) == OK

    assert len(_texts(Notice.Kind.WELCOME)) == 1
    assert factories.ledger_of(NUMBER).count("opted_in") == 1


def test_the_consent_event_carries_the_evidence(caller: Caller, programme: OptInCampaign) -> None:
    caller.request_code("ada", NUMBER)
    caller.confirm_code("ada", NUMBER, ip_address="198.51.100.7")

    event = Subscription.objects.get().consent_event
    assert (event.method, event.app_key, event.ip) == ("code", caller.app.key, "198.51.100.7")
    assert (event.programme_id, event.sender) == (programme.pk, programme.options.sender)


def test_a_blank_confirmation_message_uses_the_global_welcome(caller: Caller) -> None:
    campaign = factories.opt_in_campaign(welcome_message="")
    caller.request_code("ada", NUMBER, campaign_id=campaign.pk)
    caller.confirm_code("ada", NUMBER)

    assert _texts(Notice.Kind.WELCOME) == [factories.WELCOME]


def test_the_campaign_is_fixed_at_the_request(caller: Caller, programme: OptInCampaign) -> None:
    other = factories.opt_in_campaign()
    caller.request_code("ada", NUMBER, campaign_id=other.pk)
    caller.confirm_code("ada", NUMBER, campaign_id=programme.pk)

    assert Subscription.objects.get().programme_id == other.pk


def test_an_unnamed_customer_with_the_number_is_adopted(caller: Caller) -> None:
    factories.customer(external_id=None, numbers=[NUMBER])
    caller.request_code("ada", NUMBER)
    caller.confirm_code("ada", NUMBER)

    held = Verification.objects.get().customer
    assert held is not None
    assert held.external_id == "ada"
    assert held.phone_numbers.get().number == NUMBER


def test_a_wrong_code_is_told_with_the_tries_left(caller: Caller) -> None:
    caller.request_code("ada", NUMBER)

    answer = caller.confirm_code("ada", NUMBER, WRONG)

    assert code_of(answer) == (400, "invalid_code")
    assert "4 tries left" in answer[1]["errors"]["message"]
