"""Twilio's error codes, and what each asks us to do. A table: their words in, ours out.

Codes are sorted into a few classes that the rest of the product acts on; no code above this file means
anything to it. A code that is not in the table is `unknown` and never an exception, because Twilio adds codes
without notice. The sentences are English, since they are stored: `campaigns.language.retold` tells them to people.
Source: twilio.com/docs/api/errors (each code has a page of its own there).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from campaigns.language import gettext_noop as _
from campaigns.language import storable


class ErrorClass(StrEnum):
    """What a refusal or a failed delivery asks us to do."""

    NUMBER_BAD = "number_bad"  # never text this number again
    SUPPRESSED = "suppressed"  # the person opted out at the carrier: record it, never retry
    SENDER_CONFIG = "sender_config"  # the sender is not fit to send: stop its campaigns
    ACCOUNT_CONFIG = "account_config"  # the account is not fit to send: stop everything
    COUNTRY_DISABLED = "country_disabled"  # refused until a setting at Twilio changes
    CONTENT_BAD = "content_bad"  # this text can never be sent
    WAIT = "wait"  # not processed: try again later
    UNREACHABLE_RETRY = "unreachable_retry"  # may be temporary: try again a few times at most
    UNCERTAIN = "uncertain"  # may have been sent: find out, do not resend
    BLOCKED = "blocked"  # the carrier or the recipient refuses: do not retry
    FILTERED = "filtered"  # taken for spam: stop the campaign when it happens often
    FRAUD = "fraud"  # looks like pumping: stop texting that prefix
    POLICY = "policy"  # refused by a compliance rule of the account
    UNKNOWN = "unknown"  # not in this table


@dataclass(frozen=True, slots=True)
class KnownError:
    """A row of the table: the class of a code, and what it says, as a sentence for staff."""

    kind: ErrorClass
    sentence: str


_CODES: Mapping[ErrorClass, Mapping[int, str]] = {
    ErrorClass.ACCOUNT_CONFIG: {
        20003: _("Twilio did not accept the account SID and token, or they may not do this."),
        20005: _("The Twilio account is not active."),
        30002: _("The Twilio account is suspended."),
        30010: _("The price of the message is above the limit set on the account."),
    },
    ErrorClass.WAIT: {
        20429: _("Too many requests reached Twilio at the same moment."),
        21611: _("More than ten hours of texts already wait at Twilio for this sender."),
        30001: _("Twilio's queue for this sender is full."),
        30022: _("The sender exceeded the rate that its carrier registration allows."),
        30023: _("The sender used up what its carrier registration allows for the day."),
        30027: _("The brand used up T-Mobile's limit for the day."),
    },
    ErrorClass.UNCERTAIN: {
        20500: _("Twilio had an internal error and did not say whether it took the text."),
        20503: _("Twilio was not available and did not say whether it took the text."),
        30410: _("A carrier gave no answer in time."),
    },
    ErrorClass.NUMBER_BAD: {
        21211: _("The phone number is not valid."),
        21217: _("The phone number is not valid."),
        21401: _("The phone number is not valid."),
        21612: _("This sender cannot reach the phone number."),
        21614: _("The phone number is not a mobile number."),
        21635: _("The phone number is a landline."),
        30005: _("The phone number is unknown or no longer in use."),
        30006: _("The phone number is a landline, or its carrier cannot be reached."),
    },
    ErrorClass.SENDER_CONFIG: {
        21212: _("The sender is not valid."),
        21219: _("A trial account can text verified phone numbers only."),
        21603: _("The text was given no sender."),
        21606: _("The sender cannot send texts to this destination."),
        21608: _("A trial account can text verified phone numbers only."),
        21703: _("The messaging service has no sender that suits the destination."),
        21704: _("The messaging service has no senders."),
        21705: _("The messaging service does not exist or is not valid."),
        30032: _("The toll-free number is not verified."),
        30033: _("The carrier registration of the sender is suspended."),
        30034: _("The number is not registered for 10DLC."),
        30035: _("The number's 10DLC registration is not finished yet."),
        35111: _("Twilio did not accept the scheduling of the text."),
        35112: _("Twilio did not accept the scheduling of the text."),
        35113: _("Twilio did not accept the scheduling of the text."),
        35114: _("Twilio did not accept the time of the scheduled text."),
        35115: _("Twilio did not accept the time of the scheduled text."),
        35116: _("Twilio did not accept the scheduling of the text."),
        35117: _("Twilio did not accept the scheduling of the text."),
        35118: _("A text scheduled at Twilio needs a messaging service."),
        35125: _("Too many texts are scheduled at Twilio."),
        35126: _("Twilio did not accept the scheduling of the text."),
    },
    ErrorClass.COUNTRY_DISABLED: {
        21408: _("The Twilio account may not text this country."),
    },
    ErrorClass.SUPPRESSED: {
        21610: _("The person opted out at the carrier by texting STOP."),
    },
    ErrorClass.CONTENT_BAD: {
        21602: _("The text was empty."),
        21617: _("The text is longer than 1,600 characters."),
        30019: _("The content is larger than the carrier takes."),
    },
    ErrorClass.UNREACHABLE_RETRY: {
        30003: _("The phone was off or out of reach."),
        30008: _("The carrier reported an unknown error."),
        30017: _("The carrier was congested."),
    },
    ErrorClass.BLOCKED: {
        30004: _("The carrier or the recipient blocks texts from this sender."),
    },
    ErrorClass.FILTERED: {
        30007: _("Twilio or the carrier filtered the text as spam."),
    },
    ErrorClass.FRAUD: {
        30450: _("Twilio blocked the text as a likely pumping fraud."),
        60410: _("Twilio blocked the number's prefix as a likely pumping fraud."),
    },
    ErrorClass.POLICY: {
        30047: _("The text could not be moved out of the recipient's quiet hours."),
        30610: _("Twilio held the text back because of the recipient's quiet hours."),
        30640: _("Twilio held the text back because the recipient is a known litigator."),
    },
}
CODES: Mapping[int, KnownError] = {
    code: KnownError(kind, sentence) for kind, rows in _CODES.items() for code, sentence in rows.items()
}

ADVICE: Mapping[ErrorClass, str] = {
    ErrorClass.NUMBER_BAD: _("Correct the customer's number; this one is not texted again."),
    ErrorClass.SUPPRESSED: _("The number is not texted again unless the person texts START to this sender."),
    ErrorClass.SENDER_CONFIG: _("Correct the sender in the Twilio console, then resume the campaign."),
    ErrorClass.ACCOUNT_CONFIG: _("Correct the provider's credentials or the account, then resume."),
    ErrorClass.COUNTRY_DISABLED: _("Allow the country in the account's geo permissions, or leave it out."),
    ErrorClass.CONTENT_BAD: _("Change the message."),
    ErrorClass.WAIT: _("It is tried again later on its own."),
    ErrorClass.UNREACHABLE_RETRY: _("It may be temporary."),
    ErrorClass.UNCERTAIN: _("It is not sent again, because it may have arrived."),
    ErrorClass.BLOCKED: _("It is not tried again."),
    ErrorClass.FILTERED: _("Look at the wording and the sender's registration before sending more."),
    ErrorClass.FRAUD: _("Check where the requests for this number come from."),
    ErrorClass.POLICY: _("It is not tried again."),
    ErrorClass.UNKNOWN: _("Look the code up in Twilio's error dictionary."),
}


_NO_CODE: Final = _("Twilio gave no error code.")
_UNKNOWN_CODE: Final = storable(_("Twilio gave the error code %(code)s."))


def as_code(value: object) -> int | None:
    """A code as Twilio gives it (30007, "30007", None, ""), as a number; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) else None


def classify(code: object) -> ErrorClass:
    """What a code asks us to do; `unknown` for a code that is missing or not in the table."""
    known = CODES.get(as_code(code) or 0)
    return known.kind if known else ErrorClass.UNKNOWN


def explain(code: object) -> str:
    """What happened and what to do, in whole English sentences for staff."""
    number = as_code(code)
    known = CODES.get(number or 0)
    if known:
        return f"{known.sentence} {ADVICE[known.kind]}"
    if number is None:
        return _NO_CODE
    return f"{_UNKNOWN_CODE % {'code': number}} {ADVICE[ErrorClass.UNKNOWN]}"
