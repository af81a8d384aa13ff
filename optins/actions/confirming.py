"""Confirming a code: the number is proven, and the customer's first proven number joins."""

from enum import StrEnum

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.customers import add_number
from campaigns.actions.persons import person_of, read_number
from campaigns.actors import Actor
from campaigns.models import Customer, PhoneNumber
from campaigns.phone import mask
from campaigns.refusals import Refused
from optins import queries
from optins.actions import ledger
from optins.actions.guessing import judge, waiting_code
from optins.actions.ledger import Action, Evidence, Method
from optins.actions.notices import owe
from optins.actions.verification import Asker, complete_options, opted_out, require_admission, sender_of
from optins.models import GlobalOptions, Notice, OptInCampaign, Verification


class Outcome(StrEnum):
    """What a right code did, besides verifying the number."""

    JOINED = "joined"  # opted in, and welcomed
    ALREADY_IN = "already_in"  # was opted in before; nothing is sent
    OTHER_NUMBER = "other_number"  # the person's texts go to the number that they verified first


def confirm_code(*, asker: Asker, to_phone_number: str, code: str, campaign_id: int | None = None) -> Outcome:
    """Take a code from a person: verify the number and opt it in to the campaign of the request.

    Only the customer's first verified number is opted in. With `campaign_id` only a code for that campaign
    counts. Raises `Refused`: invalid_phone_number, invalid_code, too_many_attempts, code_expired, code_not_found;
    and for a right code, which then still works later: no_active_campaign_found, not_available, opted_out.
    """
    number = read_number(to_phone_number, field="to_phone_number")
    with transaction.atomic():
        # The lock makes parallel guesses wait for one another, so that each of them is counted.
        ledger.lock_number(number)
        joining = Verification.Purpose.JOINING
        verification = waiting_code(asker=asker, number=number, purpose=joining, campaign_id=campaign_id)
        refusal = judge(verification, code)
        if refusal is None:
            outcome = _enrol(verification, asker)
    if refusal is not None:
        # Raised only now: inside the transaction it would take the counted guess back.
        raise refusal
    return outcome


def _enrol(verification: Verification, asker: Asker) -> Outcome:
    """The code was right. What is refused from here on rolls back, so that the code still works later."""
    number, options = verification.number, complete_options()
    assert verification.campaign_id is not None, "the database keeps no code for joining nothing"
    programme = queries.live_programme(verification.campaign_id)
    if programme is None:
        raise Refused("not_available", _("This campaign is no longer live, so nobody can join it now."))
    customer_id = asker.customer_id or person_of(number=number).pk
    # Two numbers of one person, confirmed at once, must not both be the first.
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    require_admission(programme, customer.pk)
    if queries.standing_suppressions(sender=sender_of(programme), number=number).exists():
        raise opted_out(sender_of(programme).pk)
    evidence = Evidence(
        method=Method.CODE,
        sender=sender_of(programme),
        customer=customer,
        wording=asker.wording,
        app_key=asker.app.key if asker.app else "",
        ip=asker.ip,
        user_agent=asker.user_agent,
    )
    _prove(verification, customer, asker)
    ledger.write(number=number, action=Action.VERIFIED, evidence=evidence, programme=programme)
    if queries.first_verified_number(customer.pk) != number:
        return Outcome.OTHER_NUMBER
    if queries.is_opted_in(number=number, programme=programme):
        return Outcome.ALREADY_IN
    ledger.opt_in(number=number, programme=programme, evidence=evidence)
    _welcome(number, programme, options, customer)
    return Outcome.JOINED


def _prove(verification: Verification, customer: Customer, asker: Asker) -> None:
    """The number is the customer's. The earliest proof counts: verifying again does not make it newer."""
    number, app = verification.number, asker.app
    held = PhoneNumber.objects.filter(customer=customer, number=number)
    if not held.exists():
        by = Actor.app(name=app.name, key=app.key) if app else Actor.person(mask(number))
        add_number(customer=customer, number=number, by=by)
    held.filter(verified_at__isnull=True).update(verified_at=Now())
    if verification.customer_id is None:
        Verification.objects.filter(pk=verification.pk).update(customer=customer)
        nameless = Customer.objects.filter(pk=customer.pk, first_name="", last_name="")
        nameless.update(first_name=asker.first_name, last_name=asker.last_name)


def _welcome(number: str, programme: OptInCampaign, options: GlobalOptions, customer: Customer) -> None:
    owe(
        kind=Notice.Kind.WELCOME,
        number=number,
        sender=sender_of(programme),
        body=queries.welcome_text(programme, options),
        campaign=programme,
        customer_id=customer.pk,
    )
