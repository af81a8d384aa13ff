"""Items 13 and 14: a code opts in, nothing before it does, and a number that said STOP gets none."""

import pytest

from optins.models import OptInCampaign, Sender, Suppression
from tests import factories
from tests.fixtures.handset import Handset, NewHandset
from tests.fixtures.product import LONG_CODE, Product
from tests.optins.api.conftest import OK, Caller, code_of, texted_code

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "http://127.0.0.1:9/webhooks/twilio/inbound"


@pytest.fixture
def shop(spring: OptInCampaign) -> Caller:
    """An app that joins people to SPRING, and knows Ada."""
    factories.forget_limits()
    factories.customer(external_id="ada")
    return Caller(factories.api_app(campaign=spring))


def offer(product: Product, programme: OptInCampaign) -> None:
    factories.messaging_campaign(factories.scheduled(programme, "Sale today"))
    product.work()


def test_before_the_code_is_entered_no_campaign_text_leaves_and_after_it_one_welcome_does(
    product: Product, spring: OptInCampaign, shop: Caller, phone: Handset
) -> None:
    assert shop.request_code("ada", phone.number) == OK
    code = texted_code(phone.number)
    offer(product, spring)
    assert code in phone.hears[0]
    assert phone.hears[1:] == []
    assert [shop.confirm_code("ada", phone.number, code)[0] for _ in range(2)] == [200, 404]
    product.work()
    assert phone.hears[1:] == [factories.WELCOME]
    offer(product, spring)
    assert phone.hears[2:] == ["Sale today"]
    assert factories.ledger_of(phone.number) == ["verified", "opted_in"]


def test_of_two_numbers_only_the_first_that_was_verified_joins(shop: Caller, handset: NewHandset) -> None:
    first, second = handset(), handset()
    for phone in (first, second):
        factories.forget_limits()
        assert shop.request_code("ada", phone.number) == OK
        assert shop.confirm_code("ada", phone.number) == OK
    assert (first.stands, second.stands) == (["opted_in"], [])
    assert factories.ledger_of(second.number) == ["verified"]


def test_a_number_that_said_stop_gets_no_code_and_the_app_is_told_the_word(
    product: Product, shop: Caller, phone: Handset
) -> None:
    phone.says("STOP")
    answer = shop.request_code("ada", phone.number)
    assert code_of(answer) == (409, "opted_out")
    assert "START" in answer[1]["errors"]["message"]
    product.work()
    assert phone.hears == [factories.OPT_OUT]


def test_a_stop_that_only_the_carrier_heard_becomes_a_suppression_when_a_code_is_refused(
    product: Product, phone: Handset
) -> None:
    programme = factories.opt_in_campaign(keywords=["SUMMER"], sender=Sender.objects.get(address=LONG_CODE))
    factories.forget_limits()
    factories.customer(external_id="ada")
    shop = Caller(factories.api_app(campaign=programme))
    product.simulator.deliver_inbound_to(NOWHERE)
    product.simulator.text_in(phone.number, LONG_CODE, "STOP")
    assert shop.request_code("ada", phone.number) == OK
    product.work()
    held = Suppression.objects.get(number=phone.number)
    assert (held.reason, held.sender, held.lifted_at) == ("carrier", product.long_code, None)
    assert code_of(shop.request_code("ada", phone.number)) == (409, "opted_out")
