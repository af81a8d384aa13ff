"""What an inbound text means, which words a campaign may hold, and who answers.

Everything here is a plain rule: text in, decision out. Two readings must not be mixed up:

* **Ours is generous about leaving and strict about joining.** A word is compared after `fold`, so that
  ` Stop! `, `"STOP"`, full-width letters and invisible characters all meet; a short text around a clear STOP
  still ends consent. A yes must be the whole text: nobody is subscribed by a guess.
* **The carrier's is literal.** Twilio and the toll-free network act only on a body that *is* one of their
  words, letter case and outer spaces aside. `carrier_answers` uses that comparison and no other.

Sources: 47 CFR 64.1200(a)(10); CTIA Messaging Principles 5.1.3;
twilio.com/docs/messaging/tutorials/advanced-opt-out; support.twilio.com articles 223134027 (long codes),
223182208 (short codes), 360058144374 (toll-free), 31560110671259 (whole body only).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

# --- Folding ---------------------------------------------------------------------------------

# Deleted rather than turned into a space, so that "don't" stays one word.
_QUOTES = frozenset("'\"`´‘’‚‛“”„‟‹›«»′″＇＂")
# Letters by category that no screen shows: Hangul fillers and Khmer inherent vowels.
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5")
_ACCENTS = re.compile(r"(^|[ a-z])[\u0300-\u036f]+")


@lru_cache(maxsize=4096)
def _spelled(character: str) -> str:
    """What remains of one character: itself, a space that parts words, or nothing at all."""
    if character.isspace():
        return " "
    if character in _QUOTES or character in _BLANK_LETTERS:
        return ""
    category = unicodedata.category(character)
    if category[0] in "LN":
        return character
    if category in ("Mn", "Mc"):
        return "" if unicodedata.name(character, "").startswith("VARIATION SELECTOR") else character
    # Zero-width, control, private and unassigned characters vanish; punctuation and signs part words.
    return "" if category[0] in "CM" else " "


def words(text: str) -> list[str]:
    """The folded words of a text, in order; empty for a text without a letter or digit.

    Compatibility forms (full-width, ligatures) become plain, case is dropped, accents are taken off Latin
    letters only (elsewhere a mark can be a different letter), quotes and invisible characters vanish, and
    punctuation separates. Time is linear in the length of the text.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    spelled = "".join(map(_spelled, unicodedata.normalize("NFKD", plain)))
    return unicodedata.normalize("NFC", _ACCENTS.sub(r"\1", spelled)).split()


def fold(text: str) -> str:
    """The form in which two keywords are compared: the words of the text, run together.

    `fold("Opt-Out") == fold("opt out") == fold("OPTOUT")`. It is also the unique key of a campaign's keyword
    on its sender. Empty when the text holds no letter and no digit.
    """
    return _together(words(text))


def _together(folded_words: list[str]) -> str:
    return unicodedata.normalize("NFC", "".join(folded_words))


# --- Words -----------------------------------------------------------------------------------

# In the order in which the global options show them. They can be added to, never taken away.
DEFAULT_OPT_OUT_WORDS = ("STOP", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "STOPALL", "REVOKE", "OPTOUT")
DEFAULT_HELP_WORDS = ("HELP", "INFO")
# YES is fixed, the others are a suggestion.
DEFAULT_OPT_IN_WORDS = ("YES", "START", "UNSTOP", "JOIN")
# What Twilio itself takes for "I want texts again".
START_WORDS = ("YES", "START", "UNSTOP")
RESTART_WORD = "START"
"""The word that brings a person back on every kind of sender: what carriers know, we always know too."""

# Understood without being shown: French, which carriers in Canada require.
_OPT_OUT = frozenset(map(fold, (*DEFAULT_OPT_OUT_WORDS, "ARRET")))
_HELP = frozenset(map(fold, (*DEFAULT_HELP_WORDS, "AIDE")))
_START = frozenset(map(fold, START_WORDS))
_YES = fold("YES")

# Said around a keyword without changing it: "please stop", "cancel it now".
_COURTESY = frozenset((
    "please", "pls", "plz", "now", "thanks", "thank", "you", "ok", "okay", "it", "this", "that", "all", "me",
    "everything", "sending", "texting", "messaging", "text", "texts", "message", "messages",
))  # fmt: skip
# Words that hardly begin anything but a wish to leave; END, QUIT and CANCEL begin many other sentences.
_CLEAR = frozenset(("stop", "stopall", "unsubscribe", "optout"))
# After "stop" these make it a visit, a street or a different sentence: "stop by later".
_NOT_LEAVING = frozenset(["by", "at", "in", "over", "off", "sign"])
_SHORT_TEXT_WORDS = 3


# --- Reading a text --------------------------------------------------------------------------


class Meaning(StrEnum):
    """What a person wants by a text."""

    OPT_OUT = "opt_out"
    HELP = "help"
    CONFIRM = "confirm"
    RESTORE = "restore"
    KEYWORD = "keyword"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about the number and the sender when a text arrives. All words are folded.

    `pending` says that a double opt-in awaits YES on that sender, `stopped` that the last STOP ended
    something which can be restored; `campaign_keywords` are those held on that sender, with their campaign.
    The fixed opt-out, help and START words count whether they are listed or not.
    """

    opt_out_words: frozenset[str] = _OPT_OUT
    help_words: frozenset[str] = _HELP
    opt_in_words: frozenset[str] = frozenset(map(fold, DEFAULT_OPT_IN_WORDS))
    campaign_keywords: Mapping[str, int] = field(default_factory=dict)
    pending: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A meaning, the name of the rule that found it, and the folded word it was found by."""

    meaning: Meaning
    rule: str
    word: str
    campaign_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """A text, ready for the rules: its words, the words run together, and Twilio's own verdict."""

    words: list[str]
    whole: str
    twilio: str


_Rule = Callable[[_Said, Situation], Reading | None]


def _asks_to_stop(said: _Said, now: Situation) -> Reading | None:
    stops = now.opt_out_words | _OPT_OUT
    if said.twilio == "STOP":
        return Reading(Meaning.OPT_OUT, "opt_out_type", said.whole)
    if said.whole in stops:
        return Reading(Meaning.OPT_OUT, "opt_out_word", said.whole)
    bare = "".join(word for word in said.words if word not in _COURTESY)
    if bare in stops:
        return Reading(Meaning.OPT_OUT, "opt_out_with_courtesy", bare)
    return _begins_with_stop(said)


def _begins_with_stop(said: _Said) -> Reading | None:
    """A short text that begins with a clear word leaves too ("stop texting me"), save for "stop by later"."""
    if len(said.words) > _SHORT_TEXT_WORDS:
        return None
    for length in (1, 2):
        head, rest = "".join(said.words[:length]), said.words[length:]
        if head in _CLEAR and rest and rest[0] not in _NOT_LEAVING:
            return Reading(Meaning.OPT_OUT, "opt_out_word_first", head)
    return None


def _asks_for_help(said: _Said, now: Situation) -> Reading | None:
    if said.twilio == "HELP":
        return Reading(Meaning.HELP, "opt_out_type", said.whole)
    if said.whole in now.help_words | _HELP:
        return Reading(Meaning.HELP, "help_word", said.whole)
    return None


def _confirms(said: _Said, now: Situation) -> Reading | None:
    if now.pending and said.whole in _START:
        return Reading(Meaning.CONFIRM, "start_word_while_pending", said.whole)
    return None


def _names_a_campaign(said: _Said, now: Situation) -> Reading | None:
    campaign_id = now.campaign_keywords.get(said.whole)
    if campaign_id is None:
        return None
    return Reading(Meaning.KEYWORD, "campaign_keyword", said.whole, campaign_id)


def _confirms_otherwise(said: _Said, now: Situation) -> Reading | None:
    if now.pending and said.twilio == "START":
        return Reading(Meaning.CONFIRM, "opt_out_type", said.whole)
    if now.pending and said.whole in now.opt_in_words:
        return Reading(Meaning.CONFIRM, "opt_in_word_while_pending", said.whole)
    return None


def _comes_back(said: _Said, now: Situation) -> Reading | None:
    if now.stopped and said.twilio == "START":
        return Reading(Meaning.RESTORE, "opt_out_type", said.whole)
    if now.stopped and said.whole in (now.opt_in_words | _START) - {_YES}:
        return Reading(Meaning.RESTORE, "opt_in_word_after_stop", said.whole)
    return None


# The precedence, highest first. Leaving wins over everything; a campaign's own keyword comes after YES to a
# question we asked, but before the general opt-in words.
_RULES: tuple[_Rule, ...] = (
    _asks_to_stop,
    _asks_for_help,
    _confirms,
    _names_a_campaign,
    _confirms_otherwise,
    _comes_back,
)


def read(body: str, situation: Situation, *, opt_out_type: str | None = None) -> Reading:
    """The meaning of an inbound text in its situation.

    `opt_out_type` is Twilio's `OptOutType` ("STOP", "HELP", "START"), present only with Advanced Opt-Out. It
    is evidence of what Twilio understood and did, so it counts beside our own words; an unknown value counts
    for nothing. Nothing raises: what no rule knows has the meaning `none`.
    """
    said_words = words(body)
    said = _Said(said_words, _together(said_words), (opt_out_type or "").strip().upper())
    for rule in _RULES:
        reading = rule(said, situation)
        if reading is not None:
            return reading
    return Reading(Meaning.NONE, "no_rule", said.whole)


# --- Senders and who answers -----------------------------------------------------------------


class SenderKind(StrEnum):
    """What a text comes from."""

    SHORT_CODE = "short_code"
    LONG_CODE = "long_code"
    TOLL_FREE = "toll_free"
    MESSAGING_SERVICE = "messaging_service"


_ADDRESSES: Mapping[SenderKind, re.Pattern[str]] = {
    SenderKind.SHORT_CODE: re.compile(r"\d{3,8}"),
    SenderKind.MESSAGING_SERVICE: re.compile(r"MG[0-9a-fA-F]{32}"),
    # The toll-free area codes of North America, where alone toll-free numbers text.
    SenderKind.TOLL_FREE: re.compile(r"\+18(?:00|33|44|55|66|77|88)\d{7}"),
    SenderKind.LONG_CODE: re.compile(r"\+[1-9]\d{6,14}"),
}


def kind_of_sender(address: str) -> SenderKind | None:
    """What an address looks like: a short code, an E.164 number, a messaging service SID; None for none of them."""
    return next((kind for kind, shape in _ADDRESSES.items() if shape.fullmatch(address)), None)


@dataclass(frozen=True, slots=True)
class _Carrier:
    """The bodies a carrier acts upon: in any case, and only when it had blocked the pair before."""

    always: frozenset[str] = frozenset()
    when_blocked: frozenset[str] = frozenset()


_STOPS = frozenset(DEFAULT_OPT_OUT_WORDS)
_HELPS = frozenset(DEFAULT_HELP_WORDS)
_NOBODY = _Carrier()
# A START word that lifts no block passes silently, so what it confirms is ours to answer.
_TWILIO = _Carrier(always=_STOPS | _HELPS | {"ARRET"}, when_blocked=frozenset(START_WORDS))
# The toll-free network knows no YES, and Twilio answers the HELP it lets through.
_NETWORK_AND_TWILIO = _Carrier(always=_STOPS | _HELPS, when_blocked=frozenset(("START", "UNSTOP")))
_NETWORK = _Carrier(always=frozenset(("STOP",)), when_blocked=frozenset(("START", "UNSTOP")))

# Who acts on a body that came without OptOutType, by kind of sender and Advanced Opt-Out. With it switched
# on, Twilio marks what it answered, so an unmarked body was not answered; only the toll-free network, which
# stands before Twilio and cannot be switched off, acts all the same.
_CARRIERS: Mapping[tuple[SenderKind, bool], _Carrier] = {
    (SenderKind.SHORT_CODE, False): _NOBODY,
    (SenderKind.LONG_CODE, False): _TWILIO,
    (SenderKind.TOLL_FREE, False): _NETWORK_AND_TWILIO,
    (SenderKind.MESSAGING_SERVICE, False): _TWILIO,
    (SenderKind.SHORT_CODE, True): _NOBODY,
    (SenderKind.LONG_CODE, True): _NOBODY,
    (SenderKind.TOLL_FREE, True): _NETWORK,
    (SenderKind.MESSAGING_SERVICE, True): _NOBODY,
}


def carrier_answers(
    kind: SenderKind, *, advanced_opt_out: bool, opt_out_type: str | None, body: str, was_blocked: bool
) -> bool:
    """Whether the answer to this body is the carrier's, so that ours would be one text too many.

    `kind` is that of the number which was texted, also when that number belongs to a messaging service.
    `was_blocked`: whether the carrier held a block on the pair of numbers before the text.
    """
    if opt_out_type and opt_out_type.strip():
        return True
    carrier = _CARRIERS[kind, advanced_opt_out]
    word = body.strip().upper()
    return word in carrier.always or (was_blocked and word in carrier.when_blocked)


def lifts_block(kind: SenderKind, *, advanced_opt_out: bool, opt_out_type: str | None, body: str) -> bool:
    """Whether a person who was stopped can be texted again after this body, as far as the carrier goes.

    Where nobody but us blocks (a short code without Advanced Opt-Out), whatever we take for a yes will do.
    """
    if kind is SenderKind.SHORT_CODE and not advanced_opt_out:
        return True
    if (opt_out_type or "").strip().upper() == "START":
        return True
    return body.strip().upper() in _CARRIERS[kind, advanced_opt_out].when_blocked


# --- Keywords a campaign may hold ------------------------------------------------------------

MAX_KEYWORD_LENGTH = 20
_ACTS: Mapping[SenderKind, str] = {
    SenderKind.SHORT_CODE: "it keeps its own meaning on every sender",
    SenderKind.LONG_CODE: "Twilio acts on it before the text reaches the campaign",
    SenderKind.TOLL_FREE: "the toll-free network acts on it before the text reaches the campaign",
    SenderKind.MESSAGING_SERVICE: "Twilio acts on it before the text reaches the campaign",
}


def reserved_reason(word: str, *, sender_kind: SenderKind) -> str | None:
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
    return _taken_by_a_fixed_word(word, folded, sender_kind)


def _is_typeable(character: str) -> bool:
    return character.isalnum() or character in " -" or unicodedata.category(character) in ("Mn", "Mc")


def _taken_by_a_fixed_word(word: str, folded: str, kind: SenderKind) -> str | None:
    shown = word.strip().upper()
    if folded in _START:
        return f"{shown} lets people who opted out come back, and {_ACTS[kind]}. Choose another keyword."
    meaning = read(word, Situation()).meaning
    if meaning is Meaning.OPT_OUT:
        return f"{shown} is read as an opt-out, and {_ACTS[kind]}. Choose another keyword."
    if meaning is Meaning.HELP:
        return f"{shown} asks for help, and {_ACTS[kind]}. Choose another keyword."
    return None
