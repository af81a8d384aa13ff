"""The words that mean something on every sender, in the languages that people text in.

Sources: 47 CFR 64.1200(a)(10) (stop, quit, end, revoke, opt out, cancel, unsubscribe); CTIA Messaging Principles
5.1.3; twilio.com/docs/messaging/tutorials/advanced-opt-out; ARRET and AIDE, which carriers in Canada require.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from optins.keywords.folding import fold

# In the order in which the global options show them. They can be added to, never taken away.
DEFAULT_OPT_OUT_WORDS: Final = ("STOP", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "STOPALL", "REVOKE", "OPTOUT")
DEFAULT_HELP_WORDS: Final = ("HELP", "INFO")
# YES is fixed, the others are a suggestion.
DEFAULT_OPT_IN_WORDS: Final = ("YES", "START", "UNSTOP", "JOIN")
# What Twilio itself takes for "I want texts again".
START_WORDS: Final = ("YES", "START", "UNSTOP")
RESTART_WORD: Final = "START"
"""The word that brings a person back on every kind of sender: what carriers know, we always know too."""


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, words))


# Understood without being shown: French, which carriers in Canada require.
OPT_OUT: Final = _folded((*DEFAULT_OPT_OUT_WORDS, "ARRET"))
HELP: Final = _folded((*DEFAULT_HELP_WORDS, "AIDE"))
START: Final = _folded(START_WORDS)
YES: Final = fold("YES")

# Words that hardly begin anything but a wish to leave; END, QUIT and CANCEL begin many other sentences.
CLEAR: Final = frozenset(("stop", "stopall", "unsubscribe", "optout", "arret"))


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language that opt out or ask for help when they are the whole text."""

    name: str
    opt_out: frozenset[str]
    help: frozenset[str]


LANGUAGES: Final[Mapping[str, Language]] = {
    "es": Language(
        "Spanish",
        _folded((
            "ALTO", "BAJA", "BASTA", "CANCELAR", "DETENER", "DESUSCRIBIR", "DESUSCRIBIRME", "DETENGANSE", "FIN", "PARA",
            "PARAR", "PARE", "PAREN", "PARALO", "SALIR", "TERMINAR", "NO MAS", "YA NO", "BORRAR", "ELIMINAR", "REMOVER",
        )),
        _folded(("AYUDA",)),
    ),
    "fr": Language(
        "French",
        _folded((
            "ARRETE", "ARRETER", "ARRETEZ", "STOPPER", "DESABONNER", "DESABONNEMENT", "DESABO", "DESINSCRIRE",
            "DESINSCRIPTION", "ANNULER", "RESILIER", "FIN", "SUPPRIMER", "STOP SMS", "STOP PUB",
        )),
        _folded(("AIDE", "AIDEZ-MOI")),
    ),
    "pt": Language(
        "Portuguese",
        _folded((
            "BASTA", "CANCELAR", "DESCADASTRAR", "DESINSCREVER", "PARAR", "PARE", "PAREM", "REMOVER", "SAIR", "CHEGA",
            "NAO QUERO MAIS",
        )),
        _folded(("AJUDA",)),
    ),
    "de": Language(
        "German",
        _folded((
            "STOPP", "STOPPEN", "ABMELDEN", "ABMELDUNG", "ABBESTELLEN", "AUFHÖREN", "AUFHOEREN", "AUSTRAGEN", "ENDE",
            "HALT", "KÜNDIGEN", "KUENDIGEN", "LÖSCHEN", "LOESCHEN", "WIDERRUF",
        )),
        _folded(("HILFE",)),
    ),
}  # fmt: skip
"""By the code that the setting `KEYWORD_LANGUAGES` names; English counts always."""

ALL_LANGUAGES: Final = frozenset(LANGUAGES)


@lru_cache(maxsize=32)
def opt_out_words(languages: frozenset[str]) -> frozenset[str]:
    """The folded words that opt out when they are the whole text."""
    return OPT_OUT.union(*(LANGUAGES[code].opt_out for code in languages))


@lru_cache(maxsize=32)
def help_words(languages: frozenset[str]) -> frozenset[str]:
    """The folded words that ask for help when they are the whole text."""
    return HELP.union(*(LANGUAGES[code].help for code in languages))
