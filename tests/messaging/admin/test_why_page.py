"""Why, or why not: a person is found and held against every gate, with what each answer was read from."""

import pytest
from django.test import Client

from campaigns.models import Customer
from config.roles import VIEWER
from messaging.models import SmsMessage
from optins.models import OptInCampaign
from tests import factories
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db

ADA = "+13135550101"


@pytest.fixture
def ada() -> Customer:
    return factories.customer(numbers=[ADA], external_id="ada-1", first_name="Ada")


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


@pytest.fixture
def message(programme: OptInCampaign) -> SmsMessage:
    made = factories.scheduled(programme)
    factories.messaging_campaign(made, live=False)
    return made


def asked(message: SmsMessage, text: str = "313-555-0101", client: Client | None = None) -> str:
    viewer = client or factories.signed_in(VIEWER)
    return viewer.get(page("messaging_smsmessage_why", message.pk), {"q": text}).content.decode()


def test_somebody_who_would_get_it(message: SmsMessage, programme: OptInCampaign, ada: Customer) -> None:
    held = factories.subscription(programme, ada)
    shown = asked(message)
    assert "The text would leave at once." in shown
    assert f"ledger entry {held.consent_event_id}" in shown
    assert "0 of 3 in the last 24 hours" in shown


def test_somebody_who_never_opted_in(message: SmsMessage, ada: Customer) -> None:
    assert "has not opted in to the messaging preference" in asked(message)


def test_a_suppression_is_shown_with_its_cause(message: SmsMessage, programme: OptInCampaign, ada: Customer) -> None:
    factories.subscription(programme, ada)
    factories.suppression(ADA)
    assert "The number must not be texted" in asked(message, "ada-1")


def test_nobody_is_found(message: SmsMessage) -> None:
    assert "Nobody is found by" in asked(message, "nobody-here")


def test_a_draft_without_a_sender_says_what_is_missing(ada: Customer) -> None:
    campaign = factories.messaging_campaign(live=False)
    draft = SmsMessage.objects.create(campaign=campaign, name="Draft")
    assert "Choose a target phone number" in asked(draft, "Ada")
