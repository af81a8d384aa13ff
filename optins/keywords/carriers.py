"""Senders, and who answers a text to them: the carrier or we.

The carrier's comparison is literal: Twilio and the toll-free network act only on a body that *is* one of their words,
letter case and outer spaces aside. `carrier_answers` uses that comparison and no other.

Sources: twilio.com/docs/messaging/tutorials/advanced-opt-out; support.twilio.com articles 223134027 (long codes),
223182208 (short codes), 360058144374 (toll-free), 31560110671259 (whole body only).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from optins.keywords.vocabulary import DEFAULT_HELP_WORDS, DEFAULT_OPT_OUT_WORDS, START_WORDS


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


# A word in capitals after "reply": what a message tells people to text.
_TOLD: re.Pattern[str] = re.compile(
    r"\b(?i:reply|text|send|answer)\s+(?i:with\s+)?(?i:the\s+word\s+)?[\"“'‘]?([A-Z]{2,20})\b"
)


def idle_restart_words(message: str, senders: Iterable[tuple[SenderKind, bool]]) -> list[tuple[str, SenderKind]]:
    """Words that a message tells people to text and that bring nobody back, each with a kind of sender.

    `senders` are pairs of kind and Advanced Opt-Out. The guide's “Reply JOIN to opt back in” is one: JOIN lifts no
    block of Twilio's or of the toll-free network. Words of STOP and HELP, named for what they are, are not meant.
    """
    told = set(_TOLD.findall(message)) - _STOPS - _HELPS
    kinds = dict.fromkeys((kind, advanced) for kind, advanced in senders)
    return [
        (word, kind)
        for word in sorted(told)
        for kind, advanced in kinds
        if not lifts_block(
            kind, advanced_opt_out=advanced, opt_out_type=opt_out_type_of(word) if advanced else None, body=word
        )
    ][: len(told)]


_TYPES: Mapping[str, frozenset[str]] = {"STOP": _STOPS, "HELP": _HELPS, "START": frozenset(START_WORDS)}


def opt_out_type_of(body: str) -> str:
    """The OptOutType that Advanced Opt-Out with its usual words gives a body; blank for none of them."""
    word = body.strip().upper()
    return next((kind for kind, known in _TYPES.items() if word in known), "")


def lifts_block(kind: SenderKind, *, advanced_opt_out: bool, opt_out_type: str | None, body: str) -> bool:
    """Whether a person who was stopped can be texted again after this body, as far as the carrier goes.

    Where nobody but us blocks (a short code without Advanced Opt-Out), whatever we take for a yes will do.
    """
    if kind is SenderKind.SHORT_CODE and not advanced_opt_out:
        return True
    if (opt_out_type or "").strip().upper() == "START":
        return True
    return body.strip().upper() in _CARRIERS[kind, advanced_opt_out].when_blocked
