"""Opt-in campaigns: their options, keywords, and life; and the one global campaign."""

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from campaigns.actors import Actor
from campaigns.models import Campaign
from campaigns.refusals import Refused
from optins.actions.campaigns import (
    cancel,
    create_global,
    end,
    launch,
    pause,
    resume,
    save_global_options,
    save_options,
)
from optins.keywords import DEFAULT_HELP_WORDS, DEFAULT_OPT_OUT_WORDS, SenderKind
from optins.models import GlobalCampaign, GlobalOptions, Keyword, OptInCampaign, OptInOptions, Sender
from tests import factories
from tests.fixtures.together import together

pytestmark = pytest.mark.django_db

BY = factories.TESTS


@pytest.fixture
def draft() -> OptInCampaign:
    factories.global_campaign()
    return factories.opt_in_campaign(keywords=["SPRING"], live=False)


def change(campaign: OptInCampaign, *keywords: str, by: Actor = BY, **fields: Any) -> OptInCampaign:
    """Save the options with other keywords (the same ones if none are given) or fields."""
    options = OptInOptions.objects.get(campaign=campaign)
    for name, value in fields.items():
        setattr(options, name, value)
    words = keywords or tuple(campaign.keywords.values_list("word", flat=True))
    save_options(options=options, keywords=words, by=by)
    return campaign


def held() -> set[str]:
    return set(Keyword.objects.filter(held=True).values_list("word", flat=True))


def test_a_draft_holds_nothing_and_a_launched_campaign_its_keywords(draft: OptInCampaign) -> None:
    assert held() == set()
    launch(campaign=draft, by=BY)
    assert (draft.state, held()) == ("live", {"SPRING"})


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sender": None}, "target phone number first"),
        ({"double_opt_in": True, "confirmation_request": "  "}, "asks for YES"),
    ],
)
def test_an_incomplete_campaign_is_not_launched(draft: OptInCampaign, fields: dict[str, Any], sentence: str) -> None:
    change(draft, **fields)
    with pytest.raises(Refused, match=sentence):
        launch(campaign=draft, by=BY)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_campaign_without_keywords_is_not_launched(draft: OptInCampaign) -> None:
    draft.keywords.all().delete()
    with pytest.raises(Refused, match="at least one opt-in keyword"):
        launch(campaign=draft, by=BY)


def test_without_a_complete_global_campaign_nothing_is_launched() -> None:
    draft = factories.opt_in_campaign(live=False)
    with pytest.raises(Refused, match="Complete the Global SMS Opt-In first"):
        launch(campaign=draft, by=BY)
    factories.global_campaign(complete=False)
    with pytest.raises(Refused, match="Complete the Global SMS Opt-In first"):
        launch(campaign=draft, by=BY)


def test_a_life_with_a_pause_holds_the_keywords_to_the_end(draft: OptInCampaign) -> None:
    launch(campaign=draft, by=BY)
    for verb, state in ((pause, "paused"), (resume, "live")):
        verb(campaign=draft, by=BY)
        assert (draft.state, held()) == (state, {"SPRING"})
    end(campaign=draft, by=BY)
    assert (draft.state, held()) == ("ended", set())


def test_a_cancelled_campaign_frees_its_keywords(draft: OptInCampaign) -> None:
    launch(campaign=draft, by=BY)
    cancel(campaign=draft, by=BY)
    assert (draft.state, held()) == ("cancelled", set())


@pytest.mark.parametrize("word", ["SPRING", "spring", " S-p r i n g ", "ＳＰＲＩＮＧ"])
def test_a_keyword_in_any_spelling_belongs_to_one_campaign_on_a_sender(draft: OptInCampaign, word: str) -> None:
    launch(campaign=draft, by=BY)
    other = factories.opt_in_campaign(keywords=[word], sender=draft.options.sender, live=False)
    with pytest.raises(Refused, match="is already used on") as refused:
        launch(campaign=other, by=BY)
    assert (refused.value.code, refused.value.field) == ("keyword_taken", "keywords")
    other.refresh_from_db()
    assert other.state == "draft"


def test_another_sender_may_have_the_same_keyword(draft: OptInCampaign) -> None:
    launch(campaign=draft, by=BY)
    factories.opt_in_campaign(keywords=["SPRING"])
    assert Keyword.objects.filter(held=True).count() == 2


def test_an_ended_campaigns_keyword_is_free_again(draft: OptInCampaign) -> None:
    launch(campaign=draft, by=BY)
    end(campaign=draft, by=BY)
    factories.opt_in_campaign(keywords=["SPRING"], sender=draft.options.sender)
    assert held() == {"SPRING"}


def test_the_database_itself_holds_keywords_once(draft: OptInCampaign) -> None:
    launch(campaign=draft, by=BY)
    other = factories.opt_in_campaign(keywords=["SPRING"], sender=draft.options.sender, live=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        other.keywords.update(held=True)


@pytest.mark.parametrize(
    "word", ["STOP", "stop all", "Opt-Out", "HELP", "info", "YES", "start", "", "  ", "!!!", "x" * 21]
)
def test_words_that_cannot_be_a_campaigns_own_are_refused(draft: OptInCampaign, word: str) -> None:
    with pytest.raises(Refused) as refused:
        change(draft, word)
    assert (refused.value.code, refused.value.field) == ("keyword_reserved", "keywords")
    assert list(draft.keywords.values_list("word", flat=True)) == ["SPRING"]


def test_a_word_that_the_global_options_took_is_refused(draft: OptInCampaign) -> None:
    GlobalOptions.objects.update(opt_out_keywords=[*DEFAULT_OPT_OUT_WORDS, "GENUG"])
    with pytest.raises(Refused, match="opt-out or help keyword of the Global"):
        change(draft, "genug")


def test_a_keyword_twice_is_refused(draft: OptInCampaign) -> None:
    with pytest.raises(Refused, match="is there twice"):
        change(draft, "SPRING", "Summer", "s.u.m.m.e.r".replace(".", "-"))


def test_after_launch_messages_and_keywords_may_change(draft: OptInCampaign) -> None:
    launch(campaign=draft, by=BY)
    change(draft, "SUMMER", "Autumn", welcome_message="Welcome to the summer.")
    assert held() == {"SUMMER", "Autumn"}


@pytest.mark.parametrize("field", ["sender", "double_opt_in"])
def test_after_launch_sender_and_double_opt_in_are_fixed(draft: OptInCampaign, field: str) -> None:
    launch(campaign=draft, by=BY)
    value: Any = factories.sender() if field == "sender" else True
    with pytest.raises(Refused, match="cannot change after launch"):
        change(draft, **{field: value})


def test_after_launch_nothing_that_a_campaign_needs_can_be_taken_away() -> None:
    programme = factories.opt_in_campaign(double_opt_in=True)
    with pytest.raises(Refused, match="asks for YES"):
        change(programme, confirmation_request=" ")
    with pytest.raises(Refused, match="at least one opt-in keyword"):
        save_options(options=programme.options, keywords=[], by=BY)


def test_after_its_end_nothing_changes(draft: OptInCampaign) -> None:
    launch(campaign=draft, by=BY)
    end(campaign=draft, by=BY)
    with pytest.raises(Refused, match="is over"):
        change(draft, "SUMMER")


def test_a_keyword_taken_while_live_is_refused_and_nothing_is_lost(draft: OptInCampaign) -> None:
    launch(campaign=draft, by=BY)
    factories.opt_in_campaign(keywords=["SUMMER"], sender=draft.options.sender)
    with pytest.raises(Refused, match="is already used on"):
        change(draft, "SUMMER")
    assert list(draft.keywords.values_list("word", "held")) == [("SPRING", True)]


def test_only_who_may_launch_launches_and_only_who_may_write_writes(draft: OptInCampaign) -> None:
    marketer, viewer = (Actor.staff(factories.staff(role)) for role in ("Marketer", "Viewer"))
    for verb in (launch, pause, resume, end, cancel):
        with pytest.raises(PermissionDenied):
            verb(campaign=draft, by=marketer)
    with pytest.raises(PermissionDenied):
        change(draft, "SUMMER", by=viewer)
    change(draft, "SUMMER", by=marketer)


# --- The global campaign -----------------------------------------------------------------------


def test_there_is_one_global_campaign_however_often_it_is_created() -> None:
    first, second = (create_global(name="Global SMS", by=BY) for _ in range(2))
    assert first == second
    assert GlobalOptions.objects.count() == 1


def test_the_database_holds_one_global_campaign_and_one_row_of_options() -> None:
    factories.global_campaign()
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.create(kind="global", name="Another", slug="another")
    other = factories.opt_in_campaign(live=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        GlobalOptions.objects.create(campaign=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        GlobalOptions.objects.create(campaign=other, only=False)


def test_it_is_live_once_complete_and_stays_complete() -> None:
    campaign = factories.global_campaign(complete=False)
    assert campaign.state == "draft"
    campaign = factories.global_campaign()
    assert campaign.state == "live" or GlobalCampaign.objects.get().state == "live"
    options = GlobalOptions.objects.get()
    options.help_message = " "
    with pytest.raises(Refused, match="cannot be left blank"):
        save_global_options(options=options, by=BY)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("opt_out_keywords", [word for word in DEFAULT_OPT_OUT_WORDS if word != "STOP"]),
        ("help_keywords", ["INFO"]),
        ("opt_in_keywords", ["START"]),
    ],
)
def test_fixed_words_cannot_be_taken_away(field: str, words: list[str]) -> None:
    options: dict[str, Any] = {field: words}
    with pytest.raises(ValidationError, match="cannot be removed"):
        factories.global_campaign(**options)
    with pytest.raises(IntegrityError), transaction.atomic():
        GlobalOptions.objects.update(**options)


@pytest.mark.parametrize("word", ["YES", "start", "Join", "!!!", "SPRING", "s p r i n g"])
@pytest.mark.parametrize("field", ["opt_out_keywords", "help_keywords"])
def test_a_word_that_means_something_else_cannot_mean_leaving_or_help(field: str, word: str) -> None:
    factories.opt_in_campaign(keywords=["SPRING"])
    options = GlobalOptions.objects.get()
    defaults = DEFAULT_OPT_OUT_WORDS if field == "opt_out_keywords" else DEFAULT_HELP_WORDS
    setattr(options, field, [*defaults, word])
    with pytest.raises(Refused) as refused:
        save_global_options(options=options, by=BY)
    assert refused.value.field == field


def test_words_can_be_added(draft: OptInCampaign) -> None:
    options = GlobalOptions.objects.get()
    options.opt_out_keywords = [*DEFAULT_OPT_OUT_WORDS, "GENUG"]
    save_global_options(options=options, by=BY)
    assert "GENUG" in GlobalOptions.objects.get().opt_out_keywords


# --- At the same moment --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_people_create_the_global_campaign_at_once() -> None:
    create = partial(create_global, name="Global SMS", by=BY)
    made = together(create, create, create)
    assert len({campaign.pk for campaign in made if isinstance(campaign, Campaign)}) == 1
    assert not [each for each in made if isinstance(each, Exception)]
    assert GlobalOptions.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_campaigns_that_want_the_same_words_at_once_one_is_launched() -> None:
    factories.global_campaign()
    sender: Sender = factories.sender(SenderKind.SHORT_CODE)
    words = ["ALPHA", "BRAVO", "CHARLIE", "DELTA"]
    drafts = [
        factories.opt_in_campaign(keywords=order, sender=sender, live=False) for order in (words, list(reversed(words)))
    ]
    done = together(*(partial(launch, campaign=draft, by=BY) for draft in drafts))
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "Refused"]
    assert sorted(OptInCampaign.objects.values_list("state", flat=True)) == ["draft", "live"]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_launch_make_one_launch() -> None:
    factories.global_campaign()
    draft = factories.opt_in_campaign(live=False)
    done = together(*(partial(launch, campaign=OptInCampaign.objects.get(pk=draft.pk), by=BY) for _ in range(2)))
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "Refused"]


def test_an_opt_out_message_that_names_a_word_which_brings_nobody_back_is_refused() -> None:
    long_code = factories.sender(SenderKind.LONG_CODE)
    with pytest.raises(ValidationError, match="Texting JOIN brings nobody back on a long code"):
        factories.global_campaign(sender=long_code, opt_out_message="Acme: you are out. Reply JOIN to opt back in.")
    factories.global_campaign(sender=long_code, opt_out_message="Acme: you are out. Reply START to opt back in.")
