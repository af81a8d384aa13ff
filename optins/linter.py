"""The wording linter: what carriers and the law want in each kind of text, and what a given text lacks of it.

The rules follow the CTIA Messaging Principles (5.1), the short code rules as Twilio restates them
(support.twilio.com 223134707, 223182208) and 47 CFR 64.1200(a)(12). They read a text as an auditor skims it: they look
for the words that are asked for, in English, Spanish or French. A finding explains itself and, where that can be done
without knowing the company, offers words to insert. Nothing here forbids a text: that is decided by who asks.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from campaigns.language import Promise
from campaigns.language import gettext_lazy as _


class Kind(StrEnum):
    """What a text is for: the rules differ."""

    WELCOME = "welcome"
    CONFIRMATION_REQUEST = "confirmation_request"
    OPT_OUT = "opt_out"
    HELP = "help"
    NO_MATCH = "no_match"
    CODE = "code"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `insertion` mends it when it is put at the end; "" when only a person can."""

    rule: str
    sentence: str
    insertion: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Words that must be there: `said` finds them in one of their forms."""

    rule: str
    said: re.Pattern[str]
    sentence: Promise
    insertion: str = ""


@dataclass(frozen=True, slots=True)
class _Unwanted:
    """Words that must not be there."""

    rule: str
    said: re.Pattern[str]
    sentence: Promise


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Longer texts cannot be sent, and no rule needs to read them.
_LONGEST: Final = 2000

_ANSWER: Final = (
    r"(?:reply|text|txt|send|answer|responda|responde|envíe|envie|repondez|répondez|envoyez)\b[^.!?\n]{0,60}?"
)
_FREQUENCY: Final = _Wanted(
    "frequency",
    _any_case(
        r"\b(?:\d+|one|two|three|four|five|a few|several|un|una|dos|tres|cuatro)\s*(?:-\s*\d+\s*)?"
        r"(?:msgs?|messages?|texts?|alerts?|mensajes?|alertas?)\s*(?:/|per\b|an?\b|each\b|every\b|por\b|al\b|par\b)"
        r"|\b(?:msgs?|messages?|texts?)\s*(?:frequency|freq)\b|\bfrecuencia\b|\bfréquence\b"
        r"|\b(?:recurring|daily|weekly|monthly|one-?time)\s+(?:automated\s+)?(?:msgs?|messages?|texts?|alerts?)\b"
        r"|\b(?:msgs?|messages?|texts?|alerts?)\s+(?:daily|weekly|monthly)\b"
    ),
    _("It does not say how often people are texted: carriers want the frequency stated, such as “4 msgs/month”."),
    "Msg frequency varies.",
)
_RATES: Final = _Wanted(
    "rates",
    _any_case(
        r"\b(?:msg|message|messaging)s?\s*(?:&|and)\s*data\s+rates\s+(?:may\s+)?apply\b"
        r"|\btarifas\b.{0,40}\bdatos\b|\bdatos\b.{0,40}\btarifas\b|\bfrais\b.{0,40}\bdonnées\b"
    ),
    _("“Msg&data rates may apply” is missing: carriers want these words in the text that welcomes people."),
    "Msg&data rates may apply.",
)
_HELP_SAID: Final = _Wanted(
    "help",
    _any_case(_ANSWER + r"\b(?:HELP|INFO|AYUDA|AIDE)\b|\b(?:HELP|AYUDA|AIDE)\b\s+(?:for|para|pour)\b"),
    _("It does not say how to get help: people must be told to reply HELP."),
    "Reply HELP for help.",
)
_STOP_SAID: Final = _Wanted(
    "stop",
    _any_case(
        _ANSWER + r"\bSTOP\b|\bSTOP\b\s+(?:to|2|para|pour)\b|\bto\s+(?:stop|end|cancel|quit|unsubscribe)\b\W+STOP\b"
    ),
    _("It does not say how to leave: people must be told to reply STOP."),
    "Reply STOP to cancel.",
)
_YES_SAID: Final = _Wanted(
    "yes",
    re.compile(r"\b(?:YES|Yes|SI|SÍ|OUI)\b"),
    _("It does not ask for YES, the word that confirms."),
    "Reply YES to confirm.",
)
_CONTACT: Final = _Wanted(
    "contact",
    _any_case(
        r"https?://|\bwww\.|\b[\w-]{1,63}\.(?:[a-z]{2,}\.)?(?:com|net|org|io|co|us|ca|biz|info|shop|store|app|mx|uk|[a-z]{2})\b"
        r"|\b[\w.+-]{1,64}@[\w-]{1,63}\.\w|\+?\d[\d ().-]{7,}\d"
    ),
    _("It names no contact: carriers want a website, a phone number or an email address where a person can ask."),
)
_LEFT: Final = _Wanted(
    "opted_out",
    _any_case(
        r"\bopted[\s-]+out\b|\bunsubscribed\b|\bno (?:more|further) (?:msgs?|messages|texts|alerts)\b"
        r"|\b(?:will not|won't|no longer) (?:receive|get|be texted)\b|\bcancelad|\bdésinscri|\bno recibirá"
    ),
    _("It does not say that the person was opted out and gets no more messages."),
    "You have now been opted out and will get no more messages.",
)
_SHORTENER: Final = _Unwanted(
    "shortener",
    _any_case(
        r"(?<![\w.-])(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|ow\.ly|is\.gd|v\.gd|buff\.ly|rebrand\.ly|tiny\.cc|cutt\.ly"
        r"|shorturl\.at|rb\.gy|t\.ly|bl\.ink|s\.id|adf\.ly|shorte\.st|soo\.gd|x\.co|lnkd\.in)(?=[/\s?#]|$)"
    ),
    _("It holds a link of a public shortener: carriers filter these as spam. Write the address of your own site."),
)
_STANDARD_RATES: Final = _Unwanted(
    "standard_rates",
    _any_case(
        r"\bstandard\s+(?:msg|message|messaging|text|txt|data|sms)\w*(?:\s*(?:&|and)\s*data)?\s+(?:rates|charges)\b"
    ),
    _("It speaks of “standard” rates: carriers refuse that word. Write “Msg&data rates may apply”."),
)
_SELLING: Final = _Unwanted(
    "marketing",
    _any_case(
        r"\d\s?%\s*off\b|\bsale\b|\bdiscounts?\b|\bcoupons?\b|\bpromo\b|\b(?:buy|shop) now\b"
        r"|\bfree (?:gift|shipping)\b"
    ),
    _("It advertises: the answer to STOP may only confirm (47 CFR 64.1200(a)(12))."),
)

_NAME_MISSING: Final = _(
    "It does not say who is texting: name your programme or company, as in “Acme Alerts: …” or “Welcome to Acme!”."
)
# "Acme Alerts: …", "[Acme] …", "Welcome to Acme", "This is Acme Alerts", "Your Acme code". Names begin with a capital.
_A_NAME: Final = r"(?i:the\s+)?[A-Z0-9À-ÖØ-Þ]"
_INTRODUCED: Final = re.compile(
    r"(?:^|[.!?,:\n]\s*)(?i:welcome (?:back )?to|this is|it's|thanks for (?:joining|subscribing to|signing up for)"
    r"|thank you for (?:joining|subscribing to|signing up for)|you have (?:joined|left)|you(?:'ve| have) joined|your"
    r"|you are (?:now )?(?:in|subscribed to|unsubscribed from|opted out of)|bienvenid[oa]s? a|bienvenue chez"
    rf"|text yes to join|reply yes to join)\s+{_A_NAME}"
)
_IN_FRONT: Final = re.compile(
    r"\s*(?:\[[^\]\n]{2,40}\]|(?P<name>[A-Z0-9À-ÖØ-Þ][\w&'’.+-]*(?: [\w&'’.+-]+){0,4})\s?(?::|\s[-–—|])\s)"
)
# A capitalised word before a colon that names nobody.
_NO_NAMES: Final = frozenset(
    {
        "alert", "alerts", "attention", "hello", "hey", "hi", "important", "info", "new", "news", "note", "notice",
        "offer", "promo", "ps", "reminder", "sale", "update", "warning",
    }
)  # fmt: skip

_OF_ALL: Final = (_SHORTENER, _STANDARD_RATES)
_RULES: Final[Mapping[Kind, tuple[bool, tuple[_Wanted, ...], tuple[_Unwanted, ...]]]] = {
    # Whether the programme or company must be named, what must be said, what must not.
    Kind.WELCOME: (True, (_FREQUENCY, _RATES, _HELP_SAID, _STOP_SAID), _OF_ALL),
    Kind.CONFIRMATION_REQUEST: (True, (_YES_SAID, _FREQUENCY, _RATES, _HELP_SAID, _STOP_SAID), _OF_ALL),
    Kind.OPT_OUT: (True, (_LEFT, _CONTACT), (*_OF_ALL, _SELLING)),
    Kind.HELP: (True, (_FREQUENCY, _STOP_SAID, _CONTACT), _OF_ALL),
    Kind.NO_MATCH: (False, (_HELP_SAID, _STOP_SAID), _OF_ALL),
    Kind.CODE: (True, (), _OF_ALL),
    Kind.MARKETING: (True, (_STOP_SAID,), _OF_ALL),
}


def findings(kind: Kind, text: str, *, names: Iterable[str] = ()) -> Sequence[Finding]:
    """What `text` lacks or should not hold; nothing when it is as it should be, or blank.

    `names` are those of the programme and the company. A text that has none of them may still introduce itself.
    """
    read = text[:_LONGEST].strip()
    if not read:
        return ()
    named, wanted, unwanted = _RULES[kind]
    found: list[Finding] = []
    if named and not _says_who(read, names):
        found.append(Finding("name", str(_NAME_MISSING)))
    found += [Finding(rule.rule, str(rule.sentence), rule.insertion) for rule in wanted if not rule.said.search(read)]
    found += [Finding(rule.rule, str(rule.sentence)) for rule in unwanted if rule.said.search(read)]
    return found


def _says_who(text: str, names: Iterable[str]) -> bool:
    lowered = text.casefold()
    if any(name and name.casefold() in lowered for name in map(str.strip, names)):
        return True
    in_front = _IN_FRONT.match(text)
    if in_front and (in_front["name"] or "").casefold() not in _NO_NAMES:
        return True
    return _INTRODUCED.search(text) is not None
