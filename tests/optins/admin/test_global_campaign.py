"""The Global SMS Opt-In: what is missing, and its options."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.roles import MARKETER, VIEWER
from optins.keywords import DEFAULT_OPT_OUT_WORDS
from optins.models import GlobalCampaign, GlobalOptions, Sender
from tests.factories import HELP, NO_MATCH, OPT_OUT, WELCOME, global_campaign, opt_in_campaign, sender, signed_in

pytestmark = pytest.mark.django_db


def address(page: str, campaign: GlobalCampaign) -> str:
    return reverse(f"admin:optins_globalcampaign_{page}", args=[campaign.pk])


def filled(number: Sender, **changes: Any) -> dict[str, Any]:
    return {
        "provider": number.provider_id,
        "sender": number.pk,
        "opt_in_keywords": "START, UNSTOP, JOIN",
        "welcome_message": WELCOME,
        "opt_out_keywords": "",
        "opt_out_message": OPT_OUT,
        "help_keywords": "",
        "help_message": HELP,
        "no_match_message": NO_MATCH,
        **changes,
    }


def save(campaign: GlobalCampaign, data: dict[str, Any], browser: Client | None = None) -> str:
    answer = (browser or signed_in(MARKETER)).post(address("options", campaign), data, follow=True)
    return answer.content.decode()


def test_the_page_lists_what_is_missing_until_it_is_live() -> None:
    page = signed_in(MARKETER).get(address("change", global_campaign(complete=False))).content.decode()
    assert "It goes live as soon as" in page
    assert page.count("Not chosen yet") == 2
    for label in ("Target Phone Number", "Welcome message", "Help message", "No Match message"):
        assert f"{label}</li>" in page


def test_complete_options_make_it_live() -> None:
    campaign = global_campaign(complete=False)
    page = save(campaign, filled(sender()))
    campaign.refresh_from_db()
    assert campaign.state == "live"
    assert "these keywords and answers hold on every number" in page


def test_half_of_the_options_can_be_saved_and_it_stays_a_draft() -> None:
    campaign = global_campaign(complete=False)
    save(campaign, filled(sender(), help_message=""))
    campaign.refresh_from_db()
    assert campaign.state == "draft"


def test_fixed_words_stay_though_nobody_sends_them_and_words_may_be_added() -> None:
    campaign = global_campaign()
    save(campaign, filled(sender(), opt_out_keywords="basta,  no more ; Stop", opt_in_keywords=""))
    options = GlobalOptions.objects.get()
    assert options.opt_out_keywords == [*DEFAULT_OPT_OUT_WORDS, "BASTA", "NO MORE"]
    assert options.opt_in_keywords == ["YES"]


def test_the_fixed_words_are_shown_locked_and_are_not_in_the_input() -> None:
    page = signed_in(MARKETER).get(address("options", global_campaign())).content.decode()
    assert page.count("data-locked") == 1 + len(DEFAULT_OPT_OUT_WORDS) + 2
    assert 'value="START, UNSTOP, JOIN"' in page


def test_a_number_of_another_provider_is_refused_beside_it() -> None:
    campaign, other = global_campaign(complete=False), sender()
    page = save(campaign, filled(sender(), provider=other.provider_id, welcome_message="Kept as typed."))
    assert f"is not a number of {other.provider}" in page
    assert "Kept as typed." in page


def test_samples_whose_gaps_are_not_filled_are_each_refused_beside_their_field() -> None:
    campaign = global_campaign(complete=False)
    page = save(campaign, filled(sender(), help_message="This is {Description}.", no_match_message="Reply {words}."))
    assert "Fill in {Description} first" in page
    assert "Fill in {words} first" in page
    assert 'id="id_help_message_error"' in page
    assert 'id="id_no_match_message_error"' in page
    assert not GlobalOptions.objects.get().help_message


@pytest.mark.parametrize("field", ["opt_out_keywords", "help_keywords"])
def test_a_keyword_of_a_live_campaign_cannot_become_an_answer_word(field: str) -> None:
    holder = opt_in_campaign(keywords=["SPRING"])
    page = save(GlobalCampaign.objects.get(), filled(sender(), **{field: "spring"}))
    assert f"“SPRING” is a keyword of “{holder.name}”" in page
    assert f'id="id_{field}_error"' in page


@pytest.mark.parametrize(("word", "says"), [("stop", "always means stop"), ("Info", "always asks for help")])
def test_a_fixed_answer_word_cannot_let_people_in_and_is_refused_beside_it(word: str, says: str) -> None:
    page = save(global_campaign(), filled(sender(), opt_in_keywords=word))
    assert f"“{word.upper()}” {says}: it cannot let people in." in page
    assert 'id="id_opt_in_keywords_error"' in page
    assert 'id="id_opt_out_keywords_error"' not in page


def test_every_fault_is_told_at_once() -> None:
    other = sender()
    texts = filled(sender(), provider=other.provider_id, help_keywords="START", help_message="This is {Description}.")
    page = save(global_campaign(complete=False), texts)
    assert "is not a number of" in page
    assert "“START” lets people in" in page
    assert "Fill in {Description} first" in page


def test_options_saved_in_part_say_what_is_still_missing() -> None:
    page = save(global_campaign(complete=False), filled(sender(), sender="", help_message=""))
    assert "Still missing before it is live: Message Provider and Target Phone Number, Help message." in page


def test_once_live_nothing_of_it_can_be_left_blank() -> None:
    page = save(global_campaign(), filled(sender(), no_match_message=" "))
    assert "cannot be left blank" in page


def test_the_opt_out_sample_names_the_word_that_works_on_every_sender() -> None:
    page = signed_in(MARKETER).get(address("options", global_campaign())).content.decode()
    assert "Reply START to opt back in" in page


def test_a_viewer_reads_the_options_and_cannot_save() -> None:
    campaign, browser = global_campaign(), signed_in(VIEWER)
    page = browser.get(address("options", campaign)).content.decode()
    assert "disabled" in page
    assert ">Save<" not in page
    assert browser.post(address("options", campaign), filled(sender())).status_code == 403
