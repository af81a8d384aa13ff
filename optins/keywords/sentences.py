"""Texts in a person's own words: do they ask to be left alone, how to stop, for something else, or is it unsure?

The text is taken as its words, mistyped ones mended. A phrase of leaving decides, unless what stands before it turns
it round (“don't stop texting me”). A word of stopping outside of any phrase is looked at with its neighbours.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from optins.keywords import phrases, spelling
from optins.keywords.folding import together, words
from optins.keywords.vocabulary import CLEAR

_SHORT: Final = 3
_COPIED: Final = 6
# How far before a word the "not" may stand that turns it round.
_REACH: Final = 5
_ENDS_OF_SENTENCES: Final = re.compile(r"[.!?,;:…\n\r–—]+")
_ANSWERING: Final = frozenset((
    "reply", "text", "txt", "send", "texting", "respond", "repondez", "envoyez", "envie", "antworten", "mit",
))  # fmt: skip
_IN_ORDER_TO: Final = frozenset(("to", "2", "4", "for", "pour", "para", "zum", "um"))
_ORDERS: Final = frozenset(
    ("end", "cancel", "quit", "unsubscribe", "optout", "opt", "stop", "leave", "be", "no", "out")
)


_NOT: Final = phrases.REFUSALS | phrases.INABILITIES | phrases.COMPLAINTS


class Wish(StrEnum):
    """What a text asks for, named as the rule that is told."""

    LEAVE = "opt_out_phrase"
    LEAVE_BY_A_SENTENCE = "opt_out_sentence"
    LEAVE_BY_THE_FIRST_WORD = "opt_out_word_first"
    LEARN_HOW = "question_about_stopping"
    OTHER = "stop_in_another_sense"
    REPEAT = "our_own_words"
    UNSURE = "doubtful"


_LEAVING: Final = frozenset((Wish.LEAVE, Wish.LEAVE_BY_A_SENTENCE, Wish.LEAVE_BY_THE_FIRST_WORD))


def without_courtesy(said: Sequence[str]) -> str:
    """The words that carry meaning, run together."""
    return together([word for word in said if word not in phrases.COURTESY])


def wish_of(body: str, said: Sequence[str], languages: frozenset[str]) -> Wish | None:
    """What a text asks for; None when it is about nothing of the kind. `said` are the words of `body`."""
    said = [_mended(word) for word in said]
    own = _without_our_words(said)
    places = [place for place, word in enumerate(own) if word not in phrases.NOISE]
    spoken = [own[place] for place in places]
    is_question = phrases.asks(spoken, languages)
    leaves = [
        (places[start], places[end - 1] if end <= len(places) else len(own))
        for start, end in phrases.leaving(spoken, languages)
    ]
    if not leaves and phrases.SUSPECTS.isdisjoint(said if is_question else own):
        if phrases.doubtful(own):
            return Wish.UNSURE
        return Wish.REPEAT if len(own) < len(said) else None
    has_our_words = len(own) < len(said)
    wish = Wish.UNSURE if has_our_words and not leaves else _decided(own, leaves)
    if (is_question or wish not in _LEAVING) and not has_our_words and _a_sentence_leaves(body, languages):
        return Wish.LEAVE_BY_A_SENTENCE
    if is_question and wish is not Wish.OTHER:
        return Wish.UNSURE if phrases.doubtful(own) else Wish.LEARN_HOW
    return wish


def _decided(own: Sequence[str], leaves: Sequence[tuple[int, int]]) -> Wish:
    """By the strongest sign of all: one plain wish to leave is not undone by a second mention."""
    signs = {_sign_of_phrase(own, start, last) for start, last in leaves}
    if Wish.LEAVE in signs:
        return Wish.LEAVE
    if without_courtesy(own) in CLEAR:
        return Wish.LEAVE_BY_A_SENTENCE
    if _begins_with_stop(own):
        return Wish.LEAVE_BY_THE_FIRST_WORD
    signs |= {_sign_of_word(own, place) for place, word in enumerate(own) if word in phrases.SUSPECTS}
    return Wish.UNSURE if Wish.UNSURE in signs or phrases.doubtful(own) else Wish.OTHER


def _a_sentence_leaves(body: str, languages: frozenset[str]) -> bool:
    """Whether one sentence does by itself: “I said do not! Stop texting me” is no “do not stop”."""
    parts = _ENDS_OF_SENTENCES.split(body)
    return len(parts) > 1 and any(wish_of(part, words(part), languages) in _LEAVING for part in parts)


def _mended(word: str) -> str:
    return word if len(word) < 3 or word in phrases.KNOWN else spelling.meant(word, _TO_MEND, alone=False) or word


_TO_MEND: Final = frozenset(("stop", "unsubscribe", "cancel", "revoke", "optout"))


def _without_our_words(said: Sequence[str]) -> list[str]:
    """The words without “reply STOP to cancel”, which only we write; a text of little else means it."""
    if len(said) <= _COPIED or "stop" not in said:
        return list(said)
    kept: list[str] = []
    position = 0
    while position < len(said):
        length = _length_of_our_words(said, position)
        if length and kept and kept[-1] in _ANSWERING:
            kept.pop()
        if not length:
            kept.append(said[position])
        position += length or 1
    return kept


def _length_of_our_words(said: Sequence[str], position: int) -> int:
    """How many words from here on are `STOP to cancel`, or after “reply” just `STOP`; 0 for none."""
    if said[position] not in ("stop", "arret"):
        return 0
    after = said[position + 1 : position + 4]
    if len(after) > 1 and after[0] in _IN_ORDER_TO and after[1] in _ORDERS:
        return 4 if after[1] in ("opt", "be") and len(after) > 2 else 3
    is_told = position > 0 and said[position - 1] in _ANSWERING
    return 1 if is_told else 0


def _begins_with_stop(own: Sequence[str]) -> bool:
    """A short text that begins with a clear word leaves too ("stop lol ok"), save for "stop by later"."""
    if len(own) > _SHORT:
        return False
    heads = ((together(list(own[:length])), own[length:]) for length in (1, 2))
    return any(head in CLEAR and rest and rest[0] not in phrases.AFTER_OTHER for head, rest in heads)


def _sign_of_phrase(own: Sequence[str], start: int, last: int) -> Wish:
    """A phrase of leaving from the word `start` to the word `last`, with what stands around it."""
    if own[start] in ("stop", "quit", "cancel") and start and own[start - 1] in phrases.BEFORE_OTHER:
        return Wish.OTHER
    if own[last : last + 1] == ["stop"] and last + 1 < len(own) and own[last + 1] in phrases.AFTER_OTHER:
        return Wish.OTHER
    if own[start] in phrases.REFUSALS:
        return Wish.LEAVE
    match _not_before(own, start):
        case "":
            return Wish.LEAVE
        case word:
            return Wish.OTHER if word in phrases.REFUSALS else Wish.UNSURE


def _sign_of_word(own: Sequence[str], place: int) -> Wish:
    """A word of stopping that belongs to no phrase."""
    before = own[place - 1] if place else ""
    following = own[place + 1 : place + 4]
    if before in phrases.BEFORE_OTHER or (following and following[0] in phrases.AFTER_OTHER):
        return Wish.OTHER
    if own[place] == "cancel" and not phrases.BUSINESS.isdisjoint(following):
        return Wish.OTHER
    return Wish.OTHER if _not_before(own, place) in phrases.REFUSALS | phrases.INABILITIES else Wish.UNSURE


def _not_before(own: Sequence[str], place: int) -> str:
    """The “not” that turns the word at `place` round, blank without one."""
    for position in range(place - 1, max(-1, place - 1 - _REACH), -1):
        if own[position] in _NOT:
            return own[position]
        if own[position] not in phrases.BETWEEN:
            return ""
    return ""
