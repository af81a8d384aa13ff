"""Erasing a person: what is known and was said goes; the proof of consent and the suppression stay, as digests.

A number that somebody else holds, too, is theirs as well: its consent and what it texted stay.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.models import AuditEntry, Customer, PhoneNumber, RejectedLine
from campaigns.phone import mask
from campaigns.refusals import Refused
from messaging.models import Inbound, Outbound
from messaging.states import Reason, State
from optins.actions import ledger
from optins.actions.ledger import Evidence, Method
from optins.models import ConsentEvent, Notice, OptOutReview, PersonalEvidence, Verification

ERASE_PERMISSION = "optins.erase_person"

# Stands where a number stood that must not be blank: unlike a number it begins with a letter, and no two are the same.
_NOBODY = Concat(Value("erased"), Cast("pk", CharField()))
_ON_THE_WIRE = (State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went: numbers with their evidence, texts out and in, and numbers that stay since others hold them."""

    numbers: int
    texts: int
    inbound_texts: int
    shared_numbers: int


@transaction.atomic
def erase_customer(*, customer: Customer, by: Actor, reason: str) -> Erased:
    """Erase a customer, with every number that nobody else holds. What waits to be sent is cancelled.

    Raises `Refused` without a reason, and while a text is on the wire: what became of it is asked by its number.
    """
    by.require(ERASE_PERMISSION)
    _require_reason(reason)
    known = _numbers_of(customer)
    others = PhoneNumber.objects.filter(number__in=known).exclude(customer=customer)
    shared = set(others.values_list("number", flat=True))
    own = known - shared
    _lock(own)
    Customer.objects.select_for_update().get(pk=customer.pk)
    record(by=by, act="customer.erase", of=customer, reason=reason)
    erased = _erase(own, Q(customer_id=customer.pk), by=by, reason=reason, shared=len(shared))
    _forget(customer)
    return erased


@transaction.atomic
def erase_number(*, number: str, by: Actor, reason: str) -> Erased:
    """Erase a number (E.164) that no customer holds. Raises `Refused` as `erase_customer`, and when one does."""
    by.require(ERASE_PERMISSION)
    _require_reason(reason)
    _lock({number})
    holder = PhoneNumber.objects.filter(number=number).select_related("customer").first()
    if holder is not None:
        name = holder.customer.external_id or holder.customer_id
        said = _("Customer %(name)s holds this number. Erase the customer.") % {"name": name}
        raise Refused("number_held", said)
    erased = _erase({number}, Q(pk__in=()), by=by, reason=reason, shared=0)
    last = ConsentEvent.objects.of(number).order_by("-sequence").first()
    if last is not None:
        record(by=by, act="number.erase", of=last, number=mask(number), reason=reason)
    return erased


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("missing_data", _("Say why: when and how did the person ask to be erased?"), field="reason")


def _numbers_of(customer: Customer) -> set[str]:
    """The numbers on file, and those that consent was given with as this customer."""
    held = customer.phone_numbers.values_list("number", flat=True)
    gave = PersonalEvidence.objects.filter(event__customer_id=customer.pk).values_list("number", flat=True)
    return {*held, *gave}


def _lock(numbers: Collection[str]) -> None:
    # In one order, so that two erasures never wait for each other in a circle.
    for number in sorted(numbers):
        ledger.lock_number(number)


def _erase(numbers: Collection[str], of_person: Q, *, by: Actor, reason: str, shared: int) -> Erased:
    texts = Outbound.objects.filter(of_person | Q(number__in=numbers))
    _cancel(texts)
    if texts.filter(state__in=_ON_THE_WIRE).exists():
        sentence = _(
            "A text to this person is on the wire, and its outcome is asked by number. Try again in some minutes."
        )
        raise Refused("on_the_wire", sentence)
    notices = Notice.objects.filter(Q(number__in=numbers) | Q(pk__in=texts.values("notice")))
    inbound = Inbound.objects.filter(number__in=numbers)
    Verification.objects.filter(number__in=numbers).delete()
    OptOutReview.objects.filter(number__in=numbers).delete()
    notices.update(number=_NOBODY, body="", sealed_body="", carried_at=Coalesce("carried_at", Now()), customer_id=None)
    erased = Erased(
        numbers=len(numbers),
        texts=texts.exclude(number="").update(number=_NOBODY, body="", sealed_body=""),
        inbound_texts=inbound.update(number=_NOBODY, body=""),
        shared_numbers=shared,
    )
    evidence = Evidence(method=Method.STAFF, reason=reason, staff=by.label)
    for number in sorted(numbers):
        ledger.erase(number=number, evidence=evidence)
    return erased


def _cancel(texts: QuerySet[Outbound]) -> None:
    """Take each waiting row's lock in one order: a claim is before it, and seen as on the wire, or finds nothing."""
    waiting = texts.filter(state=State.QUEUED).select_for_update(of=("self",)).order_by("pk").values("pk")
    Outbound.objects.filter(pk__in=waiting).update(state=State.CANCELLED, reason=Reason.ERASED, settled_at=Now())


def _forget(customer: Customer) -> None:
    """The profile with all that hangs on it, the labels that the audit trail copied, and lines of files."""
    trail = AuditEntry.objects.filter(object_type=customer._meta.label_lower, object_id=str(customer.pk))
    trail.update(object_label="Erased customer")
    if customer.external_id:
        RejectedLine.objects.filter(content__contains=customer.external_id).update(content="")
    customer.delete()
