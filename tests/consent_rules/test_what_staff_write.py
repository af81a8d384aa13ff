"""Items 20, 45 and 46: words that staff cannot take, and texts that an auditor would refuse, in the forms they use."""

import pytest
from pytest_django.fixtures import Settings

from config.roles import LAUNCHER, MARKETER
from messaging.models import SmsMessage
from optins.keywords import DEFAULT_HELP_WORDS, DEFAULT_OPT_OUT_WORDS, START_WORDS
from optins.models import GlobalCampaign, GlobalOptions
from tests import factories
from tests.messaging.admin.screens import add, looked_at, page

pytestmark = pytest.mark.django_db

GUIDE = {
    "welcome_message": "Thanks for the confirmation! you are all set!",
    "opt_out_message": "You have unsubscribed",
    "help_message": "HELP FROM GLOBAL",
}


def save_global(**changed: str) -> str:
    """The page after somebody saved the global options with these."""
    options = GlobalOptions.objects.get()
    kept = {name: getattr(options, name) for name in (*GUIDE, "no_match_message")}
    given = {"sender": options.sender_id, "provider": options.sender and options.sender.provider_id, **kept, **changed}
    address = page("optins_globalcampaign_options", GlobalCampaign.objects.get().pk)
    return str(factories.signed_in(MARKETER).post(address, given, follow=True).text)


def test_no_saving_takes_the_words_of_stop_and_help_away() -> None:
    factories.global_campaign()
    save_global(opt_out_keywords="", help_keywords="")
    options = GlobalOptions.objects.get()
    assert set(DEFAULT_OPT_OUT_WORDS) <= set(options.opt_out_keywords)
    assert set(DEFAULT_HELP_WORDS) <= set(options.help_keywords)


@pytest.mark.parametrize(
    "word", sorted({*DEFAULT_OPT_OUT_WORDS, *DEFAULT_HELP_WORDS, *START_WORDS, "opt out", "Arrêt"})
)
def test_none_of_the_fixed_words_can_be_a_campaigns_keyword(word: str) -> None:
    campaign = factories.opt_in_campaign(keywords=["BEFORE"], live=False)
    sender = campaign.options.sender
    assert sender is not None
    form = {"provider": sender.provider_id, "sender": sender.pk, "keywords": f"SPRING, {word.lower()}"}
    answer = factories.signed_in(MARKETER).post(page("optins_optincampaign_options", campaign.pk), form)
    assert 'id="id_keywords_error"' in answer.text
    assert list(campaign.keywords.values_list("word", flat=True)) == ["BEFORE"]


@pytest.mark.parametrize("field", GUIDE)
@pytest.mark.parametrize("rules", ["warn", "block"])
def test_the_texts_of_the_guides_screenshots_are_warned_about_or_refused(
    field: str, rules: str, settings: Settings
) -> None:
    factories.global_campaign()
    settings.WORDING_RULES = rules
    shown = save_global(**{field: GUIDE[field]})
    assert "It does not say who is texting" in shown
    assert (getattr(GlobalOptions.objects.get(), field) == GUIDE[field]) is (rules == "warn")


@pytest.mark.parametrize("rules", ["warn", "block"])
def test_an_answer_to_stop_that_advertises_is_warned_about_or_refused(rules: str, settings: Settings) -> None:
    factories.global_campaign()
    settings.WORDING_RULES = rules
    selling = "Acme: you are opted out. 20% off if you come back: acme.com. Reply START."
    assert "the answer to STOP may only confirm" in save_global(opt_out_message=selling)
    assert (GlobalOptions.objects.get().opt_out_message == selling) is (rules == "warn")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("Acme: see bit.ly/3xY. Reply STOP to cancel.", "public shortener"),
        ("hello, it rains. Reply STOP to cancel.", "does not say who is texting"),
        ("Acme: it rains.", "does not say how to leave"),
    ],
)
@pytest.mark.parametrize("rules", ["warn", "block"])
def test_a_marketing_text_with_a_fault_is_warned_about_or_not_launched(
    body: str, fault: str, rules: str, settings: Settings
) -> None:
    factories.customer(numbers=[factories.number()])
    programme = factories.opt_in_campaign()
    campaign = factories.messaging_campaign(factories.scheduled(programme), due=False)
    add(
        factories.signed_in(MARKETER),
        campaign.pk,
        sender=programme.options.sender_id,
        programme=programme.pk,
        body=body,
    )
    draft = campaign.messages.get(state="draft")
    launch, client = page("messaging_smsmessage_launch", draft.pk), factories.signed_in(LAUNCHER)
    assert fault in looked_at(client, launch)
    client.post(launch, follow=True)
    assert SmsMessage.objects.get(pk=draft.pk).state == "draft"  # the warning was not ticked, or it is refused
