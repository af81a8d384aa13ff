"""The options of an SMS Opt-In campaign."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.roles import MARKETER, VIEWER
from optins.actions.campaigns import end
from optins.keywords import DEFAULT_OPT_OUT_WORDS
from optins.models import OptInCampaign, OptInOptions, Sender
from tests.factories import TESTS, global_campaign, opt_in_campaign, sender, signed_in

pytestmark = pytest.mark.django_db


def address(campaign: OptInCampaign) -> str:
    return reverse("admin:optins_optincampaign_options", args=[campaign.pk])


def saved(campaign: OptInCampaign, browser: Client | None = None, **changes: Any) -> str:
    number = changes.pop("number", None) or campaign.options.sender
    assert isinstance(number, Sender)
    data = {"provider": number.provider_id, "sender": number.pk, "keywords": "SPRING", **changes}
    return (browser or signed_in(MARKETER)).post(address(campaign), data, follow=True).content.decode()


def words(campaign: OptInCampaign) -> list[str]:
    return list(campaign.keywords.values_list("word", flat=True))


def test_several_keywords_are_saved_as_typed() -> None:
    campaign = opt_in_campaign(live=False)
    assert "were saved" in saved(campaign, keywords="SPRING, spring  deals")
    assert words(campaign) == ["SPRING", "spring deals"]


def test_a_campaign_that_has_no_options_yet_gets_them() -> None:
    campaign = OptInCampaign.objects.create(kind="opt_in", name="New", slug="new")
    assert "were saved" in saved(campaign, number=sender())
    assert OptInOptions.objects.get(campaign=campaign).sender is not None


@pytest.mark.parametrize(
    ("keywords", "sentence"),
    [
        ("", "Add at least one keyword."),
        ("stop", "STOP is read as an opt-out"),
        ("Help", "HELP asks for help"),
        ("start", "lets people who opted out come back"),
        ("SPRING, s-p ring", "is there twice"),
        ("🙂", "has no letter and no digit"),
    ],
)
def test_a_keyword_that_cannot_be_is_refused_beside_its_field(keywords: str, sentence: str) -> None:
    campaign = opt_in_campaign(keywords=["BEFORE"], live=False)
    page = saved(campaign, keywords=keywords, welcome_message="Kept as typed.")
    assert sentence in page
    assert 'id="id_keywords_error"' in page
    assert "Kept as typed." in page
    assert words(campaign) == ["BEFORE"]


def test_a_keyword_that_another_live_campaign_holds_is_refused_with_its_name() -> None:
    holder = opt_in_campaign(keywords=["SPRING"])
    campaign = opt_in_campaign(keywords=["OTHER"], sender=holder.options.sender)
    page = saved(campaign, keywords="Spring")
    assert f"“Spring” is already used on {holder.options.sender} by “{holder.name}”" in page
    assert words(campaign) == ["OTHER"]


def test_a_global_opt_out_word_cannot_be_a_keyword() -> None:
    global_campaign(opt_out_keywords=[*DEFAULT_OPT_OUT_WORDS, "GENUG"])
    campaign = opt_in_campaign(keywords=["BEFORE"], live=False)
    assert "“genug” is an opt-out or help keyword" in saved(campaign, keywords="genug")


def test_double_opt_in_makes_the_welcome_a_confirmation() -> None:
    single, double = opt_in_campaign(), opt_in_campaign(double_opt_in=True)
    browser = signed_in(MARKETER)
    assert ">Welcome message</label>" in browser.get(address(single)).content.decode()
    assert ">Confirmation message</label>" in browser.get(address(double)).content.decode()


def test_the_message_that_asks_for_yes_is_prefilled() -> None:
    campaign = opt_in_campaign(live=False, name="Acme Offers")
    page = signed_in(MARKETER).get(address(campaign)).content.decode()
    assert "Acme Offers: reply YES to confirm" in page


def test_a_bad_keyword_and_a_gap_in_a_text_are_told_at_once() -> None:
    page = saved(opt_in_campaign(live=False), keywords="stop", welcome_message="Welcome to {Description}!")
    assert "STOP is read as an opt-out" in page
    assert "Fill in {Description} first" in page


def test_options_without_a_number_are_saved_with_a_word_on_what_is_missing() -> None:
    page = saved(opt_in_campaign(live=False), sender="")
    assert "were saved. Still missing before it can be launched: Choose a message provider" in page


def test_double_opt_in_is_saved_with_its_question() -> None:
    campaign = opt_in_campaign(live=False)
    saved(campaign, double_opt_in="on", confirmation_request="Acme: reply YES.")
    options = OptInOptions.objects.get(campaign=campaign)
    assert (options.double_opt_in, options.confirmation_request) == (True, "Acme: reply YES.")


def test_once_live_number_and_double_opt_in_stand_fast_and_messages_change() -> None:
    campaign = opt_in_campaign(keywords=["SPRING"])
    number = campaign.options.sender
    page = saved(campaign, number=sender(), double_opt_in="on", welcome_message="Hello!")
    options = OptInOptions.objects.get(campaign=campaign)
    assert "were saved" in page
    assert (options.sender, options.double_opt_in, options.welcome_message) == (number, False, "Hello!")


def test_the_page_says_why_they_stand_fast() -> None:
    page = signed_in(MARKETER).get(address(opt_in_campaign())).content.decode()
    assert "its number and double opt-in can no longer change, because people joined under them" in page


def test_the_options_of_a_campaign_that_is_over_are_only_read() -> None:
    campaign, browser = opt_in_campaign(), signed_in(MARKETER)
    end(campaign=campaign, by=TESTS)
    assert ">Save<" not in browser.get(address(campaign)).content.decode()
    assert browser.post(address(campaign), {"keywords": "X"}).status_code == 403


def test_a_viewer_reads_and_cannot_save() -> None:
    campaign, browser = opt_in_campaign(live=False), signed_in(VIEWER)
    assert browser.get(address(campaign)).status_code == 200
    assert browser.post(address(campaign), {"keywords": "X"}).status_code == 403
