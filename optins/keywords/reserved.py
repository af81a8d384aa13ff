"""Words that no campaign can hold: those that we read, and those that Twilio or a network acts upon."""

import unicodedata

from campaigns.language import gettext as _
from campaigns.language import gettext_lazy
from optins.keywords.carriers import SenderKind
from optins.keywords.folding import fold
from optins.keywords.reading import Meaning, Situation, read
from optins.keywords.vocabulary import ALL_LANGUAGES, START

MAX_KEYWORD_LENGTH = 20
# Who acts on a fixed word, by the kind of sender: nobody but we, Twilio, or the toll-free network.
_ON_TWILIO = {
    Meaning.RESTORE: gettext_lazy(
        "%(word)s lets people who opted out come back, and Twilio acts on it before the text reaches the campaign. "
        "Choose another keyword."
    ),
    Meaning.OPT_OUT: gettext_lazy(
        "%(word)s is read as an opt-out, and Twilio acts on it before the text reaches the campaign. "
        "Choose another keyword."
    ),
    Meaning.HELP: gettext_lazy(
        "%(word)s asks for help, and Twilio acts on it before the text reaches the campaign. Choose another keyword."
    ),
}
_FIXED = {
    SenderKind.SHORT_CODE: {
        Meaning.RESTORE: gettext_lazy(
            "%(word)s lets people who opted out come back, and it keeps its own meaning on every sender. "
            "Choose another keyword."
        ),
        Meaning.OPT_OUT: gettext_lazy(
            "%(word)s is read as an opt-out, and it keeps its own meaning on every sender. Choose another keyword."
        ),
        Meaning.HELP: gettext_lazy(
            "%(word)s asks for help, and it keeps its own meaning on every sender. Choose another keyword."
        ),
    },
    SenderKind.LONG_CODE: _ON_TWILIO,
    SenderKind.TOLL_FREE: {
        Meaning.RESTORE: gettext_lazy(
            "%(word)s lets people who opted out come back, and the toll-free network acts on it before the text "
            "reaches the campaign. Choose another keyword."
        ),
        Meaning.OPT_OUT: gettext_lazy(
            "%(word)s is read as an opt-out, and the toll-free network acts on it before the text reaches the "
            "campaign. Choose another keyword."
        ),
        Meaning.HELP: gettext_lazy(
            "%(word)s asks for help, and the toll-free network acts on it before the text reaches the campaign. "
            "Choose another keyword."
        ),
    },
    SenderKind.MESSAGING_SERVICE: _ON_TWILIO,
}


def reserved_reason(word: str, *, sender_kind: SenderKind, languages: frozenset[str] = ALL_LANGUAGES) -> str | None:
    """Why a word cannot be a campaign's keyword on such a sender, as a sentence; None when it can.

    Words that the global options add, and keywords that other campaigns hold, are the caller's to check.
    """
    folded = fold(word)
    if not folded:
        return _("A keyword needs at least one letter or digit.")
    if len(folded) > MAX_KEYWORD_LENGTH:
        long = _("A keyword may have at most %(most)d letters and digits; this one has %(has)d.")
        return long % {"most": MAX_KEYWORD_LENGTH, "has": len(folded)}
    if not all(map(_is_typeable, word.strip())):
        return _("A keyword is typed on a phone: use only letters, digits, spaces and hyphens.")
    return _taken_by_a_fixed_word(word, sender_kind, languages)


def _is_typeable(character: str) -> bool:
    return character.isalnum() or character in " -" or unicodedata.category(character) in ("Mn", "Mc")


def _taken_by_a_fixed_word(word: str, kind: SenderKind, languages: frozenset[str]) -> str | None:
    shown = word.strip().upper()
    meaning = Meaning.RESTORE if fold(word) in START else read(word, Situation(languages=languages)).meaning
    if meaning is Meaning.REVIEW:
        doubtful = _(
            "%(word)s may be read as an opt-out: a person would have to decide each time. Choose another keyword."
        )
        return doubtful % {"word": shown}
    fixed = _FIXED[kind].get(meaning)
    return None if fixed is None else fixed % {"word": shown}
