"""Anything else gets the no-match message, a few times a day."""

import datetime as dt

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from optins.keywords import Meaning, SenderKind
from optins.models import GlobalOptions, Notice, Sender
from tests import factories
from tests.optins.texting import BOB, answers, standing, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> Sender:
    factories.global_campaign()
    return factories.sender()


@pytest.mark.parametrize("body", ["", "   ", "…", "👍", "thanks", "x" * 1600, "<b>&amp;</b>", "a\nb\tc", "\u202eYES"])
def test_any_other_text_is_answered_by_the_no_match_message(sender: Sender, body: str) -> None:
    assert text(sender, body) is Meaning.NONE
    assert Notice.objects.get().body == factories.NO_MATCH
    assert standing() == []


def test_it_is_answered_a_few_times_a_day_only(sender: Sender, settings: Settings) -> None:
    settings.NO_MATCH_PER_DAY = 2
    for _ in range(4):
        text(sender, "hello?")
    text(sender, "hello?", number=BOB)
    assert answers() == ["no_match", "no_match"]
    assert answers(BOB) == ["no_match"]


def test_a_day_later_it_is_answered_again(sender: Sender, settings: Settings) -> None:
    settings.NO_MATCH_PER_DAY = 1
    text(sender, "hello?")
    Notice.objects.update(created_at=Now() - dt.timedelta(hours=25))
    text(sender, "hello?")
    assert len(answers()) == 2


def test_a_blank_word_in_the_global_options_turns_no_picture_into_a_stop(sender: Sender) -> None:
    options = GlobalOptions.objects.get()
    GlobalOptions.objects.update(opt_out_keywords=[*options.opt_out_keywords, "!!!"])
    assert text(sender, "") is Meaning.NONE
    assert text(sender, "thanks") is Meaning.NONE


@pytest.mark.parametrize("kind", list(SenderKind))
def test_no_match_is_ours_to_answer_on_every_kind_of_sender(sender: Sender, kind: SenderKind) -> None:
    text(factories.sender(kind, provider=sender.provider), "hello?")
    assert answers() == ["no_match"]


def test_without_global_options_nothing_is_answered() -> None:
    assert text(factories.sender(), "hello?") is Meaning.NONE
    assert answers() == []
