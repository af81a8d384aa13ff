"""Opting out by other ways than a text, and the double opt-ins that nobody answered."""

from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.persons import holder_of, person_of, read_number
from campaigns.actors import Actor
from campaigns.language import gettext_noop, storable
from campaigns.models import Customer, CustomerImport, PhoneNumber
from campaigns.phone import E164, mask
from campaigns.refusals import Refused
from optins.actions import ledger
from optins.actions.ledger import Evidence, Method
from optins.actions.stopping import settle_reviews
from optins.models import ConsentEvent, OptInCampaign, Sender, Subscription, Suppression

OPT_OUT_PERMISSION = "optins.opt_out_number"
# By the kind of who says so; of apps and lists where it is none of these.
_METHODS: Final = {"staff": Method.STAFF, "person": Method.WEB}
_OF_A_LINE: Final = storable(gettext_noop("Line %(line)s of “%(file)s”"))
_REFUSED: Final = storable(gettext_noop("Twilio error %(code)s"))
_REASONS: Final = {"staff": Suppression.Reason.STAFF, "person": Suppression.Reason.WEB}


@transaction.atomic
def opt_out_number(
    *,
    number: str,
    by: Actor,
    reason: str = "",
    programme_id: int | None = None,
    ip: str | None = None,
    user_agent: str = "",
    wording: str = "",
) -> int:
    """End a number's subscriptions on a person's word. Returns how many ended.

    With `programme_id` only that one; without, all of them, and the number is suppressed brand-wide.
    Staff must say a reason; of a person who asks on our page, `wording` is what it showed. Texts already on the wire
    go; what is waiting is stopped at the claim.
    """
    by.require(OPT_OUT_PERMISSION)
    is_staff = by.kind == "staff"
    if is_staff and not reason.strip():
        raise Refused("missing_data", _("Say why: how did the person ask to be taken off?"), field="reason")
    ledger.lock_number(number)
    customer = person_of(number=number)
    evidence = Evidence(
        method=_METHODS.get(by.kind, Method.API),
        customer=customer,
        reason=reason,
        staff=by.label if is_staff else "",
        app_key=by.key,
        ip=ip,
        user_agent=user_agent,
        wording=wording,
    )
    which = Q() if programme_id is None else Q(programme_id=programme_id)
    ended = ledger.opt_out(subscriptions=which, number=number, evidence=evidence)
    if programme_id is None:
        why = _REASONS.get(by.kind, Suppression.Reason.API)
        ledger.suppress(number=number, sender=None, reason=why, evidence=evidence)
        settle_reviews(number=number)
    record(by=by, act="number.opt_out", of=customer, number=mask(number), ended=ended, reason=reason)
    return ended


def opt_out_imported(*, number: str, row: CustomerImport, line: int) -> bool:
    """End a number's subscriptions and suppress it brand-wide, since a line of a file says that the person left.

    In the caller's transaction. Returns whether anything stood lower afterwards. The entries name no customer: they
    are no reason to keep one whom the same import made.
    """
    ledger.lock_number(number)
    evidence = Evidence(
        method=Method.IMPORT,
        reason=_OF_A_LINE % {"line": line, "file": row.file_name[-200:]},
        staff=row.started_by.get_username() if row.started_by else "",
        customer_import=row,
    )
    ended = ledger.opt_out(subscriptions=Q(), number=number, evidence=evidence)
    suppressed = ledger.suppress(number=number, sender=None, reason=Suppression.Reason.IMPORT, evidence=evidence)
    settle_reviews(number=number)
    return suppressed or ended > 0


@transaction.atomic
def end_deactivated(*, number: str, by: Actor, reason: str) -> int:
    """The number has no holder any more, or another one: its consent and its verification end. Returns how many did.

    It is not suppressed: whoever gets it next may join. Texts that wait are stopped at the claim.
    """
    by.require(OPT_OUT_PERMISSION)
    ledger.lock_number(number)
    customer = holder_of(number=number)
    evidence = Evidence(method=Method.CARRIER, customer=customer, reason=reason, staff=by.label)
    ended = ledger.opt_out(subscriptions=Q(), number=number, evidence=evidence)
    PhoneNumber.objects.filter(number=number).update(verified_at=None)
    if customer is not None:
        record(by=by, act="number.deactivated", of=customer, number=mask(number), ended=ended, reason=reason)
    return ended


@transaction.atomic
def suppress_refused(*, number: str, sender: Sender, code: int) -> None:
    """The carrier refuses this pair (21610): no further text from `sender` until the person lifts it.

    A text of a person who was erased since has no number any more, and no consent to end.
    """
    if not E164.fullmatch(number):
        return
    ledger.lock_number(number)
    evidence = Evidence(method=Method.CARRIER, sender=sender, reason=_REFUSED % {"code": code})
    ledger.suppress(number=number, sender=sender.scope, reason=Suppression.Reason.CARRIER, evidence=evidence)


def lapse_pending() -> int:
    """Expire double opt-ins whose time has passed, by the database's clock. Returns how many.

    A number at a time: who changes consent holds the number's lock, and whoever answers YES meanwhile is not late.
    """
    due = Subscription.objects.filter(state=Subscription.State.PENDING, pending_until__lte=Now())
    lapsed = 0
    for number in due.order_by("number").values_list("number", flat=True).distinct():
        with transaction.atomic():
            ledger.lock_number(number)
            lapsed += ledger.lapse(due.filter(number=number), evidence=Evidence(method=ConsentEvent.Method.CLOCK))
    return lapsed


@transaction.atomic
def opt_out_customer(
    *,
    customer: Customer,
    by: Actor,
    number: str | None = None,
    reason: str = "",
    programme_id: int | None = None,
    ip: str | None = None,
) -> int:
    """`opt_out_number` for one of a customer's numbers, in any spelling, or for all of them.

    Returns how many subscriptions ended. Raises `Refused` for a number that is not the customer's and for
    an opt-in campaign that does not exist.
    """
    if programme_id is not None and not OptInCampaign.objects.filter(pk=programme_id).exists():
        sentence = _("There is no opt-in campaign %(campaign)d.") % {"campaign": programme_id}
        raise Refused("not_found", sentence)
    held = set(customer.phone_numbers.values_list("number", flat=True))
    if number is not None:
        held &= {read_number(number, field="to_phone_number")}
        if not held:
            raise Refused("not_found", _("This number is not one of the customer's."))
    # In one order, so that two calls about the same numbers never wait for each other in a circle.
    return sum(
        opt_out_number(number=one, by=by, reason=reason, programme_id=programme_id, ip=ip) for one in sorted(held)
    )
