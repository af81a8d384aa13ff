"""What a text means: folding, precedence, and the words a campaign may not hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optins.keywords import (
    DEFAULT_HELP_WORDS,
    DEFAULT_OPT_OUT_WORDS,
    START_WORDS,
    Meaning,
    SenderKind,
    Situation,
    fold,
    read,
    reserved_reason,
    words,
)

CLUB = {fold("JOIN CLUB"): 7, fold("JOIN"): 8}


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", " Stop. ", "STOP!!!", '"STOP"', "“Stop”", "‘stop’", "stop\n", "\r\nSTOP\r\n",
        "ＳＴＯＰ", "st\u200bop", "\ufeffSTOP", "ST\u00adOP", "STOP\x00", "\u202eSTOP\u202c", "s t o p",
        "s.t.o.p", "(stop)", "Stóp", "STOP 🛑", "stop ❤️", "*STOP*", "-stop-", "stop\u3000", "ｓtop？", "s̈t̂op",
    ],
)  # fmt: skip
def test_every_spelling_of_stop_folds_to_stop(text: str) -> None:
    assert fold(text) == "stop"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("ЅТОР", Meaning.OPT_OUT),  # Cyrillic throughout
        ("STОP", Meaning.OPT_OUT),  # Cyrillic О
        ("Ѕtοp!", Meaning.OPT_OUT),  # Cyrillic Ѕ, Greek ο
        ("ꜱᴛᴏᴘ", Meaning.OPT_OUT),  # small capitals
        ("ΕΝD", Meaning.OPT_OUT),  # Greek Ε, Ν
        ("ЅТОР please", Meaning.OPT_OUT),
        ("please ѕtоp texting me", Meaning.OPT_OUT),
        ("НЕLР", Meaning.HELP),
        ("ЅТАRТ", Meaning.NONE),
        ("текст", Meaning.NONE),
        ("τόπος", Meaning.NONE),
        ("не он", Meaning.NONE),
    ],
)
def test_look_alike_letters_leave_and_never_join(text: str, meaning: Meaning) -> None:
    eager = Situation(pending=True, stopped=True)
    assert [read(text, now).meaning for now in (Situation(), eager)] == [meaning, meaning]


def test_a_keyword_of_another_alphabet_is_itself_and_no_look_alike() -> None:
    assert fold("ТОР") != fold("TOP")
    assert read("ТОР", Situation(campaign_keywords={fold("ТОР"): 3})).campaign_id == 3


def test_spaces_and_hyphens_do_not_part_a_keyword() -> None:
    assert fold("Opt-Out") == fold("OPTOUT") == fold("opt  out") == fold("Opt‑out") == "optout"


def test_letters_of_other_scripts_keep_their_marks() -> None:
    assert fold("мой") != fold("мои")
    assert fold("हाँ") != fold("हा")
    assert fold("ARRÊT") == fold("arret")


@pytest.mark.parametrize("text", ["", "   ", "?!", "👍", "\u200b", "❤️", "…"])
def test_a_text_without_letters_folds_to_nothing(text: str) -> None:
    assert fold(text) == ""
    assert words(text) == []


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.sampled_from(DEFAULT_OPT_OUT_WORDS), st.text(alphabet=" .!?'\"\t\n\u200b“”…🛑", max_size=6))
def test_nothing_around_an_opt_out_word_defeats_it(word: str, noise: str) -> None:
    assert read(noise + word.title() + noise, Situation()).meaning is Meaning.OPT_OUT


@given(st.text(), st.none() | st.text(max_size=8))
def test_no_text_raises(body: str, opt_out_type: str | None) -> None:
    assert read(body, Situation(pending=True, stopped=True), opt_out_type=opt_out_type).rule


@pytest.mark.parametrize(
    "body",
    [
        "stop all", "opt out", "Arrêt", "please stop", "STOP please", "STOP it now", "pls stop texting me",
        "stop texting me", "Cancel please", "unsubscribe me", "Opt out please", "end this", "STOP lol ok",
    ],
)  # fmt: skip
def test_a_short_text_that_plainly_says_stop_is_an_opt_out(body: str) -> None:
    assert read(body, Situation(campaign_keywords=CLUB, pending=True)).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "body",
    ["don't stop", "stop by later", "Stop by the store?", "end of day", "cancel my order", "quit smoking",
     "I will stop by at noon", "non stop fun", "stopwatch", "the end", "never stop learning"],
)  # fmt: skip
def test_a_doubtful_text_is_no_opt_out(body: str) -> None:
    assert read(body, Situation()).meaning is Meaning.NONE


def test_words_the_staff_added_count_beside_the_fixed_ones() -> None:
    now = Situation(opt_out_words=frozenset({"basta"}), help_words=frozenset({"ayuda"}))
    assert read("¡Basta!", now).meaning is Meaning.OPT_OUT
    assert read("stop", now).meaning is Meaning.OPT_OUT
    assert read("AYUDA", now).meaning is Meaning.HELP
    assert read("info?", now).meaning is Meaning.HELP


PRECEDENCE = [
    ("stop", {"pending": True, "campaign_keywords": {"stop": 1}, "help_words": {"stop"}}, Meaning.OPT_OUT),
    ("help", {"pending": True, "campaign_keywords": {"help": 1}}, Meaning.HELP),
    ("yes", {"pending": True, "campaign_keywords": {"yes": 1}}, Meaning.CONFIRM),
    ("start", {"pending": True, "stopped": True}, Meaning.CONFIRM),
    ("unstop", {"pending": True}, Meaning.CONFIRM),
    ("join", {"pending": True, "stopped": True, "campaign_keywords": CLUB}, Meaning.KEYWORD),
    ("Join club!", {"campaign_keywords": CLUB}, Meaning.KEYWORD),
    ("join", {"pending": True, "stopped": True}, Meaning.CONFIRM),
    ("join", {"stopped": True}, Meaning.RESTORE),
    ("start", {"stopped": True}, Meaning.RESTORE),
    ("yes", {"stopped": True}, Meaning.NONE),
    ("yes", {}, Meaning.NONE),
    ("start", {}, Meaning.NONE),
    ("join", {}, Meaning.NONE),
    ("yes please", {"pending": True}, Meaning.NONE),
    ("start", {"stopped": True, "opt_in_words": frozenset({"yes"})}, Meaning.RESTORE),
    ("what is this", {"pending": True, "stopped": True}, Meaning.NONE),
]  # fmt: skip


@pytest.mark.parametrize(("body", "now", "meaning"), PRECEDENCE)
def test_stop_beats_help_beats_yes_beats_a_keyword_beats_coming_back(
    body: str, now: dict[str, object], meaning: Meaning
) -> None:
    assert read(body, Situation(**now)).meaning is meaning  # type: ignore[arg-type]  # a table of keywords


def test_a_keyword_names_its_campaign() -> None:
    reading = read("join-CLUB", Situation(campaign_keywords=CLUB))
    assert (reading.word, reading.campaign_id, reading.rule) == ("joinclub", 7, "campaign_keyword")


TWILIO_SAYS = [
    ("STOP", "sayonara", {}, Meaning.OPT_OUT),
    ("HELP", "hilfe", {"pending": True}, Meaning.HELP),
    ("HELP", "stop", {}, Meaning.OPT_OUT),
    ("START", "yes", {"pending": True}, Meaning.CONFIRM),
    ("START", "hola", {"pending": True, "stopped": True}, Meaning.CONFIRM),
    ("START", "hola", {"stopped": True}, Meaning.RESTORE),
    ("START", "yes", {"stopped": True}, Meaning.RESTORE),
    ("START", "start", {}, Meaning.NONE),
    ("START", "join", {"pending": True, "stopped": True, "campaign_keywords": CLUB}, Meaning.KEYWORD),
    ("start", "hola", {"stopped": True}, Meaning.RESTORE),
    ("SOMETHING", "hola", {"pending": True, "stopped": True}, Meaning.NONE),
    ("", "hola", {"pending": True}, Meaning.NONE),
]


@pytest.mark.parametrize(("opt_out_type", "body", "now", "meaning"), TWILIO_SAYS)
def test_what_twilio_understood_is_evidence(
    opt_out_type: str, body: str, now: dict[str, object], meaning: Meaning
) -> None:
    situation = Situation(**now)  # type: ignore[arg-type]  # a table of keywords
    assert read(body, situation, opt_out_type=opt_out_type).meaning is meaning


@pytest.mark.parametrize("kind", SenderKind)
@pytest.mark.parametrize(
    "word",
    [
        *DEFAULT_OPT_OUT_WORDS,
        *DEFAULT_HELP_WORDS,
        *START_WORDS,
        "Arrêt",
        "aide",
        "opt-out",
        " st op ",
        "STOP IT",
    ],
)
def test_a_fixed_word_cannot_be_a_campaigns_keyword(word: str, kind: SenderKind) -> None:
    reason = reserved_reason(word, sender_kind=kind)
    assert reason is not None
    assert reason.endswith("Choose another keyword.")


@pytest.mark.parametrize("word", ["", "  ", "!!", "👍", "A" * 21, "SALE👍", "VIP!", "C++", "a\u200bb"])
def test_a_word_that_nobody_can_type_is_refused_with_a_sentence(word: str) -> None:
    reason = reserved_reason(word, sender_kind=SenderKind.SHORT_CODE)
    assert reason is not None
    assert reason.endswith(".")


@pytest.mark.parametrize("word", ["JOIN", "VIP 2026", "happy-hour", "Ürün", "हाँ", "42", "END2END", "A" * 20])
def test_other_words_are_free(word: str) -> None:
    assert reserved_reason(word, sender_kind=SenderKind.LONG_CODE) is None
