"""HELP answers anybody and changes nothing."""

import pytest

from optins.keywords import DEFAULT_HELP_WORDS, Meaning, SenderKind
from optins.models import Notice
from tests import factories
from tests.optins.texting import ADA, answers, standing, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("said", ["HELP", "info", " Help! ", "aide"])
def test_help_answers_somebody_unknown(said: str) -> None:
    factories.global_campaign()
    sender = factories.sender()
    assert text(sender, said) is Meaning.HELP
    notice = Notice.objects.get()
    assert (notice.body, notice.sender) == (factories.HELP, sender)


def test_a_help_word_that_the_global_options_add_counts() -> None:
    factories.global_campaign(help_keywords=[*DEFAULT_HELP_WORDS, "AYUDA"])
    assert text(factories.sender(), "ayuda") is Meaning.HELP


def test_help_answers_who_opted_out_and_changes_nothing() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    for said in ("SPRING", "STOP", "HELP"):
        text(programme.options.sender, said)
    assert standing() == ["opted_out"]
    assert answers() == ["welcome", "opt_out", "help"]
    assert factories.ledger_of(ADA) == ["opted_in", "opted_out", "suppressed"]


def test_help_does_not_answer_a_double_opt_in() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"], double_opt_in=True)
    text(programme.options.sender, "SPRING")
    text(programme.options.sender, "HELP")
    assert standing() == ["pending"]
    assert text(programme.options.sender, "YES") is Meaning.CONFIRM


@pytest.mark.parametrize("kind", [SenderKind.LONG_CODE, SenderKind.TOLL_FREE])
def test_help_is_the_carriers_to_answer_where_it_does(kind: SenderKind) -> None:
    factories.global_campaign()
    assert text(factories.sender(kind), "HELP") is Meaning.HELP
    assert answers() == []


def test_help_without_global_options_is_not_answered() -> None:
    assert text(factories.sender(), "HELP") is Meaning.HELP
    assert answers() == []
