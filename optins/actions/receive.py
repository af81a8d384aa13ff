"""What a text from a person does: the verb behind every inbound text.

It decides by the plain rules of `optins.keywords`, changes consent with evidence, and owes at most one answer.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction

from campaigns.actions.persons import holder_of, person_of
from campaigns.models import Campaign, Customer
from optins import consent, queries
from optins.actions import ledger
from optins.actions.ledger import Action, Evidence, Method
from optins.actions.notices import owe
from optins.actions.reviews import put_to_review
from optins.actions.stopping import stop_number
from optins.bearing import bearing
from optins.keywords import UNANSWERED, Meaning, Reading, SenderKind, carrier_answers, lifts_block, read
from optins.models import ConsentEvent, GlobalOptions, Notice, OptInCampaign, Sender, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A text from `number` (E.164) to one of our senders. `opt_out_type` is Twilio's, blank when absent.

    `sent_at` is given for a text that reached us long after: it can still end consent, and is not answered any more.
    """

    number: str
    sender: Sender
    body: str
    sid: str
    opt_out_type: str = ""
    sent_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """One text while it is being acted upon. `customer` holds the number; nobody may, until somebody joins."""

    text: InboundText
    reading: Reading
    options: GlobalOptions | None
    customer: Customer | None
    carrier_blocked: bool

    def evidence(self, method: str, *, wording: str = "", reason: str = "") -> Evidence:
        return Evidence(
            method=method,
            sender=self.text.sender,
            customer=self.customer,
            inbound_sid=self.text.sid,
            inbound_text=self.text.body,
            wording=wording,
            reason=reason,
        )

    def answer(
        self,
        kind: Notice.Kind,
        body: str,
        *,
        campaign: Campaign | None = None,
        lifetime: dt.timedelta | None = None,
    ) -> None:
        """Owe one text, unless the carrier answers this one, or would refuse ours."""
        if self.text.sent_at is None and not self.carrier_answers and not self.still_blocked:
            owe(
                kind=kind,
                number=self.text.number,
                sender=self.text.sender,
                body=body,
                campaign=campaign,
                customer_id=None if self.customer is None else self.customer.pk,
                lifetime=lifetime,
            )

    @property
    def carrier_answers(self) -> bool:
        """Whether the carrier itself acts on this text, so that ours would be one answer too many."""
        sender = self.text.sender
        return carrier_answers(
            SenderKind(sender.kind),
            advanced_opt_out=sender.opt_out_is_advanced,
            opt_out_type=self.text.opt_out_type,
            body=self.text.body,
            was_blocked=self.carrier_blocked,
        )

    @property
    def still_blocked(self) -> bool:
        """The carrier held a block and this text does not lift it: consent is recorded, nothing can be sent."""
        sender = self.text.sender
        return self.carrier_blocked and not lifts_block(
            SenderKind(sender.kind),
            advanced_opt_out=sender.opt_out_is_advanced,
            opt_out_type=self.text.opt_out_type,
            body=self.text.body,
        )


# The caller's transaction when there is one: a savepoint would be two round trips, and nobody goes on after a fault.
@transaction.atomic(savepoint=False)
def receive(*, text: InboundText) -> Reading:
    """Act on one inbound text and say how it was read. The caller has stored it once per MessageSid."""
    ledger.lock_number(text.number)
    options = queries.global_options()
    stands = bearing(sender=text.sender, number=text.number)
    now = queries.situation(sender=text.sender, stands=stands, options=options)
    reading = read(text.body, now, opt_out_type=text.opt_out_type)
    visit = _Visit(
        text=text,
        reading=reading,
        options=options,
        customer=holder_of(number=text.number),
        carrier_blocked=stands.is_blocked,
    )
    if text.sent_at is None or _still_lowers(text, reading):
        _DEEDS[reading.meaning](visit)
    return reading


def _still_lowers(text: InboundText, reading: Reading) -> bool:
    """Whether a late text ends something, and the person has surely not come back since."""
    assert text.sent_at is not None
    raised = ConsentEvent.objects.of(text.number).filter(action__in=[Action.OPTED_IN, Action.LIFTED], takes_back=None)
    since = raised.filter(at__gte=text.sent_at + _CARRIERS_CLOCK)
    return reading.meaning in _LOWERING and not since.exists()


def _stop(visit: _Visit) -> None:
    stop_number(
        number=visit.text.number,
        sender=visit.text.sender,
        evidence=visit.evidence(Method.STOP),
        carrier_blocks=visit.carrier_answers,
    )
    if visit.options is not None:
        # Later than this nobody is presumed to want even the confirmation: 47 CFR 64.1200(a)(12).
        lifetime = settings.OPT_OUT_ANSWER_WITHIN
        visit.answer(Notice.Kind.OPT_OUT, visit.options.opt_out_message, lifetime=lifetime)


def _help(visit: _Visit) -> None:
    if visit.options is not None:
        visit.answer(Notice.Kind.HELP, visit.options.help_message)


def _confirm(visit: _Visit) -> None:
    pending = queries.latest_pending(sender=visit.text.sender, number=visit.text.number)
    programme = None if pending is None else queries.live_programme(pending.programme_id)
    if programme is None:
        _refuse(visit, None, "not_live")
        return
    person = person_of(number=visit.text.number)
    wording = programme.options.confirmation_request
    _subscribe(replace(visit, customer=person), programme, Method.DOUBLE_OPT_IN, wording=wording)


def _restore(visit: _Visit) -> None:
    """START gives back what the STOP on this sender took, and nothing that a person never had."""
    text, evidence = visit.text, visit.evidence(Method.RESTART)
    stopped = Subscription.objects.filter(number=text.number, stopped_on=text.sender.scope)
    for subscription in stopped.select_related("programme"):
        ledger.opt_in(number=text.number, programme=subscription.programme, evidence=evidence)
    if visit.still_blocked:
        return
    ledger.lift(number=text.number, sender=text.sender.scope, evidence=evidence)
    if visit.options is not None:
        visit.answer(Notice.Kind.WELCOME, visit.options.welcome_message)


def _join(visit: _Visit) -> None:
    programme = queries.live_programme(visit.reading.campaign_id or 0)
    if programme is None:
        _refuse(visit, None, "not_live")
        return
    person = person_of(number=visit.text.number)
    visit = replace(visit, customer=person)
    reason = consent.customer_may_join(programme=programme, customer_id=person.pk)
    if reason:
        _refuse(visit, programme, reason)
    elif programme.options.double_opt_in and not queries.is_opted_in(number=visit.text.number, programme=programme):
        _ask_yes(visit, programme)
    else:
        _subscribe(visit, programme, Method.KEYWORD)


def _ask_yes(visit: _Visit, programme: OptInCampaign) -> None:
    question = programme.options.confirmation_request
    evidence = visit.evidence(Method.KEYWORD, wording=question)
    ledger.ask(number=visit.text.number, programme=programme, evidence=evidence, until=settings.DOUBLE_OPT_IN_TTL)
    if visit.still_blocked:
        return
    ledger.lift(number=visit.text.number, sender=visit.text.sender.scope, evidence=evidence)
    visit.answer(Notice.Kind.ASK_YES, question, campaign=programme)


def _subscribe(visit: _Visit, programme: OptInCampaign, method: str, *, wording: str = "") -> None:
    number, evidence = visit.text.number, visit.evidence(method, wording=wording)
    if not queries.is_opted_in(number=number, programme=programme):
        ledger.opt_in(number=number, programme=programme, evidence=evidence)
    if visit.still_blocked:
        return
    ledger.lift(number=number, sender=visit.text.sender.scope, evidence=evidence)
    visit.answer(Notice.Kind.WELCOME, queries.welcome_text(programme, visit.options), campaign=programme)


def _refuse(visit: _Visit, programme: OptInCampaign | None, reason: str) -> None:
    """A person who may not join is answered like any word we do not know; the attempt stays on record."""
    evidence = visit.evidence(Method.KEYWORD, reason=reason)
    ledger.write(number=visit.text.number, action=Action.REFUSED, evidence=evidence, programme=programme)
    _no_match(visit)


def _review(visit: _Visit) -> None:
    """Nothing is answered: whatever we said could be one text too many."""
    text = visit.text
    put_to_review(number=text.number, sender=text.sender, text=text.body, sid=text.sid)


def _no_match(visit: _Visit) -> None:
    if visit.reading.rule in UNANSWERED:
        return
    suppressed = queries.standing_suppressions(sender=visit.text.sender, number=visit.text.number).exists()
    if visit.options is not None and not suppressed:
        visit.answer(Notice.Kind.NO_MATCH, visit.options.no_match_message)


# A carrier tells the time of a text to the second.
_CARRIERS_CLOCK = dt.timedelta(seconds=1)
_LOWERING = (Meaning.OPT_OUT, Meaning.REVIEW)
_DEEDS: Mapping[Meaning, Callable[[_Visit], None]] = {
    Meaning.OPT_OUT: _stop,
    Meaning.HELP: _help,
    Meaning.CONFIRM: _confirm,
    Meaning.RESTORE: _restore,
    Meaning.KEYWORD: _join,
    Meaning.NONE: _no_match,
    Meaning.REVIEW: _review,
}
