"""What the carrier itself does with a keyword: answer, block, lift, or leave it to the app.

Sources: support.twilio.com 223134027 (long codes), 360058144374 (toll-free), 223182208 (short codes),
twilio.com/docs/messaging/tutorials/advanced-opt-out.
"""

from dataclasses import dataclass
from typing import Literal

from messaging.simulator.accounts import AdvancedOptOut, Kind

Keyword = Literal["STOP", "START", "HELP"]

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})

DEFAULT_STOP_TEXT = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
DEFAULT_START_TEXT = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
DEFAULT_HELP_TEXT = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
NETWORK_STOP_TEXT = (
    'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. '
    'Text back "unstop" to receive messages again.'
)
NETWORK_START_TEXT = 'NETWORK MSG: You have replied "{word}" and will begin receiving messages again from this number.'


@dataclass(frozen=True, slots=True)
class Reaction:
    """`reply` goes to the handset; `block` True blocks, False lifts, None leaves it as it is.

    `opt_out_type` is the webhook's OptOutType: only Advanced Opt-Out sends it.
    """

    reply: str | None = None
    block: bool | None = None
    opt_out_type: Keyword | None = None


def keyword_of(body: str) -> Keyword | None:
    """The default keyword that is the whole text, whatever its case and outer spaces."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return "STOP"
    if word in START_WORDS:
        return "START"
    return "HELP" if word in HELP_WORDS else None


def react(*, kind: Kind, advanced: AdvancedOptOut | None, blocked: bool, body: str) -> Reaction:
    """What the carrier does with `body`, texted to a number of this kind by a phone, `blocked` or not."""
    keyword = keyword_of(body)
    if keyword is None:
        return Reaction()
    if kind == "toll_free" and keyword != "HELP":
        return _network(body.strip().upper(), keyword, blocked, advanced is not None)
    if advanced is not None:
        return _advanced(advanced, keyword, blocked)
    if kind == "short_code":
        return Reaction()
    return _default(keyword, blocked)


def _default(keyword: Keyword, blocked: bool) -> Reaction:
    """Twilio's own handling. It is silent where nothing changes, and gives no help to the opted-out."""
    if keyword == "START":
        return Reaction(reply=DEFAULT_START_TEXT, block=False) if blocked else Reaction()
    if blocked:
        return Reaction()
    if keyword == "STOP":
        return Reaction(reply=DEFAULT_STOP_TEXT, block=True)
    return Reaction(reply=DEFAULT_HELP_TEXT)


def _advanced(texts: AdvancedOptOut, keyword: Keyword, blocked: bool) -> Reaction:
    """Advanced Opt-Out answers START (and so YES) also where nothing was blocked."""
    if keyword == "START":
        return Reaction(reply=texts.start_text, block=False, opt_out_type="START")
    if keyword == "STOP":
        return Reaction(reply=None if blocked else texts.stop_text, block=True, opt_out_type="STOP")
    return Reaction(reply=None if blocked else texts.help_text, opt_out_type="HELP")


def _network(word: str, keyword: Keyword, blocked: bool, advanced: bool) -> Reaction:
    """The toll-free network sits in front of Twilio: only START and UNSTOP lift its block, never YES."""
    opt_out_type = keyword if advanced else None
    if keyword == "STOP":
        reply = NETWORK_STOP_TEXT if word == "STOP" else DEFAULT_STOP_TEXT
        return Reaction(reply=None if blocked else reply, block=True, opt_out_type=opt_out_type)
    if word == "YES" or not blocked:
        return Reaction(opt_out_type=opt_out_type)
    return Reaction(NETWORK_START_TEXT.format(word=word.lower()), block=False, opt_out_type=opt_out_type)
