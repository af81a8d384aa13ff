"""The page of one person: what may be texted and why not, each part for who may see it, and links to what follows."""

import pytest

from campaigns.models import Customer
from campaigns.phone import mask, pretty
from config.roles import ADMIN, LAUNCHER, MARKETER, VIEWER
from optins.models import OptInCampaign, Subscription
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db

ADA = "+13135550101"


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(name="Spring offers", slug="spring-offers")


@pytest.fixture
def ada() -> Customer:
    return factories.customer(numbers=[ADA], verified=True, external_id="ada-1", email="ada@example.org")


def shown(person: Customer, role: str = VIEWER, **asked: str) -> str:
    return signed_in(role).get(page("messaging_person", person.pk), asked).content.decode()


def test_somebody_who_may_be_texted(programme: OptInCampaign, ada: Customer) -> None:
    held = factories.subscription(programme, ada)
    told = shown(ada)
    assert programme.preference in told
    assert f"entry {held.consent_event_id}" in told
    assert mask(ADA) in told
    assert pretty(ADA) in shown(ada, MARKETER)
    assert ">verified<" in told
    assert '<span class="ol-badge" data-state="delivered">Yes</span>' in told


def test_somebody_who_opted_in_to_nothing(ada: Customer) -> None:
    assert "This person has opted in to nothing yet." in shown(ada)


def test_somebody_without_a_number() -> None:
    assert "No phone number is on file." in shown(factories.customer())


def test_a_stop_stands_on_top_and_is_the_reason(programme: OptInCampaign, ada: Customer) -> None:
    factories.subscription(programme, ada)
    factories.suppression(ADA)
    told = shown(ada)
    assert f"{mask(ADA)} is not texted" in told
    assert "it sent STOP, or the carrier blocks it" in told


def test_live_messages_are_held_against_the_person_at_once(programme: OptInCampaign, ada: Customer) -> None:
    factories.messaging_campaign(factories.scheduled(programme, name="April news"))
    told = shown(ada)
    assert "April news" in told
    assert "The number has not opted in to the messaging preference of this message." in told


def test_any_other_message_is_found_by_its_name(programme: OptInCampaign, ada: Customer) -> None:
    factories.subscription(programme, ada)
    draft = factories.scheduled(programme, name="May news")
    factories.messaging_campaign(draft, live=False)
    told = shown(ada, message="may")
    assert "It would leave at once." in told
    why = f"{page('messaging_smsmessage_why', draft.pk)}?person={ada.pk}"
    assert why in told
    assert "The text would leave at once." in signed_in(VIEWER).get(why).content.decode()
    assert "No message is called “June”" in shown(ada, message="June")


def test_launchers_opt_a_person_out_with_the_reason(programme: OptInCampaign, ada: Customer) -> None:
    factories.subscription(programme, ada)
    client, form = signed_in(LAUNCHER), page("messaging_person_opt_out", ada.pk)
    assert form in shown(ada, LAUNCHER)
    assert "Say how the person asked" in client.post(form, {"number": ""}).text
    answer = client.post(form, {"number": "", "reason": "Called us"}, follow=True)
    assert "Opted out: no more texts" in answer.text
    assert "Called us" in answer.text
    assert Subscription.objects.get().state == Subscription.State.OPTED_OUT


def test_each_role_is_offered_what_it_may_do(ada: Customer) -> None:
    keys = {"messaging_person_opt_out": ada.pk, "messaging_erase": ada.pk, "messaging_evidence": ADA}
    links = {name: page(name, key) for name, key in keys.items()}
    offered = {role: {name for name, link in links.items() if link in shown(ada, role)}
               for role in (VIEWER, LAUNCHER, ADMIN)}  # fmt: skip
    assert offered == {
        VIEWER: set(),
        LAUNCHER: {"messaging_person_opt_out", "messaging_evidence"},
        ADMIN: set(links),
    }
    assert signed_in(VIEWER).get(links["messaging_person_opt_out"]).status_code == 403


def test_staff_without_a_role_see_nobody(ada: Customer) -> None:
    assert signed_in().get(page("messaging_person", ada.pk)).status_code == 403


@pytest.mark.parametrize("name", ["campaigns_customer_changelist", "optins_subscription_changelist"])
def test_lists_lead_to_the_person(programme: OptInCampaign, ada: Customer, name: str) -> None:
    factories.subscription(programme, ada)
    assert page("messaging_person", ada.pk) in signed_in(VIEWER).get(page(name)).text


def test_the_pages_of_number_and_ledger_lead_to_the_person(programme: OptInCampaign, ada: Customer) -> None:
    held = factories.subscription(programme, ada)
    client = signed_in(VIEWER)
    for name, key in (("messaging_conversation", ADA), ("optins_consentevent_change", held.consent_event_id),
                      ("campaigns_customer_change", ada.pk)):  # fmt: skip
        assert page("messaging_person", ada.pk) in client.get(page(name, key)).text, name
