"""Texts that repeat ours: a phone's reaction (`Liked “Reply STOP to cancel”`) and what people quote back.

A phone without our messenger sends a reaction as words around the text that was reacted to, in the language of
its owner. What stands in quotes was said by us, so that its STOP is nobody's wish.
"""

import re
from typing import Final

from optins.keywords.folding import words

_OPENING: Final = re.compile(r"[\"“„«‟＂]")
_QUOTED: Final = re.compile(r"[\"“„«‟＂][^\"“”„«»‟＂]*[\"”“»‟＂]")
_QUOTED_LINE: Final = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
# Words that follow the quotation where the verb comes last, as in German.
_TAILS: Final = frozenset(("", "reagiert", "geliked", "gelikt", "geliebt", "nicht", "hinzugefugt", "entfernt"))
_LONGEST_LEAD: Final = 60
# Quoted words up to this many can be meant: “please stop”.
_FEW_WORDS: Final = 3

# What stands before the quotation, folded, by messenger and language: Apple's words, then Google's.
_LEADS: Final = frozenset((
    # English
    "liked", "loved", "disliked", "laughed at", "emphasized", "emphasised", "questioned", "reacted to",
    "reacted with to", "removed a like from", "removed a heart from", "removed a dislike from",
    "removed a laugh from", "removed an exclamation from", "removed an exclamation mark from",
    "removed a question mark from", "removed from", "removed a reaction from", "removed reaction from",
    # Spanish
    "le gusto", "le encanto", "no le gusto", "le dio risa", "enfatizo", "exclamo por", "dudo sobre", "cuestiono",
    "reacciono a", "reacciono con a", "ha reaccionado a", "ha reaccionado con a", "le ha gustado", "le ha encantado",
    "quito un me gusta de", "quito un me gusta a", "elimino un me gusta de",
    # French
    "a aime", "a adore", "na pas aime", "a ri de", "a ri a", "a mis en evidence", "a souligne", "a exclame",
    "a exclame sur", "sest interroge sur", "a questionne", "a reagi a", "a reagi par a", "a reagi avec a",
    "a supprime un jaime de", "a retire un jaime de", "a retire un jaime sur",
    # German
    "gefallt", "gefallt mir", "liebt", "mag", "gefallt nicht", "lacht uber", "lachte uber", "hat uber gelacht",
    "hebt hervor", "betonte", "hinterfragt", "hinterfragte", "hat", "hat mit auf", "reagierte mit auf",
    "hat auf", "reagiert mit auf", "hat gefallt mir von entfernt",
    # Portuguese
    "curtiu", "gostou de", "amou", "adorou", "nao gostou de", "nao curtiu", "riu de", "riu", "enfatizou",
    "questionou", "reagiu a", "reagiu com a", "reagiu com em", "removeu uma curtida de",
))  # fmt: skip
# Google's reactions: the sign, a preposition, the quotation.
_AFTER_A_SIGN: Final = frozenset(("", "to", "a", "auf", "zu", "en", "em", "sur", "en respuesta a", "em resposta a"))
_THINGS: Final = re.compile(
    r"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted \S{1,12} to) "
    r"an? (?:image|photo|picture|video|movie|attachment|audio message|sticker|message|location|contact|link)\W*",
    re.IGNORECASE,
)


def is_reaction(text: str) -> bool:
    """Whether the whole text is what a phone sends for a reaction to one of ours."""
    body = text.strip()
    if _THINGS.fullmatch(body[:80]):
        return True
    opening = _OPENING.search(body, 0, _LONGEST_LEAD)
    if opening is None:
        return False
    lead = body[: opening.start()]
    if not _is_lead(lead, " ".join(words(lead))):
        return False
    tail = re.split(r"[\"”“»‟＂]", body)[-1] if opening.end() < len(body) else ""
    closed = bool(re.search(r"[\"”“»‟＂]", body[opening.end() :]))
    return not closed or " ".join(words(tail)) in _TAILS


def _is_lead(lead: str, said: str) -> bool:
    begins_with_a_sign = bool(lead.strip()) and not lead.lstrip("\u200b\u200c\u200d\ufeff ")[:1].isalnum()
    return said in _LEADS or (begins_with_a_sign and said in _AFTER_A_SIGN)


def without_quotations(text: str) -> str:
    """A person's own words: the text without what it quotes, or all of it when it is a quotation and no more.

    A few words in quotes are the person's: `"stop"`, `please “stop” now`.
    """
    if not _OPENING.search(text) and ">" not in text:
        return text
    own = _QUOTED_LINE.sub(" ", _QUOTED.sub(_long_one_away, text))
    return own if words(own) else text


def _long_one_away(quotation: re.Match[str]) -> str:
    return quotation.group() if len(words(quotation.group())) <= _FEW_WORDS else " . "
