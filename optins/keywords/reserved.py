"""Words that no campaign can hold: those that we read, and those that Twilio or a network acts upon."""

import unicodedata
from collections.abc import Mapping

from optins.keywords.carriers import SenderKind
from optins.keywords.folding import fold
from optins.keywords.reading import Meaning, Situation, read
from optins.keywords.vocabulary import ALL_LANGUAGES, START

MAX_KEYWORD_LENGTH = 20
_ACTS: Mapping[SenderKind, str] = {
    SenderKind.SHORT_CODE: "it keeps its own meaning on every sender",
    SenderKind.LONG_CODE: "Twilio acts on it before the text reaches the campaign",
    SenderKind.TOLL_FREE: "the toll-free network acts on it before the text reaches the campaign",
    SenderKind.MESSAGING_SERVICE: "Twilio acts on it before the text reaches the campaign",
}


def reserved_reason(word: str, *, sender_kind: SenderKind, languages: frozenset[str] = ALL_LANGUAGES) -> str | None:
    """Why a word cannot be a campaign's keyword on such a sender, as a sentence; None when it can.

    Words that the global options add, and keywords that other campaigns hold, are the caller's to check.
    """
    folded = fold(word)
    if not folded:
        return "A keyword needs at least one letter or digit."
    if len(folded) > MAX_KEYWORD_LENGTH:
        return f"A keyword may have at most {MAX_KEYWORD_LENGTH} letters and digits; this one has {len(folded)}."
    if not all(map(_is_typeable, word.strip())):
        return "A keyword is typed on a phone: use only letters, digits, spaces and hyphens."
    return _taken_by_a_fixed_word(word, sender_kind, languages)


def _is_typeable(character: str) -> bool:
    return character.isalnum() or character in " -" or unicodedata.category(character) in ("Mn", "Mc")


def _taken_by_a_fixed_word(word: str, kind: SenderKind, languages: frozenset[str]) -> str | None:
    shown = word.strip().upper()
    if fold(word) in START:
        return f"{shown} lets people who opted out come back, and {_ACTS[kind]}. Choose another keyword."
    meaning = read(word, Situation(languages=languages)).meaning
    if meaning is Meaning.OPT_OUT:
        return f"{shown} is read as an opt-out, and {_ACTS[kind]}. Choose another keyword."
    if meaning is Meaning.REVIEW:
        return f"{shown} may be read as an opt-out: a person would have to decide each time. Choose another keyword."
    if meaning is Meaning.HELP:
        return f"{shown} asks for help, and {_ACTS[kind]}. Choose another keyword."
    return None
