"""Erasing a person: nothing of them is left in any table, and the proof and the suppression still stand."""

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from campaigns.actions.customers import save_customer
from campaigns.actors import Actor
from campaigns.models import AuditEntry, Customer
from campaigns.refusals import Refused
from messaging.actions.erasing import Erased, erase_customer, erase_number
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.outbox import carry_notices
from messaging.models import Inbound, Outbound
from messaging.states import Reason
from optins.models import ConsentEvent, OptInCampaign, PersonalEvidence, Subscription, Suppression
from tests import factories
from tests.commands import told

pytestmark = pytest.mark.django_db

ADA, BOB = "+13135550101", "+13135550102"
WHY = "Wrote to privacy@acme.example on 3 May"


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"])


@pytest.fixture
def ada(programme: OptInCampaign) -> Customer:
    """Somebody who joined by text, got an answer, and has a campaign's text waiting."""
    person = factories.customer(
        numbers=[ADA], external_id="ada-lovelace", first_name="Augusta", email="ada@example.org"
    )
    save_customer(external_id="ada-lovelace", profile={"last_name": "Byron"}, by=factories.TESTS)
    text_in(programme, "SPRING", sid="SM1")
    text_in(programme, "stop by the store?", sid="SM0")
    carry_notices()
    factories.messaging_campaign(factories.scheduled(programme, "Dear {{ first_name }}"))
    start_due()
    return person


def text_in(programme: OptInCampaign, body: str, *, sid: str, number: str = ADA) -> None:
    sender = programme.options.sender
    assert sender is not None
    take_inbound(account_sid=sender.provider.account_sid, sid=sid, number=number, to=sender.address, body=body)


def erase(person: Customer) -> Erased:
    return erase_customer(customer=person, by=factories.TESTS, reason=WHY)


def traces(*words: str) -> set[str]:
    """The tables in whose rows one of these stands."""
    return {
        model._meta.label
        for model in apps.get_models()
        for row in model._default_manager.values()
        if any(word in str(row) for word in words)
    }


def test_nothing_of_the_person_is_left_in_any_table(ada: Customer) -> None:
    personal = ("3135550101", "ada-lovelace", "Augusta", "Byron", "ada@example.org")
    assert traces(*personal) >= {"campaigns.Customer", "messaging.Outbound", "messaging.Inbound", "optins.Notice"}
    erased = erase(ada)
    assert traces(*personal) == set()
    assert (erased.numbers, erased.inbound_texts, erased.shared_numbers) == (1, 2, 0)


def test_the_proof_stands_and_the_erasure_is_part_of_it(ada: Customer) -> None:
    erase(ada)
    assert factories.ledger_of(ADA) == ["opted_in", "erased"]
    joined, erased = ConsentEvent.objects.of(ADA).order_by("sequence")
    assert (joined.number, joined.inbound_text, joined.method) == ("", "", "keyword")
    assert (erased.reason, erased.method) == (WHY, "staff")
    assert told("verify_ledger")["intact"] is True
    assert told("rebuild_subscriptions")["agrees"] is True


def test_a_suppression_outlives_the_erasure_and_holds_when_the_number_comes_back(
    ada: Customer, programme: OptInCampaign
) -> None:
    text_in(programme, "STOP", sid="SM2")
    erase(ada)
    left = Suppression.objects.get(sender=None)
    assert (left.number, left.lifted_at) == ("", None)
    save_customer(external_id="ada-again", profile={}, phone_numbers=[ADA], by=factories.TESTS)
    text_in(programme, "hello", sid="SM3")
    assert Suppression.objects.filter(number=ADA, lifted_at=None).exists()
    assert not Subscription.objects.filter(number=ADA).exists()


@pytest.mark.parametrize("page", ["messaging_person", "messaging_conversation"])
def test_the_screens_show_what_was_suppressed_as_soon_as_the_number_is_on_file_again(
    ada: Customer, programme: OptInCampaign, page: str
) -> None:
    text_in(programme, "STOP", sid="SM2")
    erase(ada)
    save_customer(external_id="ada-again", profile={}, phone_numbers=[ADA], by=factories.TESTS)
    of = {"messaging_person": Customer.objects.get().pk, "messaging_conversation": ADA}[page]
    shown = factories.signed_in("Admin").get(reverse(f"admin:{page}", args=[of])).text
    assert "Only the person can lift that, by texting START." in shown


def test_whoever_comes_back_by_a_keyword_joins_anew_and_the_chain_goes_on(
    ada: Customer, programme: OptInCampaign
) -> None:
    text_in(programme, "STOP", sid="SM2")
    erase(ada)
    text_in(programme, "SPRING", sid="SM3")
    assert Subscription.objects.get(number=ADA).state == "opted_in"
    assert factories.ledger_of(ADA)[-3:] == ["erased", "opted_in", "lifted"]
    assert told("verify_ledger")["intact"] is True


def test_what_waits_is_cancelled(ada: Customer) -> None:
    assert Outbound.objects.filter(state="queued").count() == 2
    erase(ada)
    assert set(Outbound.objects.values_list("state", "reason")) == {("cancelled", Reason.ERASED)}
    assert carry_notices() == 0


def test_a_text_on_the_wire_is_waited_for(ada: Customer) -> None:
    Outbound.objects.filter(kind="campaign").update(
        state="sending", attempt_id="00000000-0000-0000-0000-000000000001", claimed_at="2026-01-01T00:00Z"
    )
    with pytest.raises(Refused, match="on the wire"):
        erase(ada)
    assert Customer.objects.filter(pk=ada.pk).exists()


def test_a_number_that_somebody_else_holds_stays_theirs(ada: Customer) -> None:
    factories.phone_number(factories.customer(), ADA)
    erased = erase(ada)
    assert (erased.numbers, erased.shared_numbers) == (0, 1)
    assert Subscription.objects.get(number=ADA).state == "opted_in"
    assert Inbound.objects.filter(number=ADA, body="SPRING").exists()
    assert not Outbound.objects.filter(kind="campaign").exclude(body="").exists()


def test_other_people_lose_nothing(ada: Customer, programme: OptInCampaign) -> None:
    factories.subscription(programme, factories.customer(numbers=[BOB]))
    text_in(programme, "hello", sid="SM9", number=BOB)
    erase(ada)
    assert Subscription.objects.get(number=BOB).state == "opted_in"
    assert PersonalEvidence.objects.get().number == BOB
    assert Inbound.objects.get(number=BOB).body == "hello"


def test_a_number_without_a_customer_is_erased_and_twice_is_once() -> None:
    factories.suppression(ADA)
    for _ in range(2):
        erase_number(number=ADA, by=factories.TESTS, reason=WHY)
    assert factories.ledger_of(ADA) == ["suppressed", "erased"]
    assert Suppression.objects.get().number == ""


def test_a_number_that_a_customer_holds_is_erased_with_the_customer(ada: Customer) -> None:
    with pytest.raises(Refused, match="Customer ada-lovelace holds this number"):
        erase_number(number=ADA, by=factories.TESTS, reason=WHY)


def test_an_erasure_has_a_reason_and_leaves_a_line_without_the_name(ada: Customer) -> None:
    with pytest.raises(Refused, match="Say why"):
        erase_customer(customer=ada, by=factories.TESTS, reason=" ")
    erase(ada)
    entry = AuditEntry.objects.get(act="customer.erase")
    assert (entry.object_label, entry.detail) == ("Erased customer", {"reason": WHY})


@pytest.mark.parametrize("role", ["Viewer", "Marketer", "Launcher"])
def test_only_admins_erase(ada: Customer, role: str) -> None:
    by = Actor.staff(factories.staff(role))
    with pytest.raises(PermissionDenied):
        erase_customer(customer=ada, by=by, reason=WHY)
    with pytest.raises(PermissionDenied):
        erase_number(number=BOB, by=by, reason=WHY)
