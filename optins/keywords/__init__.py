"""What an inbound text means, which words a campaign may hold, and who answers.

Everything here is a plain rule: text in, decision out. Two readings must not be mixed up:

* **Ours is generous about leaving and strict about joining.** Texts are compared by their folded words, so that
  ` Stop! `, `"STOP"`, full-width letters and invisible characters all meet; mistyped words and a person's own
  wording end consent too. A yes must be the whole text: nobody is subscribed by a guess.
* **The carrier's is literal.** Twilio and the toll-free network act only on a body that *is* one of their words.

| module | holds |
|---|---|
| `folding` | the form in which texts and keywords are compared |
| `vocabulary` | the words, by language |
| `spelling` | words as they are mistyped |
| `echoes` | reactions and quotations: our words, not the person's |
| `phrases`, `sentences` | leaving in one's own words |
| `reading` | the rules in their order: `read` |
| `carriers` | senders, and who answers |
| `reserved` | words that no campaign can hold |
"""

from optins.keywords.carriers import (
    SenderKind,
    carrier_answers,
    idle_restart_words,
    kind_of_sender,
    lifts_block,
    opt_out_type_of,
)
from optins.keywords.folding import fold, words
from optins.keywords.reading import RULES, UNANSWERED, Meaning, Reading, Situation, read
from optins.keywords.reserved import MAX_KEYWORD_LENGTH, reserved_reason
from optins.keywords.vocabulary import (
    ALL_LANGUAGES,
    DEFAULT_HELP_WORDS,
    DEFAULT_OPT_IN_WORDS,
    DEFAULT_OPT_OUT_WORDS,
    LANGUAGES,
    RESTART_WORD,
    START_WORDS,
)

__all__ = [
    "ALL_LANGUAGES",
    "DEFAULT_HELP_WORDS",
    "DEFAULT_OPT_IN_WORDS",
    "DEFAULT_OPT_OUT_WORDS",
    "LANGUAGES",
    "MAX_KEYWORD_LENGTH",
    "RESTART_WORD",
    "RULES",
    "START_WORDS",
    "UNANSWERED",
    "Meaning",
    "Reading",
    "SenderKind",
    "Situation",
    "carrier_answers",
    "fold",
    "idle_restart_words",
    "kind_of_sender",
    "lifts_block",
    "opt_out_type_of",
    "read",
    "reserved_reason",
    "words",
]
