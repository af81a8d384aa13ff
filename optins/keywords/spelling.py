"""Words of leaving as they are mistyped: `stpo`, `unsuscribe`, `STOPPP`.

Three ways, from safe to daring. A word is the same after its repeated letters are squeezed; it is one of the slips
of STOP that mean nothing else (a neighbouring key, two letters exchanged); or it is one or two letters away from a
long word of leaving. Real words that are as near, such as *shop*, *step* or *subscribe*, are not taken for it.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from optins.keywords.folding import squeezed

# Letters away at which a word of so many letters is still meant. Shorter ones have too many neighbours.
_FAR, _FAR_FROM = 2, 10
_NEAR, _NEAR_FROM = 1, 6
_LONGEST = 16

# Letters exchanged, one left out, a digit for a letter: no words of any language we read, in any sentence.
_SLIPS = {
    **dict.fromkeys(("stpo", "sotp", "tsop", "stp", "st0p", "5top", "5t0p", "sstop"), "stop"),
    **dict.fromkeys(("qiut", "quti"), "quit"),
    **dict.fromkeys(("unsub", "unsubs", "unscribe"), "unsubscribe"),
}
# Neighbouring keys, and words glued together. Some are words too, so that they count only as the whole text.
_SLIPS_ALONE = {
    **dict.fromkeys((
        "sto", "stopo", "stopl", "stopit", "stops", "stoped", "stopped", "stob", "dtop", "wtop", "etop", "atop", "xtop",
        "ztop", "srop", "syop", "sfop", "sgop", "stip", "stpp", "stlp", "stkp", "st9p", "stol", "sto0", "stop1",
        "stopplease", "pleasestop", "plsstop", "stoppls", "stopnow", "stopthis", "stoptexting", "stoptext", "stoptexts",
        "stoptextingme", "stopmessages", "stopmsg", "stopsms", "stopspam",
    ), "stop"),
    "edn": "end",
}  # fmt: skip
_OTHER_WORDS = frozenset((
    "subscribe", "subscribed", "resubscribe", "cancer", "candle", "channel", "evoke", "invoke", "provoke", "revolve",
    "cancels", "canceled", "cancelled", "lookout", "workout", "output", "shootout",
))  # fmt: skip


def meant(word: str, vocabulary: frozenset[str], *, alone: bool) -> str | None:
    """The word of `vocabulary` (folded) that a folded word is mistyped from; None for none, and for the word itself.

    `alone`: whether it is all that was texted, where more is believed than in a sentence.
    """
    if word in vocabulary or word in _OTHER_WORDS:
        return None
    slip = _SLIPS.get(word) or (_SLIPS_ALONE.get(word) if alone else None)
    if slip is not None:
        return slip
    squeezed_word = squeezed(word)
    if squeezed_word != word:
        found = _by_squeezed(vocabulary).get(squeezed_word)
        if found is not None:
            return found
    return _nearest(word, vocabulary)


def _nearest(word: str, vocabulary: frozenset[str]) -> str | None:
    if not _NEAR_FROM - 1 <= len(word) <= _LONGEST:
        return None
    index = _by_what_is_left(vocabulary)
    for left in _leaving_out(word, _FAR if len(word) >= _FAR_FROM - 1 else _NEAR):
        found = index.get(left)
        # Nobody mistypes the first letter as a rule, and with it "resubscribe" would be near "unsubscribe".
        if found is not None and found[0] == word[0]:
            return found
    return None


@lru_cache(maxsize=16)
def _by_squeezed(vocabulary: frozenset[str]) -> dict[str, str]:
    return {squeezed(word): word for word in sorted(vocabulary)}


@lru_cache(maxsize=16)
def _by_what_is_left(vocabulary: frozenset[str]) -> dict[str, str]:
    """Each long word under what is left of it without one letter (or two): equal rests are near words."""
    return {
        left: word
        for word in sorted(vocabulary)
        if len(word) >= _NEAR_FROM
        for left in _leaving_out(word, _FAR if len(word) >= _FAR_FROM else _NEAR)
    }


def _leaving_out(word: str, letters: int) -> Iterator[str]:
    """The word, then each of its rests without up to so many letters."""
    rests: Iterable[str] = (word,)
    yield word
    for _ in range(letters):
        rests = {rest[:place] + rest[place + 1 :] for rest in rests for place in range(len(rest))}
        yield from rests
