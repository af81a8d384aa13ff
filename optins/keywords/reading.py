"""What an inbound text means: the rules in their order, and the one that wins.

Leaving is understood generously, joining strictly. The exact words come first, in the precedence opt-out, help, YES to
a question of ours, a campaign's keyword, coming back. Only a text that is none of them is read as a sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from campaigns.language import gettext_lazy as _
from optins.keywords import spelling
from optins.keywords.echoes import is_reaction, without_quotations
from optins.keywords.folding import in_latin, together, words
from optins.keywords.sentences import Wish, wish_of, without_courtesy
from optins.keywords.vocabulary import ALL_LANGUAGES, DEFAULT_OPT_IN_WORDS, START, YES, help_words, opt_out_words


class Meaning(StrEnum):
    """What a person wants by a text."""

    OPT_OUT = "opt_out"
    HELP = "help"
    CONFIRM = "confirm"
    RESTORE = "restore"
    KEYWORD = "keyword"
    NONE = "none"
    REVIEW = "review"


RULES: Final = {
    "opt_out_type": _("Twilio marked the text as one of its own keywords."),
    "opt_out_word": _("The whole text is an opt-out keyword."),
    "opt_out_with_courtesy": _("The text is an opt-out keyword with words of courtesy around it."),
    "opt_out_near_miss": _("The text is an opt-out keyword, mistyped."),
    "opt_out_word_first": _("A short text that begins with an opt-out keyword."),
    "opt_out_sentence": _("One sentence of the text is an opt-out keyword by itself."),
    "opt_out_phrase": _("The text asks in its own words to be left alone."),
    "help_word": _("The whole text is a help keyword."),
    "help_with_courtesy": _("The text is a help keyword with words of courtesy around it."),
    "question_about_stopping": _("The text asks how to stop, which the help message tells."),
    "start_word_while_pending": _("START or YES in answer to a double opt-in."),
    "opt_in_word_while_pending": _("An opt-in keyword in answer to a double opt-in."),
    "opt_in_word_after_stop": _("An opt-in keyword after a STOP."),
    "campaign_keyword": _("The whole text is a campaign's keyword."),
    "look_alike_letters": _("The text asks to stop or for help, in letters of another alphabet that look the same."),
    "reaction": _("A phone's reaction to one of our texts, which repeats our words and not the person's."),
    "our_own_words": _("The text only repeats what we wrote."),
    "stop_in_another_sense": _(
        "It has a word of stopping and does not ask to stop: “don't stop”, “stop by the store”."
    ),
    "doubtful": _("It may ask to stop, and no rule is sure: a person decides, and marketing waits."),
    "no_rule": _("No rule knows this text."),
}
"""Each rule that can win, with the sentence that explains it."""

UNANSWERED: Final = frozenset(("reaction", "our_own_words", "stop_in_another_sense"))
"""Rules whose texts want no answer: to say “we did not understand” would be wrong."""

# A mistyped keyword may have a few courtesies around it.
_SHORT_TEXT_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about the number and the sender when a text arrives. All words are folded.

    `pending` says that a double opt-in awaits YES on that sender, `stopped` that the last STOP ended
    something which can be restored; `campaign_keywords` are those held on that sender, with their campaign.
    The fixed opt-out, help and START words count whether they are listed or not, and those of `languages`
    (codes of `LANGUAGES`) beside English.
    """

    opt_out_words: frozenset[str] = frozenset()
    help_words: frozenset[str] = frozenset()
    opt_in_words: frozenset[str] = frozenset(map(str.lower, DEFAULT_OPT_IN_WORDS))
    campaign_keywords: Mapping[str, int] = field(default_factory=dict)
    pending: bool = False
    stopped: bool = False
    languages: frozenset[str] = ALL_LANGUAGES

    @property
    def stops(self) -> frozenset[str]:
        return self.opt_out_words | opt_out_words(self.languages)

    @property
    def helps(self) -> frozenset[str]:
        return self.help_words | help_words(self.languages)


@dataclass(frozen=True, slots=True)
class Reading:
    """A meaning, the name of the rule that found it, and the folded word it was found by."""

    meaning: Meaning
    rule: str
    word: str
    campaign_id: int | None = None

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return str(RULES[self.rule])


@dataclass(frozen=True)
class _Said:
    """A text, ready for the rules: its words, the words run together, and Twilio's own verdict."""

    body: str
    twilio: str

    @cached_property
    def words(self) -> list[str]:
        return words(self.body)

    @cached_property
    def whole(self) -> str:
        return together(self.words)

    @cached_property
    def bare(self) -> str:
        """The text without courtesies, run together."""
        return without_courtesy(self.words)


_Rule = Callable[[_Said, Situation], Reading | None]


def _asks_to_stop(said: _Said, now: Situation) -> Reading | None:
    stops = now.stops
    if said.twilio == "STOP":
        return Reading(Meaning.OPT_OUT, "opt_out_type", said.whole)
    if said.whole in stops:
        return Reading(Meaning.OPT_OUT, "opt_out_word", said.whole)
    if said.bare in stops:
        return Reading(Meaning.OPT_OUT, "opt_out_with_courtesy", said.bare)
    return None


def _asks_for_help(said: _Said, now: Situation) -> Reading | None:
    if said.twilio == "HELP":
        return Reading(Meaning.HELP, "opt_out_type", said.whole)
    if said.whole in now.helps:
        return Reading(Meaning.HELP, "help_word", said.whole)
    return None


def _confirms(said: _Said, now: Situation) -> Reading | None:
    if now.pending and said.whole in START:
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
    if now.stopped and said.whole in (now.opt_in_words | START) - {YES}:
        return Reading(Meaning.RESTORE, "opt_in_word_after_stop", said.whole)
    return None


def _looks_like_leaving(said: _Said, now: Situation) -> Reading | None:
    """STOP and HELP in look-alike letters. Such a text never joins: joining is read strictly."""
    if said.body.isascii():
        return None
    latin = in_latin(said.words)
    if latin == said.words:
        return None
    seen = _Said(" ".join(latin), "")
    readings = (rule(seen, now) for rule in (_asks_to_stop, _asks_for_help, _says_in_other_words))
    meant = next((reading for reading in readings if reading is not None), None)
    if meant is None or meant.meaning not in (Meaning.OPT_OUT, Meaning.HELP, Meaning.REVIEW):
        return None
    return Reading(meant.meaning, "look_alike_letters", meant.word)


def _reacts(said: _Said, _: Situation) -> Reading | None:
    return Reading(Meaning.NONE, "reaction", "") if is_reaction(said.body) else None


def _mistypes_stop(said: _Said, now: Situation) -> Reading | None:
    if len(said.words) > _SHORT_TEXT_WORDS or said.whole in now.opt_in_words | START:
        return None
    for spelt in (said.whole, said.bare):
        word = spelling.meant(spelt, now.stops, alone=True)
        if word is not None:
            return Reading(Meaning.OPT_OUT, "opt_out_near_miss", word)
    return None


def _asks_for_help_otherwise(said: _Said, now: Situation) -> Reading | None:
    if said.bare in now.helps or spelling.meant(said.bare, now.helps, alone=False) is not None:
        return Reading(Meaning.HELP, "help_with_courtesy", said.bare)
    return None


_WISHES: Final[Mapping[Wish, Meaning]] = {
    Wish.LEAVE: Meaning.OPT_OUT,
    Wish.LEAVE_BY_A_SENTENCE: Meaning.OPT_OUT,
    Wish.LEAVE_BY_THE_FIRST_WORD: Meaning.OPT_OUT,
    Wish.LEARN_HOW: Meaning.HELP,
    Wish.OTHER: Meaning.NONE,
    Wish.REPEAT: Meaning.NONE,
    Wish.UNSURE: Meaning.REVIEW,
}


def _says_in_other_words(said: _Said, now: Situation) -> Reading | None:
    own = without_quotations(said.body)
    wish = wish_of(own, said.words if own is said.body else words(own), now.languages)
    return None if wish is None else Reading(_WISHES[wish], wish.value, "")


# The precedence, highest first. Leaving wins over everything; a campaign's own keyword comes after YES to a
# question we asked, but before the general opt-in words. What is guessed comes after what is certain.
_RULES: tuple[_Rule, ...] = (
    _asks_to_stop,
    _asks_for_help,
    _confirms,
    _names_a_campaign,
    _confirms_otherwise,
    _comes_back,
    _reacts,
    _looks_like_leaving,
    _mistypes_stop,
    _asks_for_help_otherwise,
    _says_in_other_words,
)


def read(body: str, situation: Situation, *, opt_out_type: str | None = None) -> Reading:
    """The meaning of an inbound text in its situation, and the rule that won.

    `opt_out_type` is Twilio's `OptOutType` ("STOP", "HELP", "START"), present only with Advanced Opt-Out. It
    is evidence of what Twilio understood and did, so it counts beside our own words; an unknown value counts
    for nothing. Nothing raises: what no rule knows has the meaning `none`. Time is linear in the text's length.
    """
    said = _Said(body, (opt_out_type or "").strip().upper())
    for rule in _RULES:
        reading = rule(said, situation)
        if reading is not None:
            return reading
    return Reading(Meaning.NONE, "no_rule", said.whole)
