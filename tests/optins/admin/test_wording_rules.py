"""What the screens of opt-ins say about the wording of their messages, and what `WORDING_RULES` do."""

from typing import Any

import pytest
from pytest_django import Settings

from config.roles import MARKETER
from optins.models import GlobalCampaign, GlobalOptions
from tests.factories import global_campaign, opt_in_campaign, signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db

_GOOD_STOP = "This is Acme Alerts. You have now been opted out. Go to acme.example.com for help."


def preview(body: str, kind: str, campaign: int | str = "") -> str:
    answer = signed_in(MARKETER).post(page("messaging_preview"), {"body": body, "kind": kind, "campaign": campaign})
    return " ".join(answer.text.split())


def save(**changed: str) -> Any:
    campaign = GlobalCampaign.objects.first() or global_campaign()
    options = GlobalOptions.objects.get()
    given = {
        "sender": options.sender_id, "provider": options.sender and options.sender.provider_id,
        "welcome_message": options.welcome_message, "opt_out_message": _GOOD_STOP,
        "help_message": options.help_message, "no_match_message": options.no_match_message,
    }  # fmt: skip
    address = page("optins_globalcampaign_options", campaign.pk)
    return signed_in(MARKETER).post(address, {**given, **changed})


def test_while_one_writes_it_says_what_is_missing_and_what_mending_costs() -> None:
    text = preview("HELP FROM GLOBAL", "help")
    assert "It names no contact" in text
    assert "Insert “Reply STOP to cancel.” (1 message)" in text


def test_the_programmes_own_name_counts() -> None:
    campaign = opt_in_campaign(name="bikes and more")
    assert "who is texting" in preview("hello from bikes and more", "welcome")
    assert "who is texting" not in preview("hello from bikes and more", "welcome", campaign.pk)


def test_the_companys_name_counts_everywhere() -> None:
    global_campaign()
    GlobalOptions.objects.update(brand="bikes and more")
    assert "who is texting" not in preview("hello from bikes and more", "marketing")


def test_a_text_without_a_kind_gets_no_advice() -> None:
    assert "It names no contact" not in preview("HELP FROM GLOBAL", "")


def test_a_text_that_lacks_something_is_saved_and_the_page_says_why() -> None:
    answer = save(opt_out_message="You have unsubscribed")
    assert answer.status_code == 302
    assert "It names no contact" in signed_in(MARKETER).get(answer["Location"]).text


def test_where_the_rules_block_it_is_refused_at_its_field(settings: Settings) -> None:
    global_campaign()
    settings.WORDING_RULES = "block"
    answer = save(opt_out_message="You have unsubscribed")
    assert answer.status_code == 200
    assert "It does not say who is texting" in answer.text
    assert GlobalOptions.objects.get().opt_out_message != "You have unsubscribed"
