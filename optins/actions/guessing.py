"""Codes as they are typed, for whatever purpose: which one counts, and whether a guess is right."""

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.refusals import Refused
from optins import codes
from optins.actions.verification import Asker, digest_key
from optins.models import Verification


def waiting_code(
    *, asker: Asker, number: str, purpose: Verification.Purpose, campaign_id: int | None = None
) -> Verification:
    """The latest code of that purpose for `number` (E.164). With `campaign_id` only one for that campaign counts.

    Raises `Refused`: code_not_found, too_many_attempts, code_expired.
    """
    asked = Verification.objects.filter(app=asker.app, number=number, purpose=purpose)
    if asker.app is not None:
        asked = asked.filter(customer=asker.customer_id)
    late = LessThanOrEqual(F("expires_at"), Now())
    verification = asked.annotate(is_late=late).order_by("-pk").first()
    if (
        verification is None
        or verification.state == Verification.State.CONFIRMED
        or campaign_id not in (None, verification.campaign_id)
    ):
        raise Refused("code_not_found", _("No code is waiting for this number. Request a new one."))
    if verification.state == Verification.State.DEAD:
        raise _dead()
    if verification.is_late:
        raise Refused("code_expired", _("This code is too old. Request a new one."))
    return verification


def judge(verification: Verification, code: str) -> Refused | None:
    """Count one guess and judge it; None when it is right. The caller holds the number's lock, and raises the refusal
    outside of its transaction, which would take the counted guess back."""
    tries = verification.tries + 1
    left = settings.VERIFICATION_ATTEMPTS - tries
    row = Verification.objects.filter(pk=verification.pk)
    if codes.matches(code, verification.code_digest, key=digest_key(), salt=str(verification.salt)):
        row.update(tries=tries, state=Verification.State.CONFIRMED, confirmed_at=Now())
        return None
    if left <= 0:
        row.update(tries=tries, state=Verification.State.DEAD)
        return _dead()
    row.update(tries=tries)
    sentence = ngettext("This is not the code. %(left)d try left.", "This is not the code. %(left)d tries left.", left)
    return Refused("invalid_code", sentence % {"left": left})


def _dead() -> Refused:
    return Refused("too_many_attempts", _("Too many wrong codes: this one no longer works. Request a new one."))
