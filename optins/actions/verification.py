"""Opting in by a code: it is texted to a number, and whoever can tell it holds the number.

A code belongs to app, customer, number and campaign, works once, and dies of age or of wrong guesses. The
permalink page asks without app and customer: who the person is, is settled when the number is proven.
"""

import functools
import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.crypto import salted_hmac

from campaigns.actions.customers import add_number
from campaigns.actions.persons import person_of
from campaigns.actors import Actor
from campaigns.models import Customer, PhoneNumber
from campaigns.phone import InvalidPhoneNumber, country, mask, parse
from campaigns.refusals import Refused
from optins import codes, consent, limits, queries
from optins.actions import ledger
from optins.actions.ledger import Action, Evidence, Method
from optins.actions.notices import owe
from optins.code_texts import code_text, masked, prefix_problem
from optins.limits import Limit, TooMany
from optins.models import (
    ApiApp,
    GlobalOptions,
    Notice,
    OptInCampaign,
    Sender,
    Subscription,
    Verification,
)

_HOUR = 3600
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """On whose behalf a code is asked for or confirmed. Without `customer` the person is found by number.

    `wording` is what the person was shown when they agreed, for the ledger. The names fill blank ones of a
    person who was found by number.
    """

    customer: Customer | None = None
    app: ApiApp | None = None
    ip: str | None = None
    user_agent: str = ""
    wording: str = ""
    first_name: str = ""
    last_name: str = ""


class Outcome(StrEnum):
    """What a right code did, besides verifying the number."""

    JOINED = "joined"  # opted in, and welcomed
    ALREADY_IN = "already_in"  # was opted in before; nothing is sent
    OTHER_NUMBER = "other_number"  # the person's texts go to the number that they verified first


@transaction.atomic
def request_code(
    *, asker: Asker, to_phone_number: str, campaign_id: int | None = None, message_text: str = ""
) -> Verification:
    """Text a new code to a number; an earlier one stops working. The campaign is fixed here.

    `campaign_id` wins over the app's own campaign. `message_text` takes the place of the text's beginning.
    Raises `Refused`: invalid_phone_number, argument_error, country_not_allowed, no_active_campaign_found,
    not_available, opted_out, too_many_requests (as `TooMany`), temporarily_unavailable.
    """
    number = _textable(to_phone_number)
    problem = prefix_problem(message_text)
    if problem is not None:
        raise Refused("argument_error", problem, field="message_text")
    programme = _programme(asker.app, campaign_id)
    if asker.customer is not None:
        _require_admission(programme, asker.customer)
    ledger.lock_number(number)
    stopped = _stopped(programme, number)
    # A public page must not tell by its answers who opted out: there the limits come first.
    if stopped is not None and asker.app is not None:
        raise stopped
    wait = limits.check(_limits(asker, number), cooldown=settings.VERIFICATION_COOLDOWN)
    if wait:
        raise TooMany(wait)
    if stopped is not None:
        raise stopped
    return _issue(asker, number, programme, message_text)


def confirm_code(*, asker: Asker, to_phone_number: str, code: str, campaign_id: int | None = None) -> Outcome:
    """Take a code from a person: verify the number and opt it in to the campaign of the request.

    Only the customer's first verified number is opted in. With `campaign_id` only a code for that campaign
    counts. Raises `Refused`: invalid_phone_number, invalid_code, too_many_attempts, code_expired, code_not_found;
    and for a right code, which then still works later: no_active_campaign_found, not_available, opted_out.
    """
    number = _number(to_phone_number)
    with transaction.atomic():
        # The lock makes parallel guesses wait for one another, so that each of them is counted.
        ledger.lock_number(number)
        verification = _latest(asker, number, campaign_id)
        refusal = _judge(verification, code)
        if refusal is None:
            outcome = _enrol(verification, asker)
    if refusal is not None:
        # Raised only now: inside the transaction it would take the counted guess back.
        raise refusal
    return outcome


# --- Asking ----------------------------------------------------------------------------------


def _issue(asker: Asker, number: str, programme: OptInCampaign, prefix: str) -> Verification:
    _pending(asker, number).update(state=Verification.State.SUPERSEDED)
    code, salt = codes.generate(settings.VERIFICATION_CODE_LENGTH), uuid.uuid4()
    verification = Verification.objects.create(
        app=asker.app,
        customer=asker.customer,
        campaign=programme,
        number=number,
        salt=salt,
        code_digest=codes.digest(code, key=_key(), salt=str(salt)),
        ip=asker.ip,
        expires_at=Now() + settings.VERIFICATION_TTL,
    )
    minutes = round(settings.VERIFICATION_TTL.total_seconds() / _MINUTE) or 1

    def text(shown: str) -> str:
        return code_text(code=shown, prefix=prefix, programme=programme.name, minutes=minutes)

    owe(
        kind=Notice.Kind.CODE,
        number=number,
        sender=_sender(programme),
        body=text(masked(code)),
        sealed_body=text(code),
        campaign=programme,
        customer_id=None if asker.customer is None else asker.customer.pk,
        lifetime=settings.VERIFICATION_TTL,
    )
    return verification


def _number(text: str) -> str:
    try:
        return parse(text, region=settings.DEFAULT_PHONE_REGION)
    except InvalidPhoneNumber as invalid:
        raise Refused("invalid_phone_number", str(invalid), field="to_phone_number") from None


def _textable(text: str) -> str:
    """The number in E.164, when it is one that we may text at all."""
    number = _number(text)
    if country(number) not in settings.ALLOWED_COUNTRIES:
        raise Refused(
            "country_not_allowed", "Numbers of this country cannot be enrolled here.", field="to_phone_number"
        )
    if Sender.objects.filter(address=number).exists():
        raise Refused(
            "invalid_phone_number",
            "This is the number that our texts come from. Give the person's own.",
            field="to_phone_number",
        )
    return number


def _programme(app: ApiApp | None, campaign_id: int | None) -> OptInCampaign:
    chosen = campaign_id if campaign_id is not None else (app.campaign_id if app else None)
    if chosen is None:
        raise Refused(
            "no_active_campaign_found",
            "There is no opt-in campaign to join. Send campaign_id, or set a campaign on the API app.",
        )
    _global_options()
    programme = queries.live_programme(chosen)
    if programme is None:
        raise Refused("not_available", f"Opt-in campaign {chosen} is not live, so nobody can join it now.")
    return programme


def _global_options() -> GlobalOptions:
    options = queries.global_options()
    if options is None:
        raise Refused(
            "no_active_campaign_found", "The Global SMS Opt-In is not complete. Finish it in the dashboard first."
        )
    return options


def _require_admission(programme: OptInCampaign, customer: Customer) -> None:
    if consent.customer_may_join(programme=programme, customer=customer):
        raise Refused("not_available", "This person is not among those who may join this campaign.")


def _stopped(programme: OptInCampaign, number: str) -> Refused | None:
    """What to say when the campaign's sender may not text this number."""
    sender = _sender(programme)
    if not queries.standing_suppressions(sender=sender, number=number).exists():
        return None
    advice = queries.restart_advice(sender)
    return Refused("opted_out", f"This number opted out of our texts. To come back, {advice} first.")


def _limits(asker: Asker, number: str) -> list[Limit]:
    found = [Limit(f"number:{number}", settings.VERIFICATIONS_PER_NUMBER_HOUR, _HOUR)]
    if asker.customer is not None:
        name = f"customer:{asker.customer.pk}"
        found.append(Limit(name, settings.VERIFICATIONS_PER_CUSTOMER_HOUR, _HOUR))
    if asker.app is not None:
        found.append(Limit(f"app:{asker.app.pk}", settings.VERIFICATIONS_PER_APP_MINUTE, _MINUTE))
    if asker.ip is not None:
        found.append(Limit(f"ip:{asker.ip}", settings.VERIFICATIONS_PER_IP_HOUR, _HOUR))
    return found


# --- Confirming ------------------------------------------------------------------------------


def _latest(asker: Asker, number: str, campaign_id: int | None) -> Verification:
    asked = Verification.objects.filter(app=asker.app, number=number)
    if asker.app is not None:
        asked = asked.filter(customer=asker.customer)
    late = LessThanOrEqual(F("expires_at"), Now())
    verification = asked.annotate(is_late=late).order_by("-pk").first()
    if (
        verification is None
        or verification.state == Verification.State.CONFIRMED
        or campaign_id not in (None, verification.campaign_id)
    ):
        raise Refused("code_not_found", "No code is waiting for this number. Request a new one.")
    if verification.state == Verification.State.DEAD:
        raise _dead()
    if verification.is_late:
        raise Refused("code_expired", "This code is too old. Request a new one.")
    return verification


def _judge(verification: Verification, code: str) -> Refused | None:
    """Count one guess and judge it. The caller holds the number's lock."""
    tries = verification.tries + 1
    left = settings.VERIFICATION_ATTEMPTS - tries
    row = Verification.objects.filter(pk=verification.pk)
    if codes.matches(code, verification.code_digest, key=_key(), salt=str(verification.salt)):
        row.update(tries=tries, state=Verification.State.CONFIRMED, confirmed_at=Now())
        return None
    if left <= 0:
        row.update(tries=tries, state=Verification.State.DEAD)
        return _dead()
    row.update(tries=tries)
    return Refused("invalid_code", f"This is not the code. {left} {'try' if left == 1 else 'tries'} left.")


def _dead() -> Refused:
    return Refused("too_many_attempts", "Too many wrong codes: this one no longer works. Request a new one.")


def _enrol(verification: Verification, asker: Asker) -> Outcome:
    """The code was right. What is refused from here on rolls back, so that the code still works later."""
    number, options = verification.number, _global_options()
    programme = queries.live_programme(verification.campaign_id)
    if programme is None:
        raise Refused("not_available", "This campaign is no longer live, so nobody can join it now.")
    customer = asker.customer or person_of(number=number)
    # Two numbers of one person, confirmed at once, must not both be the first.
    Customer.objects.select_for_update().get(pk=customer.pk)
    _require_admission(programme, customer)
    stopped = _stopped(programme, number)
    if stopped is not None:
        raise stopped
    evidence = Evidence(
        method=Method.CODE,
        sender=_sender(programme),
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
    standing = Subscription.objects.filter(number=number, programme=programme)
    if standing.filter(state=Subscription.State.OPTED_IN).exists():
        return Outcome.ALREADY_IN
    ledger.opt_in(number=number, programme=programme, evidence=evidence)
    _welcome(number, programme, options, customer)
    return Outcome.JOINED


def _prove(verification: Verification, customer: Customer, asker: Asker) -> None:
    """The number is the customer's. The earliest proof counts: verifying again does not make it newer."""
    number, app = verification.number, asker.app
    held = PhoneNumber.objects.filter(customer=customer, number=number)
    if not held.exists():
        by = Actor.app(app.key) if app else Actor.person(mask(number))
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
        sender=_sender(programme),
        body=queries.welcome_text(programme, options),
        campaign=programme,
        customer_id=customer.pk,
    )


# --- Shared ----------------------------------------------------------------------------------


def _pending(asker: Asker, number: str) -> QuerySet[Verification]:
    return Verification.objects.filter(
        app=asker.app, customer=asker.customer, number=number, state=Verification.State.PENDING
    )


def _sender(programme: OptInCampaign) -> Sender:
    sender = programme.options.sender
    assert sender is not None, "live_programme() gives only programmes that can send"
    return sender


@functools.cache
def _key() -> bytes:
    """What the digests of codes are keyed with: of its own, so that no other use of SECRET_KEY meets it."""
    return salted_hmac("optline.verification", "", algorithm="sha256").digest()
