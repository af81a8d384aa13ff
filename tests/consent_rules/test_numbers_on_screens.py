"""Item 50: whoever only looks sees phone numbers masked, on every page that has some."""

import pytest
from django.test import Client

from campaigns.phone import mask, pretty
from config.roles import MARKETER, VIEWER
from messaging.actions.runs.lifecycle import start_due
from messaging.models import Inbound, Outbound, SmsMessage
from optins.models import ConsentEvent, OptOutReview, Subscription, Suppression, Verification
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page
from tests.messaging.signed import INBOUND, inbound_of, post
from tests.optins.api.conftest import OK, Caller

pytestmark = pytest.mark.django_db

NUMBER = "+13135550101"
LISTS = (
    "campaigns_customer", "optins_subscription", "optins_suppression", "optins_consentevent", "optins_verification",
    "messaging_outbound",
)  # fmt: skip


@pytest.fixture
def pages() -> list[str]:
    """Where Ada's number stands: she has joined, was texted, wrote something doubtful, asked for a code and left."""
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    ada = factories.customer(external_id="ada", numbers=[NUMBER])
    factories.forget_limits()
    assert Caller(factories.api_app(campaign=programme)).request_code("ada", NUMBER) == OK
    sender = programme.options.sender
    assert sender is not None
    message = factories.scheduled(programme)
    factories.messaging_campaign(message)
    for serial, body in enumerate(("SPRING", "I might want to stop soon", "STOP")):
        if body == "STOP":
            start_due()
        given = {"From": NUMBER, "Body": body, "MessageSid": f"SM{serial:032}", "to": sender.address}
        assert post(INBOUND, inbound_of(sender.provider, **given), sender.provider.auth_token).status_code == 200
    one = {model: model.objects.values_list("pk", flat=True)[0]
           for model in (Outbound, Subscription, Suppression, ConsentEvent, Verification, OptOutReview)}  # fmt: skip
    pk = SmsMessage.objects.get().pk
    return [
        *(page(f"{name}_changelist") for name in LISTS),
        f"{page('messaging_inbound_changelist')}?todo=all",
        *(page(f"{model._meta.app_label}_{model._meta.model_name}_change", key) for model, key in one.items()),
        page("campaigns_customer_change", ada.pk),
        page("messaging_person", ada.pk),
        f"{page('messaging_smsmessage_why', pk)}?person={ada.pk}",
        f"{page('messaging_smsmessage_people', pk)}?reason=suppressed",
    ]


def shown_in(client: Client, address: str) -> set[str]:
    """In which forms a page has the number, in its text or in its links."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    forms = {"whole": (NUMBER, NUMBER[1:], pretty(NUMBER), "%2B13135550101"), "masked": (mask(NUMBER),)}
    return {name for name, texts in forms.items() if any(text in answer.text for text in texts)}


def test_who_only_looks_sees_masked_numbers_and_no_link_that_has_one(pages: list[str]) -> None:
    viewer = signed_in(VIEWER)
    assert {address: shown_in(viewer, address) for address in pages} == {address: {"masked"} for address in pages}


def test_who_works_with_people_sees_them_whole(pages: list[str]) -> None:
    marketer = signed_in(MARKETER)
    assert [address for address in pages if "whole" not in shown_in(marketer, address)] == []


def test_a_text_leads_to_no_address_with_the_number_for_who_only_looks(pages: list[str]) -> None:
    address = page("messaging_inbound_change", Inbound.objects.earliest("pk").pk)
    assert signed_in(VIEWER).get(address).status_code == 403
    assert NUMBER in signed_in(MARKETER).get(address)["Location"]
