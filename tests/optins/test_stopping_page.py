"""The page where whoever holds a number ends its texts: a number, the code that is texted to it, and no script."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from campaigns.lifecycle import Kind, State
from campaigns.models import AuditEntry, Campaign, Customer, PhoneNumber
from campaigns.phone import mask
from optins.actions.pumping import watch_codes
from optins.models import ConsentEvent, Notice, OptInCampaign, Subscription, Suppression, Verification
from tests import factories
from tests.optins.api.conftest import texted_code
from tests.optins.test_permalink import Visitor as Joiner

pytestmark = pytest.mark.django_db

ADA = "+13139711649"
NO_MATCH = "This code does not work"
ON_ITS_WAY = "a code is on its way"


class Visitor:
    """A browser without JavaScript: it posts back what the page's forms hold."""

    address = "/stop"

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.page = self._read(self.client.get(self.address))

    def post(self, **fields: str) -> str:
        sent = {"csrfmiddlewaretoken": self.hidden("csrfmiddlewaretoken"), **fields}
        self.page = self._read(self.client.post(self.address, sent, headers={"User-Agent": "Lynx"}))
        return self.page

    def give(self, number: str = ADA) -> str:
        return self.post(step="number", phone=number)

    def enter(self, code: str) -> str:
        return self.post(step="code", token=self.hidden("token"), code=code)

    def ask_again(self) -> str:
        return self.post(step="again", token=self.hidden("token"))

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found is not None, f"the page has no {name}"
        return found[1]

    @staticmethod
    def _read(answer: Any) -> str:
        assert answer.status_code == 200
        return str(answer.content.decode())


@pytest.fixture
def programme() -> OptInCampaign:
    factories.forget_limits()
    return factories.opt_in_campaign(name="Acme Offers")


@pytest.fixture
def ada(programme: OptInCampaign) -> Customer:
    """Somebody in two programmes."""
    person = factories.customer(numbers=[ADA])
    for each in (programme, factories.opt_in_campaign()):
        factories.subscription(each, person, ADA)
    return person


@pytest.fixture
def visitor(programme: OptInCampaign) -> Visitor:
    return Visitor()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_ends_every_subscription_and_the_number_is_suppressed(ada: Customer, visitor: Visitor) -> None:
    assert ON_ITS_WAY in visitor.give("(313) 971-1649")
    assert set(Subscription.objects.values_list("state", flat=True)) == {"opted_in"}
    assert "Our texts have stopped" in visitor.enter(texted_code(ADA))
    assert set(Subscription.objects.values_list("state", flat=True)) == {"opted_out"}
    suppression = Suppression.objects.get()
    assert (suppression.number, suppression.sender, suppression.reason) == (ADA, None, "web")


def test_the_ledger_holds_the_wording_that_was_shown_and_who_asked(ada: Customer, visitor: Visitor) -> None:
    page = visitor.give()
    visitor.enter(texted_code(ADA))
    events = ConsentEvent.objects.of(ADA).filter(method="web").select_related("personal")
    assert [event.action for event in events.order_by("pk")] == ["opted_out", "opted_out", "suppressed"]
    for event in events:
        assert event.wording in page
        assert event.wording.startswith("By entering the code I ask")
        assert event.wording_version
        assert (event.ip, event.user_agent, event.customer) == ("127.0.0.1", "Lynx", ada)
    assert AuditEntry.objects.get(act="number.opt_out").actor == mask(ADA)


def test_the_text_says_what_its_code_does(visitor: Visitor) -> None:
    visitor.give()
    (notice,) = Notice.objects.all()
    assert re.fullmatch(
        r"Your code to stop all our texts.* is \d{6}\. It works for 10 minutes\. Do not share it\.", notice.sealed_body
    )
    assert not re.search(r"\d{6}", notice.body)


def test_a_number_that_nobody_knew_is_left_alone_from_then_on(visitor: Visitor) -> None:
    visitor.give()
    visitor.enter(texted_code(ADA))
    assert Suppression.objects.get().number == ADA


def test_the_code_verifies_nothing_and_joins_nobody(ada: Customer, visitor: Visitor) -> None:
    visitor.give()
    visitor.enter(texted_code(ADA))
    assert not PhoneNumber.objects.filter(verified_at__isnull=False).exists()
    assert not ConsentEvent.objects.filter(action="verified").exists()


def test_a_code_for_leaving_does_not_join(programme: OptInCampaign, visitor: Visitor) -> None:
    joiner = Joiner(programme)
    joiner.join()
    factories.forget_limits()
    visitor.give()
    assert NO_MATCH in joiner.enter(texted_code(ADA))
    assert not Subscription.objects.exists()


def test_a_code_for_joining_does_not_leave(programme: OptInCampaign, visitor: Visitor) -> None:
    visitor.give()
    factories.forget_limits()
    joiner = Joiner(programme)
    joiner.join()
    joining = texted_code(ADA)
    assert NO_MATCH in visitor.enter(joining)
    assert not Suppression.objects.exists()
    assert "You are in" in joiner.enter(joining)


def test_a_wrong_code_changes_nothing_and_the_fifth_kills_the_right_one(ada: Customer, visitor: Visitor) -> None:
    visitor.give()
    right = texted_code(ADA)
    for _ in range(5):
        assert NO_MATCH in visitor.enter(wrong(right))
    assert NO_MATCH in visitor.enter(right)
    assert not Suppression.objects.exists()


def test_a_code_works_once(ada: Customer, visitor: Visitor) -> None:
    visitor.give()
    code_page = visitor.page
    visitor.enter(code := texted_code(ADA))
    visitor.page = code_page
    assert NO_MATCH in visitor.enter(code)


def test_a_code_dies_of_age(ada: Customer, visitor: Visitor) -> None:
    visitor.give()
    Verification.objects.update(expires_at=F("created_at") - dt.timedelta(seconds=1))
    assert NO_MATCH in visitor.enter(texted_code(ADA))


def test_a_new_code_takes_the_place_of_the_old_one(visitor: Visitor) -> None:
    visitor.give()
    factories.forget_limits()
    assert "Enter the new one" in visitor.ask_again()
    assert sorted(Verification.objects.values_list("state", flat=True)) == ["pending", "superseded"]


def test_the_page_tells_nothing_of_a_number(ada: Customer, programme: OptInCampaign) -> None:
    factories.suppression(stopped := factories.number())

    def seen(number: str) -> list[str]:
        factories.forget_limits()
        visitor = Visitor()
        pages = [visitor.give(number), *(visitor.enter("1") for _ in range(6)), visitor.give(number)]
        volatile = rf'value="[^"]*"|{re.escape(number)}|\d+ seconds'
        return [re.sub(volatile, "", page) for page in pages]

    assert seen(ADA) == seen(factories.number()) == seen(stopped) == seen("+447400123456")


def test_it_takes_the_same_statements_whatever_is_known(ada: Customer, programme: OptInCampaign) -> None:
    factories.suppression(stopped := factories.number())

    def statements(number: str) -> int:
        visitor = Visitor()
        with CaptureQueriesContext(connection) as heard:
            visitor.give(number)
            visitor.enter("1")
        return len(heard)

    assert statements(ADA) == statements(factories.number()) == statements(stopped)


@pytest.mark.parametrize("number", ["+447400123456", "ours"])
def test_a_number_that_we_do_not_text_is_owed_nothing(visitor: Visitor, number: str) -> None:
    ours = factories.sender(kind=factories.SenderKind.LONG_CODE).address
    assert ON_ITS_WAY in visitor.give(ours if number == "ours" else number)
    assert not Notice.objects.exists()


@pytest.mark.parametrize(("typed", "sentence"), [("", "Write the mobile number that we text."), ("555", "too short")])
def test_what_is_wrong_is_said_beside_the_number(visitor: Visitor, typed: str, sentence: str) -> None:
    page = visitor.give(typed)
    assert sentence in page
    assert f'value="{typed}"' in page
    assert 'aria-describedby="phone_problem"' in page


def test_asking_again_at_once_is_told_to_wait(visitor: Visitor) -> None:
    visitor.give()
    assert "Try again in" in visitor.ask_again()
    assert Notice.objects.count() == 1


def test_joining_and_leaving_share_one_limit(programme: OptInCampaign, visitor: Visitor) -> None:
    Joiner(programme).join()
    assert "Try again in" in visitor.give()


def test_where_nobody_enters_codes_none_are_texted_for_leaving_either(visitor: Visitor, settings: Settings) -> None:
    settings.CODES_JUDGED_FROM = 3
    for place in range(3):
        visitor.give(f"+1313971164{place}")
    Verification.objects.update(created_at=F("created_at") - dt.timedelta(minutes=5))
    assert watch_codes() > 0
    assert "Try again in" in Visitor().give("+13139711648")


def test_a_post_without_the_token_against_forgery_is_refused(visitor: Visitor) -> None:
    assert visitor.client.post("/stop", {"step": "number", "phone": ADA}).status_code == 403
    assert not Verification.objects.exists()


def test_a_form_that_was_tampered_with_starts_over(visitor: Visitor) -> None:
    assert "Please start again" in visitor.post(step="code", token="forged", code="1")


def test_the_page_names_the_quicker_way_and_the_numbers_to_reply_to(programme: OptInCampaign) -> None:
    page = Visitor().page
    assert "reply <strong>STOP</strong>" in page
    assert programme.options.sender is not None
    assert programme.options.sender.address in page
    assert "<script" not in page


def test_while_nothing_can_be_texted_the_quicker_way_still_stands(programme: OptInCampaign) -> None:
    Campaign.objects.filter(kind=Kind.GLOBAL).update(state=State.DRAFT)
    page = Visitor().page
    assert "reply <strong>STOP</strong>" in page
    assert 'name="phone"' not in page


def test_the_sign_up_page_leads_here(programme: OptInCampaign) -> None:
    assert '<a href="/stop">Stop our texts</a>' in Joiner(programme).page
