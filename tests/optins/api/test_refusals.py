"""What the two calls refuse: each with its code, in the one shape, and nothing sent."""

import pytest

from optins.actions.campaigns import pause
from optins.keywords import SenderKind
from optins.models import GlobalCampaign, Notice, OptInCampaign, Subscription, Verification
from tests import factories
from tests.optins.api.conftest import OK, Caller, code_of, texted_code

NUMBER = "+13139711649"
WRONG = "not-it"


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    factories.customer(external_id="ada")


def _sent() -> int:
    return Notice.objects.count()


def test_an_unknown_customer_is_told_and_sent_nothing(caller: Caller) -> None:
    assert code_of(caller.request_code("nobody", NUMBER)) == (404, "user_not_found")
    assert code_of(caller.confirm_code("nobody", NUMBER, "123456")) == (404, "user_not_found")
    assert _sent() == 0


@pytest.mark.parametrize("number", ["97865", "555", "+1 313", "not a number", "+1 888 666 0001", "1" * 39])
def test_what_cannot_be_texted_is_refused(caller: Caller, number: str) -> None:
    assert code_of(caller.request_code("ada", number)) == (400, "invalid_phone_number")
    assert _sent() == 0


def test_our_own_number_is_refused(caller: Caller) -> None:
    ours = factories.sender(SenderKind.LONG_CODE)

    assert code_of(caller.request_code("ada", ours.address)) == (400, "invalid_phone_number")


def test_another_country_is_refused(caller: Caller) -> None:
    assert code_of(caller.request_code("ada", "+44 7400 123456")) == (400, "country_not_allowed")


def test_without_any_campaign_there_is_none_to_join(caller: Caller) -> None:
    alone = Caller(factories.api_app())

    assert code_of(alone.request_code("ada", NUMBER)) == (404, "no_active_campaign_found")


def test_without_a_complete_global_campaign_there_is_none_to_join(db: None) -> None:
    factories.global_campaign(complete=False)
    caller = Caller(factories.api_app(campaign=factories.opt_in_campaign(live=False)))

    assert code_of(caller.request_code("ada", NUMBER)) == (404, "no_active_campaign_found")
    assert GlobalCampaign.objects.get().state == "draft"


def test_a_campaign_that_is_not_live_is_not_available(caller: Caller, programme: OptInCampaign) -> None:
    draft = factories.opt_in_campaign(live=False)
    pause(campaign=programme, by=factories.TESTS)

    for campaign_id in (None, draft.pk, GlobalCampaign.objects.get().pk, 2**62):
        assert code_of(caller.request_code("ada", NUMBER, campaign_id=campaign_id)) == (409, "not_available")
    assert _sent() == 0


def test_who_may_not_join_is_told_not_available(caller: Caller) -> None:
    grown_ups = factories.opt_in_campaign(restriction="minimum_age", minimum_age=21)

    answer = caller.request_code("ada", NUMBER, campaign_id=grown_ups.pk)

    assert code_of(answer) == (409, "not_available")
    assert _sent() == 0


def test_a_number_that_texted_stop_is_told_what_to_text_and_where(caller: Caller, programme: OptInCampaign) -> None:
    factories.suppression(NUMBER)

    answer = caller.request_code("ada", NUMBER)

    assert code_of(answer) == (409, "opted_out")
    assert f"text START to {programme.options.sender}" in answer[1]["errors"]["message"]
    assert _sent() == 0


def test_a_stop_between_request_and_confirm_wins(caller: Caller) -> None:
    caller.request_code("ada", NUMBER)
    factories.suppression(NUMBER)

    assert code_of(caller.confirm_code("ada", NUMBER)) == (409, "opted_out")
    assert not Subscription.objects.exists()


def test_a_right_code_refused_while_paused_works_once_resumed(caller: Caller, programme: OptInCampaign) -> None:
    caller.request_code("ada", NUMBER)
    OptInCampaign.objects.filter(pk=programme.pk).update(state="paused")
    assert code_of(caller.confirm_code("ada", NUMBER)) == (409, "not_available")
    OptInCampaign.objects.filter(pk=programme.pk).update(state="live")

    assert caller.confirm_code("ada", NUMBER) == OK


@pytest.mark.parametrize("prefix", ["see acme.com", "https://x.y", "a\nb", "call 8005550199", "x" * 61, "www.acme"])
def test_a_prefix_that_could_mislead_is_refused(caller: Caller, prefix: str) -> None:
    assert code_of(caller.request_code("ada", NUMBER, message_text=prefix)) == (400, "argument_error")


def test_a_prefix_begins_the_text_and_the_stored_body_masks_the_code(caller: Caller) -> None:
    assert caller.request_code("ada", NUMBER, message_text="Acme Shop code:") == OK

    notice = Notice.objects.get()
    assert notice.sealed_body == f"Acme Shop code: {texted_code(NUMBER)}. It works for 10 minutes. Do not share it."
    assert notice.body == "Acme Shop code: ••••••. It works for 10 minutes. Do not share it."


def test_a_code_works_once(caller: Caller) -> None:
    caller.request_code("ada", NUMBER)
    caller.confirm_code("ada", NUMBER)

    assert code_of(caller.confirm_code("ada", NUMBER)) == (404, "code_not_found")


def test_five_wrong_codes_kill_even_the_right_one(caller: Caller) -> None:
    caller.request_code("ada", NUMBER)
    told = [code_of(caller.confirm_code("ada", NUMBER, WRONG))[1] for _ in range(6)]

    assert told == ["invalid_code"] * 4 + ["too_many_attempts"] * 2
    assert code_of(caller.confirm_code("ada", NUMBER)) == (400, "too_many_attempts")
    assert not Subscription.objects.exists()


def test_an_old_code_is_told_to_be_old(caller: Caller) -> None:
    caller.request_code("ada", NUMBER)
    Verification.objects.update(expires_at="2026-01-01T00:00:00Z")

    assert code_of(caller.confirm_code("ada", NUMBER)) == (400, "code_expired")


def test_a_new_request_ends_the_old_code(caller: Caller) -> None:
    caller.request_code("ada", NUMBER)
    old = texted_code(NUMBER)
    while True:
        factories.forget_limits()
        caller.request_code("ada", NUMBER)
        if texted_code(NUMBER) != old:
            break

    assert code_of(caller.confirm_code("ada", NUMBER, old)) == (400, "invalid_code")
    assert caller.confirm_code("ada", NUMBER) == OK
    assert code_of(caller.confirm_code("ada", NUMBER, old)) == (404, "code_not_found")


def test_a_code_belongs_to_app_customer_and_number(caller: Caller, programme: OptInCampaign) -> None:
    factories.customer(external_id="bob")
    caller.request_code("ada", NUMBER)
    code = texted_code(NUMBER)
    stranger = Caller(factories.api_app(campaign=programme))

    assert code_of(stranger.confirm_code("ada", NUMBER, code)) == (404, "code_not_found")
    assert code_of(caller.confirm_code("bob", NUMBER, code)) == (404, "code_not_found")
    assert code_of(caller.confirm_code("ada", factories.number(), code)) == (404, "code_not_found")
    assert caller.confirm_code("ada", NUMBER, code) == OK
