"""Create Campaign: three cards, a name, and the campaign's page."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from campaigns.models import AuditEntry, Campaign
from config.roles import ADMIN, LAUNCHER, MARKETER, VIEWER
from optins.models import GlobalCampaign, OptInCampaign
from tests.factories import global_campaign, signed_in

pytestmark = pytest.mark.django_db

CHOOSER = "/admin/campaigns/campaign/create/"


def test_the_chooser_stands_at_its_address() -> None:
    assert reverse("admin:campaigns_campaign_create") == CHOOSER


@pytest.mark.parametrize("card", ["Global SMS Opt-In", "SMS Opt-In", "Messaging"])
def test_there_are_three_cards(card: str) -> None:
    assert card in signed_in(MARKETER).get(CHOOSER).content.decode()


def test_choosing_a_card_asks_for_a_name_without_a_script() -> None:
    page = signed_in(MARKETER).get(CHOOSER, {"kind": "opt_in"}).content.decode()
    assert "New SMS Opt-In campaign" in page
    assert 'name="name"' in page


def test_create_makes_an_opt_in_campaign_and_leads_to_its_page() -> None:
    answer = signed_in(MARKETER).post(CHOOSER, {"kind": "opt_in", "name": " Spring offers "})
    campaign = OptInCampaign.objects.get()
    assert (campaign.name, campaign.state, campaign.slug) == ("Spring offers", "draft", "spring-offers")
    assert answer["Location"] == reverse("admin:optins_optincampaign_change", args=[campaign.pk])


def test_create_makes_a_messaging_campaign_and_leads_to_its_page() -> None:
    answer = signed_in(MARKETER).post(CHOOSER, {"kind": "messaging", "name": "Spring sale"})
    campaign = Campaign.objects.get(kind="messaging")
    assert answer["Location"] == reverse("admin:messaging_messagingcampaign_change", args=[campaign.pk])


@pytest.mark.parametrize("name", ["", "   "])
def test_a_campaign_needs_a_name(name: str) -> None:
    page = signed_in(MARKETER).post(CHOOSER, {"kind": "opt_in", "name": name}).content.decode()
    assert "Give the campaign a name." in page
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("kind", ["global", "nonsense", ""])
def test_only_the_two_named_kinds_are_made_here(kind: str) -> None:
    signed_in(MARKETER).post(CHOOSER, {"kind": kind, "name": "X"})
    assert not Campaign.objects.exists()


def test_the_global_card_makes_the_global_campaign() -> None:
    answer = signed_in(MARKETER).post(reverse("admin:optins_globalcampaign_add"))
    campaign = GlobalCampaign.objects.get()
    assert answer["Location"] == reverse("admin:optins_globalcampaign_change", args=[campaign.pk])
    assert campaign.state == "draft"


def test_once_it_exists_the_global_card_leads_to_it_and_says_so() -> None:
    campaign = global_campaign()
    page = signed_in(MARKETER).get(CHOOSER).content.decode()
    assert "It exists already" in page
    assert reverse("admin:optins_globalcampaign_change", args=[campaign.pk]) in page


def test_a_second_global_campaign_is_the_first() -> None:
    first = global_campaign()
    answer = signed_in(MARKETER).post(reverse("admin:optins_globalcampaign_add"))
    assert answer["Location"] == reverse("admin:optins_globalcampaign_change", args=[first.pk])
    assert GlobalCampaign.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_global_campaign() -> None:
    browsers = [signed_in(MARKETER), signed_in(MARKETER)]
    together, places = threading.Barrier(len(browsers)), []

    def click(browser: Client) -> None:
        together.wait()
        places.append(browser.post(reverse("admin:optins_globalcampaign_add"))["Location"])
        connection.close()

    threads = [threading.Thread(target=click, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page = reverse("admin:optins_globalcampaign_change", args=[GlobalCampaign.objects.get().pk])
    assert places == [page, page]
    assert AuditEntry.objects.filter(act="campaign.create").count() == 1


@pytest.mark.parametrize(("role", "status"), [(VIEWER, 403), (MARKETER, 200), (LAUNCHER, 200), (ADMIN, 200)])
def test_who_may_create(role: str, status: int) -> None:
    assert signed_in(role).get(CHOOSER).status_code == status


def test_a_viewer_cannot_make_the_global_campaign() -> None:
    assert signed_in(VIEWER).post(reverse("admin:optins_globalcampaign_add")).status_code == 403
