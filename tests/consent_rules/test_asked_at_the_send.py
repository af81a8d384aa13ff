"""Items 28 and 29: a STOP between the audience and the send keeps every text back, on every path, for everybody."""

from collections.abc import Callable

import pytest
from django.db.models.functions import Now

from messaging.actions.runs.lifecycle import start_due
from messaging.models import Outbound
from optins.models import OptInCampaign
from tests import factories
from tests.fixtures.handset import Handset, NewHandset
from tests.fixtures.product import LONG_CODE, Product
from tests.optins.api.conftest import OK, Caller

pytestmark = pytest.mark.django_db(transaction=True)

OFFER = "Sale today"
Prepare = Callable[[Product, OptInCampaign, Handset], None]


def scheduled(product: Product, programme: OptInCampaign, phone: Handset) -> None:
    """The audience is written, and nothing has been sent."""
    factories.messaging_campaign(factories.scheduled(programme, OFFER))
    start_due()


def triggered(product: Product, programme: OptInCampaign, phone: Handset) -> None:
    """An app has told an event, and nothing has been sent."""
    factories.messaging_campaign(factories.triggered(programme, "purchase", OFFER))
    _buys(phone)


def delayed(product: Product, programme: OptInCampaign, phone: Handset) -> None:
    """The event was told, the delay runs."""
    message = factories.triggered(programme, "purchase", OFFER, delay_amount=1, delay_unit="hours")
    factories.messaging_campaign(message)
    _buys(phone)
    product.work()


def tried_again(product: Product, programme: OptInCampaign, phone: Handset) -> None:
    """The carrier was too busy the first time, and the text waits for its next."""
    product.simulator.order_fault(on="create", do="busy")
    factories.messaging_campaign(factories.scheduled(programme, OFFER))
    product.work()


def _buys(phone: Handset) -> None:
    app = Caller(factories.api_app())
    known = app.call("PUT", "/external/users/ada", {"phone_numbers": [{"phone_number": phone.number}]})
    assert known[0] == 200, known
    assert app.post("/external/users/ada/events", {"event_id": "order-1", "name": "purchase"}) == OK


PATHS: tuple[Prepare, ...] = (scheduled, triggered, delayed, tried_again)


@pytest.mark.parametrize("path", PATHS, ids=[path.__name__ for path in PATHS])
@pytest.mark.parametrize("stops", [True, False], ids=["stopped", "not stopped"])
def test_a_stop_after_the_audience_was_written_keeps_the_text_back(
    product: Product, spring: OptInCampaign, phone: Handset, path: Prepare, stops: bool
) -> None:
    phone.says("SPRING")
    path(product, spring, phone)
    assert [state for state, _ in phone.offers] == ["queued"]
    phone.posts("STOP" if stops else "HELP")
    Outbound.objects.filter(state="queued").update(due_at=Now())
    product.work()
    assert phone.offers == ([("cancelled", "stopped")] if stops else [("delivered", "")])
    assert (OFFER in phone.hears) is not stops


def test_a_stop_ends_all_programmes_of_the_brand_for_all_who_hold_the_number(
    product: Product, spring: OptInCampaign, phone: Handset
) -> None:
    other = factories.opt_in_campaign(keywords=["SUMMER"], sender=product.long_code)
    for _ in range(2):
        factories.customer(numbers=[phone.number], verified=True)
    phone.says("SPRING")
    phone.says("SUMMER", to=LONG_CODE)
    for programme in (spring, other):
        factories.messaging_campaign(factories.scheduled(programme, OFFER))
    start_due()
    phone.says("STOP")
    assert phone.stands == ["opted_out", "opted_out"]
    assert {state for state, _ in phone.offers} <= {"cancelled", "skipped"}
    assert OFFER not in phone.hears


def test_nothing_is_scheduled_at_the_carrier_that_a_stop_would_have_to_call_back(
    product: Product, spring: OptInCampaign, handset: NewHandset
) -> None:
    stays, leaves = handset(), handset()
    for phone in (stays, leaves):
        phone.says("SPRING")
    factories.messaging_campaign(factories.scheduled(spring, OFFER), due=False)
    product.work()
    leaves.says("STOP")
    assert {text["status"] for text in product.simulator.messages()} == {"delivered", "received"}
    assert OFFER not in stays.hears
