"""Staff prove that a phone is theirs, by a code as customers do, so that tests of messages may go to it."""

from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.persons import read_number
from campaigns.actors import Actor
from campaigns.phone import country, mask
from campaigns.refusals import Refused
from optins import codes, limits
from optins.actions.issuing import new_code
from optins.actions.notices import owe_code
from optins.actions.verification import complete_options, digest_key
from optins.limits import Limit, TooMany
from optins.models import StaffNumber, Suppression

_CHANGE: Final = "optins.change_staffnumber"
_HOUR: Final = 3600
_NAME: Final = "Optline staff"


@transaction.atomic
def ask_for_staff_code(*, number: str, by: Actor) -> StaffNumber:
    """Text a code to one's own phone; an earlier phone of the same person counts no more.

    Raises Refused for a number that cannot be texted or opted out, TooMany, PermissionDenied.
    """
    by.require(_CHANGE)
    whose = _person(by)
    textable = read_number(number, field="number")
    if country(textable) not in settings.ALLOWED_COUNTRIES:
        raise Refused("country_not_allowed", _("Numbers of this country cannot be texted here."), field="number")
    if Suppression.objects.standing_for(textable).exists():
        raise Refused("opted_out", _("This number opted out of our texts. Text START from it first."), field="number")
    sender = complete_options().sender
    assert sender is not None, "complete options have a sender"
    wait = limits.check(_limits(whose, textable), cooldown=settings.VERIFICATION_COOLDOWN)
    if wait:
        raise TooMany(wait)
    code, lifetime = new_code(name=_NAME), settings.VERIFICATION_TTL
    row, _created = StaffNumber.objects.update_or_create(
        user_id=whose,
        defaults={
            "number": textable, "salt": code.salt, "code_digest": code.digest,
            "tries": 0, "expires_at": Now() + lifetime, "verified_at": None,
        },
    )  # fmt: skip
    owe_code(
        number=textable, sender_id=sender.pk, body=code.body, sealed_body=code.sealed_body, lifetime=lifetime,
    )  # fmt: skip
    record(by=by, act="staff_number.ask", of=row, number=mask(textable))
    return row


def _limits(user_id: int, number: str) -> list[Limit]:
    """One phone gets no more codes than a customer's, whoever asks."""
    return [
        Limit(f"number:{number}", settings.VERIFICATIONS_PER_NUMBER_HOUR, _HOUR),
        Limit(f"staff:{user_id}", settings.VERIFICATIONS_PER_CUSTOMER_HOUR, _HOUR),
    ]


def confirm_staff_code(*, code: str, by: Actor) -> None:
    """Take the code: from now on tests may go to the phone. Raises Refused, PermissionDenied."""
    by.require(_CHANGE)
    # Raised outside of the transaction, which would take the counted guess back.
    refusal = _judge(code, by)
    if refusal is not None:
        raise refusal


@transaction.atomic
def _judge(code: str, by: Actor) -> Refused | None:
    """Count one guess under the row's lock, so that parallel ones wait for each other."""
    waiting = StaffNumber.objects.filter(user=_person(by), verified_at=None, expires_at__gt=Now())
    row = waiting.filter(tries__lt=settings.VERIFICATION_ATTEMPTS).select_for_update().first()
    if row is None:
        return Refused("code_not_found", _("No code works any more. Ask for a new one."), field="code")
    if not codes.matches(code, row.code_digest, key=digest_key(), salt=str(row.salt)):
        StaffNumber.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        return Refused("invalid_code", _("This is not the code. Look again, or ask for a new one."), field="code")
    StaffNumber.objects.filter(pk=row.pk).update(verified_at=Now(), code_digest="")
    record(by=by, act="staff_number.verify", of=row, number=mask(row.number))
    return None


@transaction.atomic
def forget_staff_number(*, by: Actor) -> None:
    """Take one's own phone away: no test goes to it any more."""
    by.require(_CHANGE)
    for row in StaffNumber.objects.filter(user=_person(by)):
        record(by=by, act="staff_number.forget", of=row, number=mask(row.number))
        row.delete()


def _person(by: Actor) -> int:
    if by.user_id is None:
        raise Refused("not_a_person", _("Only a person who is signed in has a test phone."))
    return by.user_id
