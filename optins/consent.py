"""May this number be texted for this programme? Asked here and nowhere else, for one person or a million.

Each check is a condition on an outer row that has a number and a customer, so that the estimate, the
freezing of an audience, the claim of a send worker and the page about one person ask the same SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.audience import meets_restriction, members
from campaigns.models import Campaign, Customer, PhoneNumber
from optins.models import OptOutReview, Sender, Subscription, Suppression


@dataclass(frozen=True, slots=True)
class Check:
    """`passes` is the condition; `reason` is the word of `messaging.states.Reason` when it does not."""

    reason: str
    passes: Q


def may_be_texted(*, programme: Campaign, sender: Sender, number: str, customer: str) -> Sequence[Check]:
    """The checks in the order in which their reasons are told. `number` and `customer` name the outer columns."""
    return (
        not_suppressed(sender=sender, number=number),
        not_in_review(number=number),
        Check("opted_out", ~Q(Exists(_subscriptions(programme, number).filter(state=Subscription.State.OPTED_OUT)))),
        Check("not_opted_in", Q(Exists(_subscriptions(programme, number).filter(state=Subscription.State.OPTED_IN)))),
        country_allowed(number=number),
        *may_join(programme=programme, customer=customer),
    )


def may_join(*, programme: Campaign, customer: str) -> Sequence[Check]:
    """A campaign's user restrictions and target audience: asked when a person joins and again at each send."""
    person = Customer.objects.filter(pk=OuterRef(customer))
    today = timezone.now().date()
    return (
        Check("restricted", Q(Exists(person.filter(meets_restriction(programme, on=today))))),
        Check("not_in_audience", Q(Exists(members(programme.audience).filter(pk=OuterRef(customer))))),
    )


def not_suppressed(*, sender: Sender, number: str) -> Check:
    """No standing suppression from this sender, from its pool, or brand-wide."""
    senders = [pk for pk in (sender.pk, sender.pool_id) if pk is not None]
    standing = Suppression.objects.filter(number=OuterRef(number), lifted_at__isnull=True)
    return Check("suppressed", ~Q(Exists(standing.filter(Q(sender__isnull=True) | Q(sender__in=senders)))))


def not_in_review(*, number: str) -> Check:
    """No text of the number waits for a person to decide whether it is an opt-out."""
    waiting = OptOutReview.objects.filter(number=OuterRef(number), state=OptOutReview.State.WAITING)
    return Check("in_review", ~Q(Exists(waiting)))


def country_allowed(*, number: str) -> Check:
    """The number is on file and in a country that the company texts to."""
    on_file = PhoneNumber.objects.filter(number=OuterRef(number), country__in=settings.ALLOWED_COUNTRIES)
    return Check("country_not_allowed", Q(Exists(on_file)))


def customer_may_join(*, programme: Campaign, customer: Customer) -> str:
    """The first reason why this customer may not join, or an empty string."""
    row = Customer.objects.filter(pk=customer.pk)
    for check in may_join(programme=programme, customer="pk"):
        if not row.filter(check.passes).exists():
            return check.reason
    return ""


def _subscriptions(programme: Campaign, number: str) -> QuerySet[Subscription]:
    return Subscription.objects.filter(programme=programme, number=OuterRef(number))
