"""Send test: a message on the phones of staff, by the same way to the carrier, and in no figure."""

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns.models import AuditEntry
from campaigns.phone import mask
from config.roles import MARKETER, VIEWER
from messaging.caps import had_lately
from messaging.models import MessagingCampaign, Outbound
from messaging.reports.figures import conversation, progress_of_campaigns, today
from messaging.reports.results import results_of
from messaging.states import Reason, State
from optins.models import OptInCampaign, StaffNumber
from tests import factories
from tests.factories import forget_limits, signed_in, staff
from tests.fixtures.product import Product
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db(transaction=True)

GRACE, ADA = "+13135550177", "+13135550101"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    forget_limits()


@pytest.fixture
def programme(product: Product) -> OptInCampaign:
    factories.global_campaign(sender=product.short_code)
    programme = factories.opt_in_campaign(sender=product.short_code)
    factories.subscription(programme, factories.customer(numbers=[ADA], external_id="ada", first_name="Ada"), ADA)
    return programme


@pytest.fixture
def campaign(programme: OptInCampaign) -> MessagingCampaign:
    body = "Acme: hi {{ first_name }}, spring has come."
    return factories.messaging_campaign(factories.scheduled(programme, body), live=False, due=False)


@pytest.fixture
def grace() -> Client:
    client = Client()
    client.force_login(staff(MARKETER, username="grace"))
    return client


def verify(client: Client, product: Product, number: str = GRACE) -> str:
    """Ask for a code, read it on the phone, enter it; what the page says then."""
    where = page("optins_staffnumber_mine")
    client.post(where, {"act": "ask", "number": number})
    product.work()
    code = re.findall(r"\d{6}", product.received(number)[-1])[0]
    return str(client.post(where, {"act": "confirm", "code": code}, follow=True).text)


def send(client: Client, campaign: MessagingCampaign, **typed: Any) -> str:
    """Post the form for all verified phones; the page that answers."""
    where = page("messaging_smsmessage_test", campaign.messages.get().pk)
    to = [str(pk) for pk in StaffNumber.objects.values_list("pk", flat=True)]
    return str(client.post(where, {"to": to, "person": "", **typed}, follow=True).text)


def test_the_phone_of_staff_gets_what_the_chosen_person_would_get(
    product: Product, grace: Client, campaign: MessagingCampaign
) -> None:
    assert "Tests of messages may go to it." in verify(grace, product)
    assert "The test is on its way." in send(grace, campaign, person="ada")
    product.work()
    assert product.received(GRACE)[-1] == "Acme: hi Ada, spring has come."
    shown = grace.get(page("messaging_smsmessage_tests", campaign.messages.get().pk)).text
    assert "Delivered" in shown
    assert "data-over" in shown
    assert AuditEntry.objects.get(act="message.test").detail == {"to": [mask(GRACE)]}


def test_a_test_is_in_no_figure_cap_or_report(product: Product, grace: Client, campaign: MessagingCampaign) -> None:
    verify(grace, product)
    before = today()
    send(grace, campaign)
    assert today() == before
    product.work()
    assert Outbound.objects.get(kind="test").state == State.DELIVERED
    assert today() == before
    assert had_lately(GRACE) == 0
    assert progress_of_campaigns([campaign.pk]) == {}
    assert results_of(campaign).taken == 0


def test_screens_call_it_a_test(product: Product, grace: Client, campaign: MessagingCampaign) -> None:
    verify(grace, product)
    send(grace, campaign)
    product.work()
    assert conversation(GRACE)[-1].note == "Test. Delivered"
    log = signed_in(VIEWER).get(page("messaging_outbound_changelist"), {"kind__exact": "test"}).text
    assert re.search(r"field-what[^>]*>\s*Test\s*<", log)


def test_who_opted_out_gets_none(product: Product, grace: Client, campaign: MessagingCampaign) -> None:
    verify(grace, product)
    product.text_in(GRACE, "STOP")
    received = product.received(GRACE)
    send(grace, campaign)
    product.work()
    assert product.received(GRACE) == received
    assert Outbound.objects.get(kind="test").reason == Reason.SUPPRESSED
    assert "opted out" in grace.post(page("optins_staffnumber_mine"), {"act": "ask", "number": GRACE}).text


def test_a_phone_taken_away_meanwhile_gets_none(product: Product, grace: Client, campaign: MessagingCampaign) -> None:
    verify(grace, product)
    send(grace, campaign)
    grace.post(page("optins_staffnumber_mine"), {"act": "forget"})
    product.work()
    assert Outbound.objects.get(kind="test").reason == Reason.NOT_STAFF


def test_a_test_that_waited_for_an_hour_is_not_sent(
    product: Product, grace: Client, campaign: MessagingCampaign
) -> None:
    verify(grace, product)
    send(grace, campaign)
    Outbound.objects.filter(kind="test").update(created_at=timezone.now() - dt.timedelta(hours=1))
    product.work()
    assert Outbound.objects.get(kind="test").reason == Reason.TOO_LATE


def test_it_goes_to_verified_phones_alone(product: Product, grace: Client, campaign: MessagingCampaign) -> None:
    grace.post(page("optins_staffnumber_mine"), {"act": "ask", "number": GRACE})
    send(grace, campaign)
    assert not Outbound.objects.filter(kind="test").exists()
    shown = grace.get(page("messaging_smsmessage_test", campaign.messages.get().pk)).text
    assert "Verify your own number" in shown


def test_a_wrong_code_counts_and_five_end_it(product: Product, grace: Client, programme: OptInCampaign) -> None:
    where = page("optins_staffnumber_mine")
    grace.post(where, {"act": "ask", "number": GRACE})
    for _ in range(5):
        assert "This is not the code." in grace.post(where, {"act": "confirm", "code": "x"}).text
    assert "No code works any more." in verify_again(grace, product)
    assert StaffNumber.objects.get().verified_at is None


def verify_again(client: Client, product: Product) -> str:
    """Enter the right code, without asking for another."""
    product.work()
    code = re.findall(r"\d{6}", product.received(GRACE)[-1])[0]
    return str(client.post(page("optins_staffnumber_mine"), {"act": "confirm", "code": code}).text)


def test_a_code_that_is_too_old_proves_nothing(product: Product, grace: Client, programme: OptInCampaign) -> None:
    grace.post(page("optins_staffnumber_mine"), {"act": "ask", "number": GRACE})
    StaffNumber.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert "No code works any more." in verify_again(grace, product)


@pytest.mark.parametrize("number", ["", "12", "+447700900123"])
def test_a_number_that_cannot_be_texted_is_refused(grace: Client, programme: OptInCampaign, number: str) -> None:
    assert grace.post(page("optins_staffnumber_mine"), {"act": "ask", "number": number}).status_code == 200
    assert not StaffNumber.objects.exists()


def test_codes_are_limited_like_those_of_customers(grace: Client, programme: OptInCampaign) -> None:
    grace.post(page("optins_staffnumber_mine"), {"act": "ask", "number": GRACE})
    again = grace.post(page("optins_staffnumber_mine"), {"act": "ask", "number": GRACE}).text
    assert "Too many codes were asked for." in again


def test_so_many_an_hour_and_no_more(
    product: Product, grace: Client, campaign: MessagingCampaign, settings: Settings
) -> None:
    settings.TESTS_PER_HOUR = 2
    verify(grace, product)
    for _ in range(2):
        assert "The test is on its way." in send(grace, campaign)
    assert "At most 2 tests an hour" in send(grace, campaign)
    assert Outbound.objects.filter(kind="test").count() == 2


def test_a_person_without_a_value_is_named(product: Product, grace: Client, campaign: MessagingCampaign) -> None:
    factories.customer(external_id="nameless", first_name="")
    verify(grace, product)
    assert "has no value for “first_name”" in send(grace, campaign, person="nameless")
    assert "Nobody is found." in send(grace, campaign, person="no such person")


def test_viewers_neither_send_tests_nor_have_a_phone(campaign: MessagingCampaign) -> None:
    viewer = signed_in(VIEWER)
    for name, args in (("messaging_smsmessage_test", [campaign.messages.get().pk]), ("optins_staffnumber_mine", [])):
        assert viewer.post(page(name, *args), {"act": "ask", "number": GRACE}).status_code == 403


def test_nobody_sees_the_phone_of_another(product: Product, grace: Client, programme: OptInCampaign) -> None:
    verify(grace, product)
    row = StaffNumber.objects.get()
    assert row.user == User.objects.get(username="grace")
    assert signed_in(MARKETER).get(page("optins_staffnumber_change", row.pk)).status_code in (302, 403)
