"""From a keyword to a delivered text and a STOP: through the carrier's HTTP and back."""

import pytest

from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.triggers import receive_event
from messaging.models import Inbound, Outbound, Run
from messaging.states import Reason, State
from optins.models import Subscription, Suppression
from tests import factories
from tests.fixtures.product import Product

pytestmark = pytest.mark.django_db(transaction=True)

ADA, BOB = "+13135550101", "+13135550102"


def _outcomes() -> dict[str, str]:
    return dict(Outbound.objects.filter(kind="campaign").values_list("number", "state"))


def test_only_the_opted_in_get_a_scheduled_text(product: Product) -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code)
    factories.customer(numbers=[BOB])
    product.text_in(ADA, " spring! ")
    assert product.received(ADA) == [factories.WELCOME]

    factories.messaging_campaign(factories.scheduled(programme, "Sale today"))
    product.work()

    assert product.received(ADA) == [factories.WELCOME, "Sale today"]
    assert product.received(BOB) == []
    assert _outcomes() == {ADA: State.DELIVERED, BOB: State.SKIPPED}
    assert Outbound.objects.get(number=BOB).reason == Reason.NOT_OPTED_IN
    assert Run.objects.get().state == Run.State.FINISHED


def test_a_sent_text_points_at_the_consent_that_allowed_it(product: Product) -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code)
    product.text_in(ADA, "SPRING")
    factories.messaging_campaign(factories.scheduled(programme))
    product.work()
    sent = Outbound.objects.get(kind="campaign")
    assert sent.consent_event is not None
    assert sent.consent_event.inbound_text == "SPRING"


def test_a_stop_ends_everything_and_is_answered_once(product: Product) -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code)
    product.text_in(ADA, "SPRING")
    product.text_in(ADA, "Stop.")
    factories.messaging_campaign(factories.scheduled(programme, "Never to be read"))
    product.work()

    assert product.received(ADA) == [factories.WELCOME, factories.OPT_OUT]
    assert Subscription.objects.get().state == Subscription.State.OPTED_OUT
    assert Suppression.objects.get().sender is None
    assert Outbound.objects.get(kind="campaign").reason == Reason.SUPPRESSED


def test_a_stop_between_freezing_and_sending_cancels_the_waiting_text(product: Product) -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code)
    product.text_in(ADA, "SPRING")
    event_message = factories.triggered(programme, "purchase", delay_amount=1, delay_unit="hours")
    factories.messaging_campaign(event_message)
    person = Subscription.objects.get().customer
    assert person is not None

    receive_event(event=factories.event(person, "purchase"))
    assert Outbound.objects.get(kind="campaign").state == State.QUEUED
    product.text_in(ADA, "STOP")
    row = Outbound.objects.get(kind="campaign")
    assert (row.state, row.reason) == (State.CANCELLED, Reason.STOPPED)


def test_a_replayed_webhook_changes_nothing_again(product: Product) -> None:
    factories.opt_in_campaign(keywords=["SPRING"], sender=product.short_code)
    product.text_in(ADA, "SPRING")

    again = Inbound.objects.get()
    fresh = take_inbound(account_sid=product.provider.account_sid, sid=again.sid, number=ADA, to="97865", body="SPRING")
    product.work()
    assert not fresh
    assert product.received(ADA) == [factories.WELCOME]
