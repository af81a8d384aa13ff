"""Opting out by staff, by an app and by the carrier's refusal."""

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.actors import Actor
from campaigns.models import AuditEntry, Customer
from campaigns.refusals import Refused
from optins.actions.opting_out import opt_out_customer, opt_out_number, suppress_refused
from optins.models import ConsentEvent, OptInCampaign, Suppression
from tests import factories
from tests.optins.texting import ADA, BOB, answers, standing

pytestmark = pytest.mark.django_db

APP = Actor.app(name="Web shop", key="the-app-key")


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


@pytest.fixture
def ada(programme: OptInCampaign) -> Customer:
    """Somebody in two programmes with one of two numbers."""
    person = factories.customer(numbers=[ADA, BOB])
    for each in (programme, factories.opt_in_campaign()):
        factories.subscription(each, person, ADA)
    return person


def staff(*roles: str) -> Actor:
    return Actor.staff(factories.staff(*roles))


def test_an_app_ends_every_subscription_and_the_number_is_suppressed(ada: Customer) -> None:
    assert opt_out_number(number=ADA, by=APP, ip="192.0.2.1") == 2
    assert standing() == ["opted_out", "opted_out"]
    suppression = Suppression.objects.get()
    assert (suppression.sender, suppression.reason) == (None, "api")
    event = ConsentEvent.objects.filter(action="opted_out").first()
    assert event is not None
    assert (event.method, event.app_key, event.ip) == ("api", "the-app-key", "192.0.2.1")


def test_one_programme_can_be_ended_alone_without_suppression(ada: Customer, programme: OptInCampaign) -> None:
    assert opt_out_number(number=ADA, by=APP, programme_id=programme.pk) == 1
    assert standing() == ["opted_out", "opted_in"]
    assert not Suppression.objects.exists()


def test_nobody_is_texted_about_it(ada: Customer) -> None:
    opt_out_number(number=ADA, by=APP)
    assert answers() == []


def test_a_number_that_nobody_knew_is_suppressed_all_the_same() -> None:
    assert opt_out_number(number=ADA, by=APP) == 0
    assert Suppression.objects.get().number == ADA


def test_twice_is_once(ada: Customer) -> None:
    assert [opt_out_number(number=ADA, by=APP) for _ in range(2)] == [2, 0]
    assert Suppression.objects.count() == 1


def test_staff_say_why_and_it_is_kept(ada: Customer) -> None:
    by = staff("Launcher")
    with pytest.raises(Refused, match="Say why"):
        opt_out_number(number=ADA, by=by, reason="  ")
    assert standing() == ["opted_in", "opted_in"]
    opt_out_number(number=ADA, by=by, reason="Asked by phone")
    event = ConsentEvent.objects.filter(action="suppressed").get()
    assert (event.method, event.reason, event.staff) == ("staff", "Asked by phone", by.label)
    assert Suppression.objects.get().reason == "staff"


def test_a_marketer_may_not(ada: Customer) -> None:
    with pytest.raises(PermissionDenied):
        opt_out_number(number=ADA, by=staff("Marketer"), reason="Because")
    assert standing() == ["opted_in", "opted_in"]


def test_the_audit_trail_shows_the_number_masked(ada: Customer) -> None:
    opt_out_number(number=ADA, by=APP)
    entry = AuditEntry.objects.filter(act="number.opt_out").get()
    assert ADA not in str(entry.detail)
    assert (entry.actor, entry.detail["ended"]) == ("Web shop", 2)


def test_a_customer_is_opted_out_with_all_numbers(ada: Customer) -> None:
    assert opt_out_customer(customer=ada, by=APP) == 2
    assert set(Suppression.objects.values_list("number", flat=True)) == {ADA, BOB}


@pytest.mark.parametrize("spelling", ["+1 313-555-0101", "(313) 555-0101", "13135550101"])
def test_one_of_their_numbers_can_be_named_in_any_spelling(ada: Customer, spelling: str) -> None:
    opt_out_customer(customer=ada, by=APP, number=spelling)
    assert Suppression.objects.get().number == ADA


@pytest.mark.parametrize("number", ["+13135550199", "nonsense", ""])
def test_a_number_that_is_not_theirs_is_refused(ada: Customer, number: str) -> None:
    with pytest.raises(Refused):
        opt_out_customer(customer=ada, by=APP, number=number)
    assert not Suppression.objects.exists()


def test_a_programme_that_does_not_exist_is_refused(ada: Customer) -> None:
    with pytest.raises(Refused, match="There is no opt-in campaign"):
        opt_out_customer(customer=ada, by=APP, programme_id=987_654)


def test_the_carriers_refusal_suppresses_that_sender_and_ends_no_subscription(ada: Customer) -> None:
    sender = factories.sender()
    for _ in range(2):
        suppress_refused(number=ADA, sender=sender, code=21610)
    suppression = Suppression.objects.get()
    assert (suppression.sender, suppression.reason) == (sender, "carrier")
    assert standing() == ["opted_in", "opted_in"]
    event = ConsentEvent.objects.get(action="suppressed")
    assert (event.method, event.reason) == ("carrier", "Twilio error 21610")


def test_the_carriers_refusal_on_a_pooled_number_holds_for_the_service() -> None:
    service = factories.sender(factories.SenderKind.MESSAGING_SERVICE)
    member = factories.sender(factories.SenderKind.LONG_CODE, provider=service.provider, pool=service)
    suppress_refused(number=ADA, sender=member, code=21610)
    assert Suppression.objects.get().sender == service
