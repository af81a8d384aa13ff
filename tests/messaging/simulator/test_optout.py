"""Who answers STOP, START and HELP, by kind of sender: the whole table, as plain rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.simulator import optout
from messaging.simulator.accounts import JAN_ADVANCED_OPT_OUT as TEXTS
from messaging.simulator.accounts import AdvancedOptOut, Kind
from messaging.simulator.optout import Reaction, react

NETWORK_UNSTOP = optout.NETWORK_START_TEXT.format(word="unstop")

# (kind, advanced opt-out, blocked before, text) -> (reply, block, OptOutType)
TABLE: list[tuple[Kind, AdvancedOptOut | None, bool, str, Reaction]] = [
    ("short_code", None, False, "STOP", Reaction()),
    ("short_code", None, False, "HELP", Reaction()),
    ("short_code", None, False, "START", Reaction()),
    ("long_code", None, False, "STOP", Reaction(optout.DEFAULT_STOP_TEXT, True)),
    ("long_code", None, True, "STOP", Reaction()),
    ("long_code", None, False, "START", Reaction()),
    ("long_code", None, False, "YES", Reaction()),
    ("long_code", None, True, "START", Reaction(optout.DEFAULT_START_TEXT, False)),
    ("long_code", None, True, "YES", Reaction(optout.DEFAULT_START_TEXT, False)),
    ("long_code", None, True, "JOIN", Reaction()),
    ("long_code", None, False, "INFO", Reaction(optout.DEFAULT_HELP_TEXT)),
    ("long_code", None, True, "HELP", Reaction()),
    ("toll_free", None, False, "STOP", Reaction(optout.NETWORK_STOP_TEXT, True)),
    ("toll_free", None, False, "QUIT", Reaction(optout.DEFAULT_STOP_TEXT, True)),
    ("toll_free", None, True, "STOP", Reaction(None, True)),
    ("toll_free", None, True, "YES", Reaction()),
    ("toll_free", None, True, "UNSTOP", Reaction(NETWORK_UNSTOP, False)),
    ("toll_free", None, False, "START", Reaction()),
    ("toll_free", None, False, "HELP", Reaction(optout.DEFAULT_HELP_TEXT)),
    ("toll_free", TEXTS, False, "STOP", Reaction(optout.NETWORK_STOP_TEXT, True, "STOP")),
    ("toll_free", TEXTS, True, "YES", Reaction(None, None, "START")),
    ("long_code", TEXTS, False, "STOP", Reaction(TEXTS.stop_text, True, "STOP")),
    ("long_code", TEXTS, True, "STOP", Reaction(None, True, "STOP")),
    ("long_code", TEXTS, False, "YES", Reaction(TEXTS.start_text, False, "START")),
    ("long_code", TEXTS, True, "START", Reaction(TEXTS.start_text, False, "START")),
    ("long_code", TEXTS, False, "HELP", Reaction(TEXTS.help_text, None, "HELP")),
    ("long_code", TEXTS, True, "HELP", Reaction(None, None, "HELP")),
    ("short_code", TEXTS, False, "STOP", Reaction(TEXTS.stop_text, True, "STOP")),
]


@pytest.mark.parametrize(("kind", "advanced", "blocked", "body", "expected"), TABLE)
def test_the_carrier_reacts_by_the_kind_of_sender(
    kind: Kind, advanced: AdvancedOptOut | None, blocked: bool, body: str, expected: Reaction
) -> None:
    assert react(kind=kind, advanced=advanced, blocked=blocked, body=body) == expected


@pytest.mark.parametrize("word", sorted(optout.STOP_WORDS))
def test_every_stop_word_blocks_whatever_its_case_and_outer_spaces(word: str) -> None:
    reaction = react(kind="long_code", advanced=None, blocked=False, body=f" {word.title()}\n")
    assert reaction.block is True


@given(st.sampled_from(sorted(optout.STOP_WORDS)), st.sampled_from([" please", "!", ".", " all"]))
def test_a_stop_word_with_more_text_is_no_keyword(word: str, more: str) -> None:
    assert optout.keyword_of(word + more) is None
