"""The public permalink page: a form, then the code, without a script."""

import re
from typing import Any

import pytest
from django.test import Client

from campaigns.lifecycle import Kind
from campaigns.models import Campaign, Customer
from optins.actions.campaigns import end, pause
from optins.models import Notice, OptInCampaign, Subscription, Verification
from tests import factories
from tests.optins.api.conftest import texted_code

NUMBER = "+13139711649"
DETAILS = {"step": "details", "first_name": "Ada", "last_name": "Lovelace", "phone": "(313) 971-1649", "agree": "on"}


class Visitor:
    """A browser without JavaScript: it posts back what the page's forms hold."""

    def __init__(self, programme: OptInCampaign) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.address = f"/c/{programme.slug}"
        self.page = self.get()

    def get(self) -> str:
        return self._read(self.client.get(self.address))

    def post(self, **fields: str) -> str:
        hidden = {"csrfmiddlewaretoken": self._hidden("csrfmiddlewaretoken")}
        return self._read(self.client.post(self.address, {**hidden, **fields}, headers={"User-Agent": "Lynx"}))

    def join(self, **changed: str) -> str:
        return self.post(**{**DETAILS, **changed})

    def enter(self, code: str) -> str:
        return self.post(step="code", token=self._hidden("token"), code=code)

    def ask_again(self) -> str:
        return self.post(step="again", token=self._hidden("token"))

    def _hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found is not None, f"the page has no {name}"
        return found[1]

    def _read(self, answer: Any) -> str:
        self.status = answer.status_code
        self.page = answer.content.decode()
        return self.page


@pytest.fixture
def programme(db: None) -> OptInCampaign:
    factories.forget_limits()
    return factories.opt_in_campaign(name="Acme Offers", welcome_message="Welcome! 4 msgs/month.")


@pytest.fixture
def visitor(programme: OptInCampaign) -> Visitor:
    return Visitor(programme)


def test_the_page_discloses_and_ticks_nothing_for_the_person(visitor: Visitor) -> None:
    assert "marketing text messages from Acme Offers" in visitor.page
    assert "4 msgs/month. Consent is not a condition of purchase." in visitor.page
    assert "checked" not in visitor.page
    assert "<script" not in visitor.page


def test_details_and_code_make_a_customer_who_is_opted_in(visitor: Visitor) -> None:
    assert "Enter your code" in visitor.join()
    assert "You are in" in visitor.enter(texted_code(NUMBER))

    subscription = Subscription.objects.get(number=NUMBER, state="opted_in")
    assert str(subscription.customer) == "Ada Lovelace"
    assert Notice.objects.filter(kind=Notice.Kind.WELCOME, number=NUMBER).count() == 1


def test_the_evidence_holds_the_wording_that_was_shown(visitor: Visitor) -> None:
    visitor.join()
    visitor.enter(texted_code(NUMBER))

    event = Subscription.objects.get().consent_event
    assert event.wording.startswith("By ticking this box I agree")
    assert (event.method, event.user_agent, event.ip) == ("code", "Lynx", "127.0.0.1")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"agree": "false"}, "Tick the box if you agree"),
        ({"first_name": " "}, "Write your first name."),
        ({"phone": ""}, "Write your mobile number."),
        ({"phone": "555"}, "too short"),
        ({"phone": "+44 7400 123456"}, "cannot be enrolled here"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    visitor: Visitor, changed: dict[str, str], sentence: str
) -> None:
    page = visitor.join(**changed)

    assert sentence in page
    assert 'value="Lovelace"' in page
    assert not Notice.objects.exists()


def test_a_wrong_code_is_refused_and_the_right_one_still_works(visitor: Visitor) -> None:
    visitor.join()

    assert "This code does not work" in visitor.enter("000")
    assert not Customer.objects.exists()
    assert "You are in" in visitor.enter(texted_code(NUMBER))


def test_a_known_a_stopped_and_an_unknown_number_see_the_same(programme: OptInCampaign) -> None:
    factories.customer(numbers=[known := factories.number()], verified=True)
    factories.suppression(stopped := factories.number())

    def seen(number: str) -> list[str]:
        visitor = Visitor(programme)
        pages = [visitor.join(phone=number), visitor.enter("1"), visitor.join(phone=number)]
        volatile = rf'value="[^"]*"|{re.escape(number)}|\d+ seconds'
        return [re.sub(volatile, "", page) for page in pages]

    assert seen(known) == seen(stopped) == seen(factories.number())


def test_a_stopped_number_gets_no_code(programme: OptInCampaign, visitor: Visitor) -> None:
    factories.suppression(NUMBER)

    assert "text START to" in visitor.join()
    assert not Notice.objects.exists()


def test_a_new_code_takes_the_place_of_the_old_one(visitor: Visitor) -> None:
    visitor.join()
    old = texted_code(NUMBER)
    factories.forget_limits()

    assert "We sent a new code" in visitor.ask_again()
    if texted_code(NUMBER) != old:
        assert "This code does not work" in visitor.enter(old)
    assert "You are in" in visitor.enter(texted_code(NUMBER))


def test_asking_again_at_once_is_told_to_wait(visitor: Visitor) -> None:
    visitor.join()

    assert "Try again in" in visitor.ask_again()
    assert Notice.objects.count() == 1


def test_a_form_of_another_campaign_starts_over(visitor: Visitor) -> None:
    visitor.join()
    other = Visitor(factories.opt_in_campaign())
    other.page = other.page.replace("</form>", f'<input name="token" value="{visitor._hidden("token")}"></form>')

    assert "start again" in other.enter(texted_code(NUMBER))
    assert not Subscription.objects.exists()


def test_a_form_that_was_tampered_with_starts_over(visitor: Visitor) -> None:
    visitor.join()

    assert "start again" in visitor.post(step="code", token="forged", code="1")


def test_a_post_without_the_token_against_forgery_is_refused(visitor: Visitor) -> None:
    assert visitor.client.post(visitor.address, DETAILS).status_code == 403
    assert not Verification.objects.exists()


def test_a_paused_campaign_is_not_open_and_an_ended_one_is_gone(programme: OptInCampaign) -> None:
    pause(campaign=programme, by=factories.TESTS)
    paused = Visitor(programme)
    end(campaign=programme, by=factories.TESTS)
    ended = Visitor(programme)

    assert (paused.status, ended.status) == (200, 410)
    assert "Not open now" in paused.page
    assert "This has ended" in ended.page


def test_an_unknown_permalink_and_the_global_one_are_not_there(programme: OptInCampaign) -> None:
    assert Client().get("/c/nothing-here").status_code == 404
    assert Client().get("/c/global-sms-opt-in").status_code == 404


def test_a_messaging_campaigns_permalink_is_not_there_for_the_public(db: None) -> None:
    Campaign.objects.create(kind=Kind.MESSAGING, name="Flash sale", slug="flash-sale")

    assert Client().get("/c/flash-sale").status_code == 404


def test_a_messaging_campaigns_permalink_opens_it_for_staff(client: Client, db: None) -> None:
    campaign = Campaign.objects.create(kind=Kind.MESSAGING, name="Flash sale", slug="flash-sale")
    client.force_login(factories.staff("Viewer"))

    answer = client.get("/c/flash-sale")

    assert answer.headers["Location"] == f"/admin/messaging/messagingcampaign/{campaign.pk}/change/"


def test_who_is_shut_out_by_a_restriction_learns_it_only_with_the_code(db: None) -> None:
    factories.forget_limits()
    visitor = Visitor(factories.opt_in_campaign(restriction="minimum_age", minimum_age=21))

    assert "Enter your code" in visitor.join()
    assert "you cannot join" in visitor.enter(texted_code(NUMBER))
    assert not Subscription.objects.exists()
