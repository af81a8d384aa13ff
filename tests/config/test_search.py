"""The search over everything: what is found, by whom, and where it leads."""

import pytest
from django.contrib.auth.models import Group, Permission

from config.roles import VIEWER
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db


def found(term: str, *roles: str) -> str:
    return str(signed_in(*roles or (VIEWER,)).get(page("search"), {"s": term, "extended": "1"}).text)


def test_a_campaign_leads_to_the_page_of_its_kind() -> None:
    campaign = factories.opt_in_campaign(name="Zebra offers")
    text = found("zebra off")
    assert "SMS Opt-In, live" in text
    assert page("optins_optincampaign_change", campaign.pk) in text


def test_a_message_is_found_with_its_campaign() -> None:
    factories.customer()
    campaign = factories.messaging_campaign(
        factories.scheduled(factories.opt_in_campaign(), name="Quagga news"), name="Stripes"
    )
    text = found("quagga")
    assert "SMS message of Stripes" in text
    assert page("messaging_smsmessage_change", campaign.messages.get().pk) in text


@pytest.mark.parametrize("term", ["Okapi", "giraffa-1", "+1 (313) 971-0042"])
def test_a_person_is_found_by_name_external_id_or_number(term: str) -> None:
    person = factories.customer(last_name="Okapi", external_id="giraffa-1", numbers=["+13139710042"])
    assert page("campaigns_customer_change", person.pk) in found(term)


def test_a_segment_is_found() -> None:
    segment = factories.segment(name="Tapirs")
    assert page("campaigns_segment_change", segment.pk) in found("tapir")


def test_of_many_the_latest_are_shown() -> None:
    people = [factories.customer(last_name="Lemur") for _ in range(9)]
    text = found("lemur")
    assert page("campaigns_customer_change", people[-1].pk) in text
    assert page("campaigns_customer_change", people[0].pk) not in text


def test_nobody_finds_what_they_may_not_view() -> None:
    person = factories.customer(last_name="Aardvark")
    group = Group.objects.create(name="Campaigns only")
    group.permissions.set(Permission.objects.filter(codename="view_campaign"))
    user = factories.staff()
    user.groups.add(group)
    client = signed_in()
    client.force_login(user)
    text = client.get(page("search"), {"s": "aardvark", "extended": "1"}).text
    assert page("campaigns_customer_change", person.pk) not in text
