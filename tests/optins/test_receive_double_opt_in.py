"""Double opt-in: the keyword asks, and only YES subscribes."""

import datetime as dt

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from optins.actions.campaigns import pause
from optins.actions.opting_out import lapse_pending
from optins.keywords import Meaning, SenderKind
from optins.models import ConsentEvent, Notice, OptInCampaign, Sender, Subscription
from tests import factories
from tests.optins.texting import ADA, answers, standing, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"], double_opt_in=True, welcome_message="You are in.")


@pytest.fixture
def sender(programme: OptInCampaign) -> Sender:
    chosen = programme.options.sender
    assert chosen is not None
    return chosen


def let_time_run_out() -> None:
    Subscription.objects.update(pending_until=Now() - dt.timedelta(seconds=1))


def test_the_keyword_alone_subscribes_nobody(sender: Sender) -> None:
    text(sender, "SPRING")
    assert standing() == ["pending"]
    assert answers() == ["ask_yes"]
    assert factories.ledger_of(ADA) == ["asked"]


@pytest.mark.parametrize("said", ["YES", "yes!", " Yes ", "START", "unstop", "JOIN"])
def test_yes_and_the_other_opt_in_words_confirm_what_was_asked(sender: Sender, said: str) -> None:
    text(sender, "SPRING")
    assert text(sender, said) is Meaning.CONFIRM
    assert standing() == ["opted_in"]
    assert Notice.objects.filter(kind="welcome").get().body == "You are in."


def test_the_consent_keeps_the_question_that_yes_answered(sender: Sender) -> None:
    text(sender, "SPRING")
    text(sender, "Yes")
    event = ConsentEvent.objects.get(action="opted_in")
    assert (event.method, event.inbound_text) == ("double_opt_in", "Yes")
    assert event.wording.startswith("Acme Offers: reply YES")


def test_yes_without_a_question_is_no_consent(sender: Sender) -> None:
    assert text(sender, "YES") is Meaning.NONE
    assert standing() == []
    assert answers() == ["no_match"]


def test_a_second_yes_is_no_match(sender: Sender) -> None:
    text(sender, "SPRING")
    text(sender, "YES")
    assert text(sender, "YES") is Meaning.NONE
    assert answers() == ["ask_yes", "welcome", "no_match"]


def test_yes_to_another_sender_confirms_nothing(sender: Sender) -> None:
    text(sender, "SPRING")
    assert text(factories.sender(), "YES") is Meaning.NONE
    assert standing() == ["pending"]


def test_yes_confirms_only_the_latest_question(sender: Sender) -> None:
    later = factories.opt_in_campaign(keywords=["SUMMER"], sender=sender, double_opt_in=True)
    text(sender, "SPRING")
    text(sender, "SUMMER")
    text(sender, "YES")
    assert standing() == ["pending", "opted_in"]
    assert Subscription.objects.get(state="opted_in").programme_id == later.pk


def test_asking_again_makes_the_question_the_latest(sender: Sender, programme: OptInCampaign) -> None:
    factories.opt_in_campaign(keywords=["SUMMER"], sender=sender, double_opt_in=True)
    for said in ("SPRING", "SUMMER", "SPRING", "YES"):
        text(sender, said)
    assert Subscription.objects.get(state="opted_in").programme_id == programme.pk


def test_a_question_that_lapsed_is_not_confirmed_even_before_the_clock_came_by(sender: Sender) -> None:
    text(sender, "SPRING")
    let_time_run_out()
    assert text(sender, "YES") is Meaning.NONE
    assert standing() == ["pending"]


def test_the_clock_expires_what_nobody_answered_with_a_ledger_line_and_no_reminder(sender: Sender) -> None:
    text(sender, "SPRING")
    assert lapse_pending() == 0
    let_time_run_out()
    assert (lapse_pending(), lapse_pending()) == (1, 0)
    assert standing() == ["expired"]
    assert factories.ledger_of(ADA) == ["asked", "lapsed"]
    assert answers() == ["ask_yes"]


def test_after_it_lapsed_the_keyword_begins_anew(sender: Sender) -> None:
    text(sender, "SPRING")
    let_time_run_out()
    lapse_pending()
    text(sender, "SPRING")
    text(sender, "YES")
    assert standing() == ["opted_in"]
    assert factories.ledger_of(ADA) == ["asked", "lapsed", "asked", "opted_in"]


def test_the_time_to_answer_is_a_setting(sender: Sender, settings: Settings) -> None:
    settings.DOUBLE_OPT_IN_TTL = dt.timedelta(seconds=-1)
    text(sender, "SPRING")
    assert lapse_pending() == 1


def test_who_has_joined_is_not_asked_again(sender: Sender) -> None:
    for said in ("SPRING", "YES", "SPRING"):
        text(sender, said)
    assert standing() == ["opted_in"]
    assert answers() == ["ask_yes", "welcome", "welcome"]


def test_stop_answers_the_question_with_no(sender: Sender) -> None:
    text(sender, "SPRING")
    text(sender, "STOP")
    assert standing() == ["expired"]
    assert text(sender, "YES") is Meaning.NONE
    assert standing() == ["expired"]


def test_yes_to_a_paused_campaign_subscribes_nobody(sender: Sender, programme: OptInCampaign) -> None:
    text(sender, "SPRING")
    pause(campaign=programme, by=factories.TESTS)
    assert text(sender, "YES") is Meaning.CONFIRM
    assert standing() == ["pending"]
    assert answers() == ["ask_yes", "no_match"]


def test_advanced_opt_out_has_answered_yes_so_we_say_nothing_more() -> None:
    long_code = factories.sender(SenderKind.LONG_CODE, advanced_opt_out=True)
    factories.opt_in_campaign(keywords=["SPRING"], sender=long_code, double_opt_in=True)
    text(long_code, "SPRING")
    assert text(long_code, "YES", opt_out_type="START") is Meaning.CONFIRM
    assert standing() == ["opted_in"]
    assert answers() == ["ask_yes"]
