"""The words of an outbound text: its states, the moves between them, and the reasons it ended as it did.

    queued ──> sending ──> accepted ──> sent ──> delivered
      │  ^      │   │         │          │
      │  └──────┘   │         ├──────────┴─────> failed
      │  └─ uncertain         └────────────────> cancelled
      └──> skipped, cancelled

A callback may come before the answer to the request that caused it, so that `sending` and `uncertain` move to
whatever the carrier reports. So does `queued`: a text may have come back to the queue because the carrier did not
have it, and news of that attempt, until there is another, says that it does. Nothing leaves a settled state: a
`sent` after `delivered` is late news, and a `delivered` after `failed`, should one come, changes no figure that was
already reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from campaigns.language import gettext
from campaigns.language import gettext_noop as _


class State(StrEnum):
    """Where an outbound stands."""

    QUEUED = "queued"  # waits for its time, its turn or another try; nobody has seen it
    SENDING = "sending"  # claimed and committed; the request may be on the wire
    UNCERTAIN = "uncertain"  # the request left and no usable answer came: never resent without proof
    ACCEPTED = "accepted"  # the carrier has it
    SENT = "sent"  # the carrier gave it to the handset's network
    DELIVERED = "delivered"  # the handset has it
    FAILED = "failed"  # the carrier refused it or could not deliver it
    CANCELLED = "cancelled"  # called back before anybody received it
    SKIPPED = "skipped"  # never to be sent to this person, for a reason of ours


SETTLED: Final = frozenset({State.DELIVERED, State.FAILED, State.CANCELLED, State.SKIPPED})
"""The states that nothing leaves."""

_REPORTED: Final = frozenset({State.ACCEPTED, State.SENT, State.DELIVERED, State.FAILED, State.CANCELLED})

ALLOWED: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.QUEUED: _REPORTED | {State.SENDING, State.SKIPPED},
        # Back to the queue only when the request was surely never processed: 429, or no connection at all.
        State.SENDING: _REPORTED | {State.QUEUED, State.UNCERTAIN},
        # Back to the queue only by reconciliation, with proof that the carrier does not have the text.
        State.UNCERTAIN: _REPORTED | {State.QUEUED},
        State.ACCEPTED: frozenset({State.SENT, State.DELIVERED, State.FAILED, State.CANCELLED}),
        State.SENT: frozenset({State.DELIVERED, State.FAILED}),
        **{state: frozenset[State]() for state in SETTLED},
    }
)
"""Every move that exists; staying is not a move."""


def may_move(origin: State, target: State) -> bool:
    """Whether an outbound in `origin` may become `target`."""
    return target in ALLOWED[origin]


_FROM_TWILIO: Final = {
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "queued": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.SENT,
    # Some of it arrived. What settles the text is still to come, if anything.
    "partially_delivered": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.CANCELLED,
}


def from_twilio(word: str) -> State | None:
    """Our word for Twilio's message status; None for an unknown one or an inbound text's."""
    return _FROM_TWILIO.get(word.lower())


class Reason(StrEnum):
    """Why an outbound was skipped, failed, was cancelled, waits or is uncertain. Stored: the words never change."""

    # skipped
    NO_PHONE = "no_phone"
    SAME_PHONE = "same_phone"
    NOT_OPTED_IN = "not_opted_in"
    OPTED_OUT = "opted_out"
    SUPPRESSED = "suppressed"
    IN_REVIEW = "in_review"
    RESTRICTED = "restricted"
    NOT_IN_AUDIENCE = "not_in_audience"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    MISSING_FIELD = "missing_field"
    TOO_LONG = "too_long"
    CAMPAIGN_ENDED = "campaign_ended"
    WINDOW_CLOSED = "window_closed"
    OUTSIDE_HOURS = "outside_hours"
    FREQUENCY_CAP = "frequency_cap"
    TOO_LATE = "too_late"
    OWN_FAULT = "own_fault"
    OUT_OF_TOUCH = "out_of_touch"
    NOT_STAFF = "not_staff"
    # failed
    INVALID_NUMBER = "invalid_number"
    UNREACHABLE = "unreachable"
    BLOCKED_BY_CARRIER = "blocked_by_carrier"
    FILTERED_AS_SPAM = "filtered_as_spam"
    OPTED_OUT_AT_CARRIER = "opted_out_at_carrier"
    ACCOUNT_REFUSED = "account_refused"
    SENDER_REFUSED = "sender_refused"
    COUNTRY_DISABLED = "country_disabled"
    CONTENT_REFUSED = "content_refused"
    UNDELIVERED = "undelivered"
    CARRIER_UNKNOWN = "carrier_unknown"
    NEVER_TAKEN = "never_taken"
    # cancelled
    STOPPED = "stopped"
    ERASED = "erased"
    CAMPAIGN_CANCELLED = "campaign_cancelled"
    # queued
    HELD_FOR_HOURS = "held_for_hours"
    HELD_FOR_FIRST_WAVE = "held_for_first_wave"
    # uncertain
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reason in words for a marketer: the state it belongs to, what happened, and what to do.

    It holds the English, which is the catalogue's key; it tells it in the reader's language.
    """

    state: State
    happened: str
    to_do: str

    @property
    def sentence(self) -> str:
        return gettext(self.happened)

    @property
    def advice(self) -> str:
        return gettext(self.to_do)


_SKIPPED: Final = {
    Reason.NO_PHONE: (
        _("The customer has no phone number."),
        _("Add a number on the customer's page, or import one."),
    ),
    Reason.SAME_PHONE: (
        _("Another customer with the same phone number is already in this run."),
        _("Nothing to do: one phone gets one text. If the two are one person, merge them where they come from."),
    ),
    Reason.NOT_OPTED_IN: (
        _("The number has not opted in to the messaging preference of this message."),
        _("Invite the customer to text the keyword or to opt in on your website or app."),
    ),
    Reason.OPTED_OUT: (
        _("The number opted out of the messaging preference of this message."),
        _("Nothing to do: only the person can opt in again."),
    ),
    Reason.SUPPRESSED: (
        _("The number must not be texted: it sent STOP, or the carrier blocks it."),
        _("Nothing to do: only the person can lift this, by texting START."),
    ),
    Reason.IN_REVIEW: (
        _("The number sent a text that may ask to stop, and nobody has decided about it yet."),
        _("Decide about it in the review queue."),
    ),
    Reason.RESTRICTED: (
        _("The customer does not meet the user restrictions of the campaign."),
        _("Check the birth date and attributes of the customer: what is unknown counts as not met."),
    ),
    Reason.NOT_IN_AUDIENCE: (
        _("The customer was no longer in the target audience when the text was due."),
        _("Check the segments of the campaign and of the message if you expected this person."),
    ),
    Reason.COUNTRY_NOT_ALLOWED: (
        _("The number belongs to a country that this system does not text."),
        _("Ask an operator to allow the country, if your programme covers it."),
    ),
    Reason.MISSING_FIELD: (
        _("The customer has no value for a merge field of the message."),
        _("Give the field a default in the message, or fill in the customer's value."),
    ),
    Reason.TOO_LONG: (
        _("With this customer's values the text is longer than 10 parts."),
        _("Shorten the message, or limit its merge fields with max."),
    ),
    Reason.CAMPAIGN_ENDED: (
        _("The campaign ended before the text could be sent."),
        _("Extend the runtime earlier next time, or send a new message."),
    ),
    Reason.WINDOW_CLOSED: (
        _("The message's window was closed when the text was due."),
        _("Check the from and until dates of the message, and its delay."),
    ),
    Reason.OUTSIDE_HOURS: (
        _("It was not a lawful hour for texts where the person is."),
        _("Let the message wait for the morning instead (Setup), or set an earlier time of day."),
    ),
    Reason.FREQUENCY_CAP: (
        _("The customer already received as many texts as the limit allows."),
        _("Nothing to do, unless the limit is lower than you meant."),
    ),
    Reason.TOO_LATE: (
        _("The text was so late that it was no longer worth sending."),
        _("Ask an operator why sending stood still, and send a new message if it still matters."),
    ),
    Reason.OWN_FAULT: (
        _("The text could not be made ready to be sent, several times, by a fault of this system."),
        _("Ask an operator for the log of the send worker. The other texts are not concerned."),
    ),
    Reason.OUT_OF_TOUCH: (
        _("The person has not texted us lately and is not opted in, so that nobody may write to them."),
        _("Wait until the person texts again, or opts in."),
    ),
    Reason.NOT_STAFF: (
        _("It was a test, and the phone is no verified one of staff any more."),
        _("Whoever holds the phone verifies it again (My test phone)."),
    ),
}

_FAILED: Final = {
    Reason.INVALID_NUMBER: (
        _("The carrier says that this phone number does not exist, or is a landline that cannot receive texts."),
        _("Ask the customer for the number of a mobile phone."),
    ),
    Reason.UNREACHABLE: (
        _("The phone could not be reached: it was off, out of range, or no network serves it."),
        _("Nothing to do now; if it happens again, ask the customer for another number."),
    ),
    Reason.BLOCKED_BY_CARRIER: (
        _("The network or the phone blocks texts from this sender."),
        _("Do not try again. If many texts fail so, ask an operator to talk to the carrier."),
    ),
    Reason.FILTERED_AS_SPAM: (
        _("The carrier took the text for spam."),
        _("Stop and review the wording: name your brand, avoid public link shorteners, say how to STOP."),
    ),
    Reason.OPTED_OUT_AT_CARRIER: (
        _("The number sent STOP to this sender, and the carrier refuses texts to it."),
        _("Nothing to do: only the person can lift this, by texting START."),
    ),
    Reason.ACCOUNT_REFUSED: (
        _("The provider refused our account."),
        _("Ask an operator to check the provider's credentials, balance and standing."),
    ),
    Reason.SENDER_REFUSED: (
        _("The provider refused the target phone number that the text was to come from."),
        _("Ask an operator to check that the number is in the account, can text and is registered."),
    ),
    Reason.COUNTRY_DISABLED: (
        _("The provider's account may not text this country."),
        _("Ask an operator to enable the country in the provider's geographic permissions."),
    ),
    Reason.CONTENT_REFUSED: (
        _("The provider refused the text itself: it was empty, too long or not allowed."),
        _("Correct the message, then send a new one."),
    ),
    Reason.UNDELIVERED: (
        _("The carrier could not deliver the text and gave no better reason."),
        _("Nothing to do for one; if many fail so, ask an operator to look."),
    ),
    Reason.CARRIER_UNKNOWN: (
        _("The carrier gave an error that this system does not know."),
        _("Ask an operator to look up the error code shown beside it."),
    ),
    Reason.NEVER_TAKEN: (
        _("The provider gave no answer, several times, and has no trace of the text."),
        _("Ask an operator to look at the connection to the provider, then send a new message."),
    ),
}

_CANCELLED: Final = {
    Reason.STOPPED: (
        _("The person opted out before the text was sent."),
        _("Nothing to do: only the person can opt in again."),
    ),
    Reason.ERASED: (
        _("The person was erased before the text was sent."),
        _("Nothing to do: the person's data is gone."),
    ),
    Reason.CAMPAIGN_CANCELLED: (
        _("The campaign was cancelled before the text was sent."),
        _("Create a new campaign if these people should be texted after all."),
    ),
}

_QUEUED: Final = {
    Reason.HELD_FOR_HOURS: (
        _("The text waits until people may be texted where this person is."),
        _("Nothing to do: it leaves by itself when the hours begin."),
    ),
    Reason.HELD_FOR_FIRST_WAVE: (
        _("The text waits for how the first wave turns out."),
        _("Nothing to do: it leaves by itself when few enough of the first people failed or opted out."),
    ),
}

_UNCERTAIN: Final = {
    Reason.NO_ANSWER: (
        _("The provider did not answer, so that nobody knows yet whether it has the text."),
        _("Wait: the provider is asked, and it is not sent again until it is certain that it never left."),
    ),
}

EXPLANATIONS: Final[Mapping[Reason, Explanation]] = MappingProxyType(
    {
        reason: Explanation(state, sentence, advice)
        for state, words in (
            (State.SKIPPED, _SKIPPED),
            (State.FAILED, _FAILED),
            (State.CANCELLED, _CANCELLED),
            (State.QUEUED, _QUEUED),
            (State.UNCERTAIN, _UNCERTAIN),
        )
        for reason, (sentence, advice) in words.items()
    }
)
"""Every reason in words, in the order of `Reason`."""
