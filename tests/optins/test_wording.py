"""Starting texts, and texts that must not leave as they stand."""

import pytest

from optins import wording
from optins.keywords import RESTART_WORD


@pytest.mark.parametrize("sample", [wording.WELCOME, wording.HELP, wording.OPT_OUT])
def test_a_sample_with_gaps_cannot_be_sent_as_it_stands(sample: str) -> None:
    problem = wording.problem(sample)
    assert problem is not None
    assert "{Description}" in problem


@pytest.mark.parametrize("text", ["go to {website}", "go to {{website}}", "{}", "a { b } c"])
def test_anything_in_braces_is_a_gap(text: str) -> None:
    assert wording.problem(text) is not None


@pytest.mark.parametrize("text", ["", "Acme: 4 msgs/month.", "Smile :-{", "x" * wording.MAX_LENGTH])
def test_a_text_without_gaps_can_be_sent(text: str) -> None:
    assert wording.problem(text) is None


def test_a_text_that_is_too_long_is_refused_with_its_length() -> None:
    problem = wording.problem("x" * (wording.MAX_LENGTH + 1))
    assert problem == "This has 1,601 characters. One message may have 1,600 at most."


def test_the_question_for_yes_is_whole_as_it_stands() -> None:
    question = wording.ask_for_yes_sample("Acme Offers")
    assert question.startswith("Acme Offers: reply YES")
    assert wording.problem(question) is None


def test_the_opt_out_sample_names_the_word_that_brings_people_back() -> None:
    assert f"Reply {RESTART_WORD} to opt back in" in wording.OPT_OUT


def test_the_no_match_sample_names_the_first_opt_out_words() -> None:
    assert wording.no_match_sample(["STOP", "END", "QUIT", "CANCEL"]).endswith("to stop: STOP, END, QUIT.")


def test_without_opt_out_words_the_no_match_sample_names_stop() -> None:
    assert wording.no_match_sample([]).endswith("to stop: STOP.")
