"""Writing consent: the ledger line and the standing that follows from it, in one transaction.

These are the only functions that change a subscription or a suppression. Callers hold the number's lock.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from campaigns.actions.turns import take_turns
from campaigns.models import Campaign, Customer
from optins.models import ConsentEvent, Sender, Subscription, Suppression

Action = ConsentEvent.Action
Method = ConsentEvent.Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How we know. Every change of consent carries one."""

    method: str
    sender: Sender | None = None
    customer: Customer | None = None
    reason: str = ""
    wording: str = ""
    inbound_sid: str = ""
    inbound_text: str = ""
    app_key: str = ""
    ip: str | None = None
    user_agent: str = ""
    staff: str = ""


def lock_number(number: str) -> None:
    """Serialise everything that changes one number's consent, until the transaction ends."""
    take_turns(number)


def write(*, number: str, action: str, evidence: Evidence, programme: Campaign | None = None) -> ConsentEvent:
    """Append one entry to the ledger."""
    return ConsentEvent.objects.create(
        number=number,
        programme=programme,
        action=action,
        sender=evidence.sender,
        customer=evidence.customer,
        method=evidence.method,
        reason=evidence.reason,
        wording=evidence.wording,
        inbound_sid=evidence.inbound_sid,
        inbound_text=evidence.inbound_text,
        app_key=evidence.app_key,
        ip=evidence.ip,
        user_agent=evidence.user_agent[:255],
        staff=evidence.staff,
    )


def ask(*, number: str, programme: Campaign, evidence: Evidence, until: dt.timedelta) -> Subscription:
    """A double opt-in begins: pending until the person answers YES or `until` has passed."""
    event = write(number=number, action=Action.ASKED, evidence=evidence, programme=programme)
    return _stand(number, programme, event, evidence, state=Subscription.State.PENDING, pending_until=Now() + until)


def opt_in(*, number: str, programme: Campaign, evidence: Evidence) -> Subscription:
    """The person agreed."""
    event = write(number=number, action=Action.OPTED_IN, evidence=evidence, programme=programme)
    return _stand(
        number, programme, event, evidence, state=Subscription.State.OPTED_IN, opted_in_at=Now(), pending_until=None
    )


def opt_out(*, subscriptions: Q, number: str, evidence: Evidence, stopped_on: Sender | None = None) -> int:
    """End the matching opted-in subscriptions of `number`; unanswered double opt-ins lapse. Returns how many ended."""
    ended = 0
    standing = Subscription.objects.filter(subscriptions, number=number, state=Subscription.State.OPTED_IN)
    for subscription in standing.select_related("programme"):
        event = write(number=number, action=Action.OPTED_OUT, evidence=evidence, programme=subscription.programme)
        Subscription.objects.filter(pk=subscription.pk).update(
            state=Subscription.State.OPTED_OUT, opted_out_at=Now(), stopped_on=stopped_on, consent_event=event
        )
        ended += 1
    lapse(Subscription.objects.filter(subscriptions, number=number), evidence=evidence)
    return ended


def lapse(subscriptions: QuerySet[Subscription], *, evidence: Evidence) -> int:
    """Pending subscriptions become expired: a question nobody answered is not consent."""
    lapsed = 0
    for subscription in subscriptions.filter(state=Subscription.State.PENDING).select_related("programme"):
        event = write(
            number=subscription.number, action=Action.LAPSED, evidence=evidence, programme=subscription.programme
        )
        Subscription.objects.filter(pk=subscription.pk).update(
            state=Subscription.State.EXPIRED, pending_until=None, consent_event=event
        )
        lapsed += 1
    return lapsed


def suppress(*, number: str, sender: Sender | None, reason: str, evidence: Evidence) -> None:
    """No text to `number` from `sender`, or from any sender when None. Once suppressed, again changes nothing."""
    if Suppression.objects.filter(number=number, sender=sender, lifted_at__isnull=True).exists():
        return
    event = write(number=number, action=Action.SUPPRESSED, evidence=evidence)
    Suppression.objects.create(number=number, sender=sender, reason=reason, consent_event=event)


def lift(*, number: str, sender: Sender, evidence: Evidence) -> None:
    """The person came back on `sender`: lifts the brand-wide row and that sender's row, and no other."""
    standing = Suppression.objects.filter(Q(sender__isnull=True) | Q(sender=sender), number=number)
    if standing.filter(lifted_at__isnull=True).update(lifted_at=Now()):
        write(number=number, action=Action.LIFTED, evidence=evidence)


def _stand(
    number: str, programme: Campaign, event: ConsentEvent, evidence: Evidence, **standing: object
) -> Subscription:
    subscription, _ = Subscription.objects.update_or_create(
        number=number,
        programme=programme,
        defaults={
            "customer": evidence.customer,
            "sender": evidence.sender,
            "consent_event": event,
            "stopped_on": None,
            **standing,
        },
    )
    return subscription
