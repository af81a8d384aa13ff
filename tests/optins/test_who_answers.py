"""Who answers an inbound text: one cell of the table per kind, Advanced Opt-Out, word and block."""

from itertools import product

import pytest

from optins.keywords import (
    DEFAULT_OPT_OUT_WORDS,
    RESTART_WORD,
    Meaning,
    SenderKind,
    Situation,
    carrier_answers,
    idle_restart_words,
    kind_of_sender,
    lifts_block,
    opt_out_type_of,
    read,
)

SHORT, LONG, FREE, SERVICE = (
    SenderKind.SHORT_CODE,
    SenderKind.LONG_CODE,
    SenderKind.TOLL_FREE,
    SenderKind.MESSAGING_SERVICE,
)
NEVER, ALWAYS, BLOCKED = "never", "always", "when blocked"

# (kind, Advanced Opt-Out) → when the carrier answers STOP, QUIT, HELP, START, UNSTOP, YES, JOIN
# in a text that bears no OptOutType.
WORDS = ("STOP", "QUIT", "HELP", "START", "UNSTOP", "YES", "JOIN")
TABLE = {
    (SHORT, False): (NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER),
    (LONG, False): (ALWAYS, ALWAYS, ALWAYS, BLOCKED, BLOCKED, BLOCKED, NEVER),
    (FREE, False): (ALWAYS, ALWAYS, ALWAYS, BLOCKED, BLOCKED, NEVER, NEVER),
    (SERVICE, False): (ALWAYS, ALWAYS, ALWAYS, BLOCKED, BLOCKED, BLOCKED, NEVER),
    (SHORT, True): (NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER),
    (LONG, True): (NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER),
    (FREE, True): (ALWAYS, NEVER, NEVER, BLOCKED, BLOCKED, NEVER, NEVER),
    (SERVICE, True): (NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER),
}
CELLS = [
    (kind, advanced, word, blocked, when == ALWAYS or (when == BLOCKED and blocked))
    for (kind, advanced), row in TABLE.items()
    for (word, when), blocked in product(zip(WORDS, row, strict=True), (False, True))
]


@pytest.mark.parametrize(("kind", "advanced", "word", "blocked", "expected"), CELLS)
def test_the_carrier_answers_what_the_table_says(
    kind: SenderKind, advanced: bool, word: str, blocked: bool, expected: bool
) -> None:
    said = f" {word.lower()}\n"
    answered = carrier_answers(kind, advanced_opt_out=advanced, opt_out_type=None, body=said, was_blocked=blocked)
    assert answered is expected


@pytest.mark.parametrize(("kind", "advanced", "word", "blocked"), [cell[:4] for cell in CELLS])
def test_a_text_marked_by_twilio_is_answered_already(
    kind: SenderKind, advanced: bool, word: str, blocked: bool
) -> None:
    assert carrier_answers(kind, advanced_opt_out=advanced, opt_out_type="STOP", body=word, was_blocked=blocked)


@pytest.mark.parametrize("word", [*DEFAULT_OPT_OUT_WORDS, "ARRET", "INFO"])
@pytest.mark.parametrize("kind", [LONG, SERVICE])
def test_twilio_answers_each_of_its_words_on_a_long_code(kind: SenderKind, word: str) -> None:
    assert carrier_answers(kind, advanced_opt_out=False, opt_out_type=None, body=word, was_blocked=False)


@pytest.mark.parametrize("body", ["Stop please", "STOP!", '"stop"', "ＳＴＯＰ", "opt out", "stop all", ""])
@pytest.mark.parametrize("kind", SenderKind)
def test_what_only_we_understand_is_ours_to_answer(kind: SenderKind, body: str) -> None:
    for advanced in (False, True):
        assert not carrier_answers(kind, advanced_opt_out=advanced, opt_out_type=None, body=body, was_blocked=False)


@pytest.mark.parametrize(
    ("kind", "advanced", "opt_out_type", "lifting"),
    [
        (SHORT, False, None, {"START", "UNSTOP", "YES", "JOIN"}),
        (LONG, False, None, {"START", "UNSTOP", "YES"}),
        (SERVICE, False, None, {"START", "UNSTOP", "YES"}),
        (FREE, False, None, {"START", "UNSTOP"}),
        (FREE, True, None, {"START", "UNSTOP"}),
        (LONG, True, None, set()),
        (SERVICE, True, "START", {"START", "UNSTOP", "YES", "JOIN"}),
        (SERVICE, True, "HELP", set()),
    ],
)
def test_a_block_is_lifted_by_the_words_of_whoever_holds_it(
    kind: SenderKind, advanced: bool, opt_out_type: str | None, lifting: set[str]
) -> None:
    words = {"START", "UNSTOP", "YES", "JOIN"}
    lifted = {
        word
        for word in words
        if lifts_block(kind, advanced_opt_out=advanced, opt_out_type=opt_out_type, body=f" {word.lower()} ")
    }
    assert lifted == lifting


@pytest.mark.parametrize("kind", SenderKind)
def test_the_word_that_brings_texts_back_lifts_the_block_on_every_kind_of_sender(kind: SenderKind) -> None:
    assert lifts_block(kind, advanced_opt_out=False, opt_out_type=None, body=RESTART_WORD)
    assert lifts_block(kind, advanced_opt_out=True, opt_out_type="START", body=RESTART_WORD)


def test_the_word_that_brings_texts_back_is_understood_also_when_staff_took_it_off_the_list() -> None:
    assert read(RESTART_WORD, Situation(stopped=True, opt_in_words=frozenset({"yes"}))).meaning is Meaning.RESTORE


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("97865", SHORT),
        ("+18726669682", LONG),
        ("+447400123456", LONG),
        ("+18335550142", FREE),
        ("MG" + "0a" * 16, SERVICE),
        ("ACME", None),
        ("", None),
    ],
)
def test_an_address_shows_what_kind_of_sender_it_is(address: str, kind: SenderKind | None) -> None:
    assert kind_of_sender(address) is kind


@pytest.mark.parametrize(
    ("message", "senders", "idle"),
    [
        ("You are out. Reply JOIN to opt back in.", [(LONG, False)], [("JOIN", LONG)]),
        ("You are out. Reply JOIN to opt back in.", [(SHORT, False)], []),
        ("You are out. Reply YES to come back.", [(LONG, False), (FREE, False)], [("YES", FREE)]),
        ("You are out. Reply START to come back, HELP for help.", [(kind, False) for kind in SenderKind], []),
        ("Text “UNSTOP” to come back.", [(LONG, True), (FREE, False)], []),
        ("Text with the word BACK to come back.", [(SERVICE, True)], [("BACK", SERVICE)]),
        ("Text us any time. Write to help@acme.example.", [(LONG, False)], []),
    ],
)
def test_an_opt_out_message_is_to_name_a_word_that_works(
    message: str, senders: list[tuple[SenderKind, bool]], idle: list[tuple[str, SenderKind]]
) -> None:
    assert idle_restart_words(message, senders) == idle


@pytest.mark.parametrize(("body", "marked"), [(" stop ", "STOP"), ("Help", "HELP"), ("YES", "START"), ("JOIN", "")])
def test_advanced_opt_out_marks_its_own_words(body: str, marked: str) -> None:
    assert opt_out_type_of(body) == marked
