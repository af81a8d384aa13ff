"""What texts cost: the table of prices, the audience card's forecast, the report's figure."""

from decimal import Decimal

import pytest
from django.test import Client

from campaigns.models import AuditEntry
from config.roles import ADMIN, LAUNCHER, MARKETER
from messaging.actions.runs.lifecycle import start_due
from messaging.census.prices import cost
from messaging.models import MessagingCampaign, Outbound, PartPrice
from messaging.states import State
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db

NUMBERS = ("+13139710001", "+16139710002", "+17879710003")


@pytest.fixture
def admin_client() -> Client:
    return signed_in(ADMIN)


@pytest.fixture
def campaign() -> MessagingCampaign:
    """To a number each in the United States, Canada and Puerto Rico; of two parts."""
    programme = factories.opt_in_campaign()
    for number in NUMBERS:
        factories.subscription(programme, factories.customer(numbers=[number]), number)
    return factories.messaging_campaign(factories.scheduled(programme, "x" * 200))


def save(client: Client, country: str, price: str) -> None:
    PartPrice.objects.filter(country=country).delete()
    client.post(page("messaging_partprice_add"), {"country": country, "price": price})


def test_a_fresh_system_has_examples_that_say_so(admin_client: Client) -> None:
    assert "An example: replace it by your own price" in admin_client.get(page("messaging_partprice_changelist")).text


def test_a_price_that_is_saved_is_the_companys_own(admin_client: Client) -> None:
    admin_client.post(page("messaging_partprice_change", "US"), {"price": "0.0123"})
    row = PartPrice.objects.get(country="US")
    assert (row.price, row.is_example) == (Decimal("0.0123"), False)
    assert AuditEntry.objects.get(act="price.save").detail == {"price": "0.0123"}


@pytest.mark.parametrize(("country", "price"), [("XX", "0.01"), ("", "0.01"), ("GB", "-1"), ("GB", "")])
def test_a_price_that_makes_no_sense_is_refused(admin_client: Client, country: str, price: str) -> None:
    given = {"country": country, "price": price}
    assert admin_client.post(page("messaging_partprice_add"), given).status_code == 200
    assert PartPrice.objects.count() == 3


def test_only_admins_change_prices() -> None:
    assert signed_in(LAUNCHER).post(page("messaging_partprice_change", "US"), {"price": "1"}).status_code == 403
    assert signed_in(LAUNCHER).get(page("messaging_partprice_changelist")).status_code == 200


def test_the_card_tells_parts_and_cost(admin_client: Client, campaign: MessagingCampaign) -> None:
    for country, price in (("US", "0.01"), ("CA", "0.02"), ("PR", "0.1")):
        save(admin_client, country, price)
    card = signed_in(MARKETER).get(page("messaging_smsmessage_audience", campaign.messages.get().pk)).text
    assert "≈ 6 message parts" in card
    assert "USD 0.26" in card
    assert "example prices" not in card


def test_a_country_without_a_price_is_named(campaign: MessagingCampaign) -> None:
    PartPrice.objects.filter(country="CA").delete()
    card = signed_in(MARKETER).get(page("messaging_smsmessage_audience", campaign.messages.get().pk)).text
    assert "without CA, which has no" in card


def test_the_report_counts_what_the_carrier_took(campaign: MessagingCampaign) -> None:
    start_due()
    Outbound.objects.filter(number=NUMBERS[0]).update(
        state=State.DELIVERED, attempt_id="00000000000000000000000000000001", claimed_at="2026-11-02T12:30Z", parts=2
    )
    report = signed_in(MARKETER).get(page("messaging_messagingcampaign_report", campaign.pk)).text
    assert "USD 0.02" in report
    assert "example prices" in report


def test_parts_are_added_up_exactly() -> None:
    found = cost({"US": 10_921, "GB": 3, "CA": 0})
    assert (found.amount, found.parts, found.unpriced) == (Decimal("86.27590"), 10_924, ["GB"])
