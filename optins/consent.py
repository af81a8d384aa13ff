"""May this number be texted for this programme? Asked here and nowhere else, for one person or a million.

Each check is a condition on an outer row that has a number and a customer, so that the estimate, the
freezing of an audience, the claim of a send worker and the page about one person ask the same SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.utils import timezone

from campaigns.audience import is_member, meets_restriction
from campaigns.models import Campaign, Customer, PhoneNumber
from optins.models import OptOutReview, Sender, Subscription, Suppression


@dataclass(frozen=True, slots=True)
class Check:
    """`passes` is the condition; `reason` is the word of `messaging.states.Reason` when it does not.

    A condition that is empty passes always.
    """

    reason: str
    passes: Q


def may_be_texted(
    *, programme: Campaign, sender: Sender, number: str, customer: str, standing: str = ""
) -> Sequence[Check]:
    """The checks in the order in which their reasons are told. `number` and `customer` name the outer columns.

    `standing` names the outer row's `standing_in` the programme, where it has one joined.
    """
    return (
        not_suppressed(sender=sender, number=number),
        not_in_review(number=number),
        *(_stands_in(standing) if standing else _opted_in(programme, number)),
        country_allowed(number=number),
        *may_join(programme=programme, customer=customer),
    )


def may_join(*, programme: Campaign, customer: str) -> Sequence[Check]:
    """A campaign's user restrictions and target audience: asked when a person joins and again at each send."""
    today = timezone.now().date()
    return (
        Check("restricted", of_person(meets_restriction(programme, on=today), customer=customer)),
        Check("not_in_audience", of_person(is_member(programme.audience), customer=customer)),
    )


def of_person(condition: Q, *, customer: str) -> Q:
    """A condition on customers, asked of the outer row's; where that row is the customer (`pk`), without a look-up.

    Whoever was deleted meets no condition, not even an empty one.
    """
    if customer == "pk":
        return condition
    if not condition:
        # A column that every customer has a value in: the outer row's own reference stands after they are deleted.
        return Q(**{f"{customer.removesuffix('_id')}__updated_at__isnull": False})
    return Q(Exists(Customer.objects.filter(condition, pk=OuterRef(customer))))


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
    held, _, _ = number.rpartition("__")
    if held:  # the outer row leads to the number on file
        return Check("country_not_allowed", Q(**{f"{held}__country__in": settings.ALLOWED_COUNTRIES}))
    on_file = PhoneNumber.objects.filter(number=OuterRef(number), country__in=settings.ALLOWED_COUNTRIES)
    return Check("country_not_allowed", Q(Exists(on_file)))


def _opted_in(programme: Campaign, number: str) -> Sequence[Check]:
    """Only of who has not opted in it is asked whether they opted out: a number has one standing in a programme."""
    standing = Subscription.objects.filter(programme=programme, number=OuterRef(number)).order_by()
    joined = Q(Exists(standing.filter(state=Subscription.State.OPTED_IN)))
    gone = Q(Exists(standing.filter(state=Subscription.State.OPTED_OUT)))
    return Check("opted_out", joined | ~gone), Check("not_opted_in", joined)


def standing_in(programme: Campaign, *, relation: str) -> FilteredRelation:
    """Of the subscriptions that `relation` leads to that in the programme, as one join for all that is asked of it."""
    return FilteredRelation(relation, condition=Q(**{f"{relation}__programme": programme}))


def _stands_in(standing: str) -> Sequence[Check]:
    """The same two questions of a subscription that is joined, or of none."""
    joined, gone = (
        Q(**{f"{standing}__state": state}) for state in (Subscription.State.OPTED_IN, Subscription.State.OPTED_OUT)
    )
    return Check("opted_out", ~gone), Check("not_opted_in", joined)


def customer_may_join(*, programme: Campaign, customer_id: int) -> str:
    """The first reason why this customer may not join, or an empty string."""
    row = Customer.objects.filter(pk=customer_id)
    for check in may_join(programme=programme, customer="pk"):
        if not row.filter(check.passes).exists():
            return check.reason
    return ""
