"""Every campaign text points at the consent event that allowed it: scheduled, triggered, and tried again."""

import pytest
from django.db.models.functions import Now

from campaigns.models import Customer
from messaging.actions.runs.triggers import receive_event
from messaging.models import Outbound
from optins.models import ConsentEvent, OptInCampaign
from tests import factories
from tests.fixtures.product import Product

pytestmark = pytest.mark.django_db(transaction=True)

ADA = "+13135550101"


@pytest.fixture
def programme(product: Product) -> OptInCampaign:
    """Ada joined it by text."""
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code)
    product.text_in(ADA, "SPRING")
    return programme


def allowed_by() -> list[tuple[str, int | None]]:
    rows = Outbound.objects.filter(kind="campaign").order_by("pk")
    return list(rows.values_list("state", "consent_event"))


def last_opt_in() -> int:
    return ConsentEvent.objects.of(ADA).filter(action="opted_in").latest("sequence").pk


def test_a_triggered_text_names_the_consent_that_allowed_it(product: Product, programme: OptInCampaign) -> None:
    factories.messaging_campaign(factories.triggered(programme, "order_shipped"))
    receive_event(event=factories.event(Customer.objects.get(), "order_shipped"))
    product.work()
    assert allowed_by() == [("delivered", last_opt_in())]


def test_a_text_names_the_consent_that_stands_when_it_leaves(product: Product, programme: OptInCampaign) -> None:
    """Who leaves and comes back is texted on the newer consent."""
    first = last_opt_in()
    product.text_in(ADA, "STOP")
    product.text_in(ADA, "START")
    factories.messaging_campaign(factories.scheduled(programme))
    product.work()
    assert allowed_by() == [("delivered", last_opt_in())]
    assert last_opt_in() != first


def test_a_text_that_is_tried_again_names_it_too(product: Product, programme: OptInCampaign) -> None:
    product.simulator.order_fault(on="create", do="busy")
    factories.messaging_campaign(factories.scheduled(programme))
    product.work()
    refused = Outbound.objects.filter(kind="campaign", state="queued", error_code=20429)
    assert refused.update(due_at=Now()) == 1
    product.work()
    assert allowed_by() == [("delivered", last_opt_in())]
