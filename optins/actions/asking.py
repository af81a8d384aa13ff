"""Asking for a code: opting in begins with a text to the number that is to be proven."""

import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from campaigns.actions.persons import read_number
from campaigns.phone import country
from campaigns.refusals import Refused
from optins import codes, limits, queries
from optins.actions import ledger
from optins.actions.notices import owe
from optins.actions.pumping import areas, seconds_held
from optins.actions.verification import Asker, complete_options, digest_key, refusal_of, require_admission, sender_of
from optins.code_texts import code_text, masked, prefix_problem
from optins.limits import Limit, TooMany
from optins.models import ApiApp, Notice, OptInCampaign, Sender, Verification

_DAY = 86_400
_HOUR = 3600
_MINUTE = 60


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
        require_admission(programme, asker.customer)
    ledger.lock_number(number)
    stopped = refusal_of(programme, number)
    # A public page must not tell by its answers who opted out: there the limits come first.
    if stopped is not None and asker.app is not None:
        raise stopped
    wait = seconds_held(number) or limits.check(_limits(asker, number), cooldown=settings.VERIFICATION_COOLDOWN)
    if wait:
        raise TooMany(wait)
    if stopped is not None:
        raise stopped
    return _issue(asker, number, programme, message_text)


def _textable(text: str) -> str:
    """The number in E.164, when it is one that we may text at all."""
    number = read_number(text, field="to_phone_number")
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
    complete_options()
    programme = queries.live_programme(chosen)
    if programme is None:
        raise Refused("not_available", f"Opt-in campaign {chosen} is not live, so nobody can join it now.")
    return programme


def _limits(asker: Asker, number: str) -> list[Limit]:
    found = [Limit(f"number:{number}", settings.VERIFICATIONS_PER_NUMBER_HOUR, _HOUR)]
    if asker.customer is not None:
        name = f"customer:{asker.customer.pk}"
        found.append(Limit(name, settings.VERIFICATIONS_PER_CUSTOMER_HOUR, _HOUR))
    if asker.app is not None:
        found.append(Limit(f"app:{asker.app.pk}", settings.VERIFICATIONS_PER_APP_MINUTE, _MINUTE))
    if asker.ip is not None:
        found.append(Limit(f"ip:{asker.ip}", settings.VERIFICATIONS_PER_IP_HOUR, _HOUR))
    prefix, land = areas(number)
    found.append(Limit(f"prefix:{prefix}", settings.VERIFICATIONS_PER_PREFIX_HOUR, _HOUR))
    found.append(Limit(f"country:{land}", settings.VERIFICATIONS_PER_COUNTRY_DAY, _DAY))
    return found


def _issue(asker: Asker, number: str, programme: OptInCampaign, prefix: str) -> Verification:
    _pending(asker, number).update(state=Verification.State.SUPERSEDED)
    code, salt = codes.generate(settings.VERIFICATION_CODE_LENGTH), uuid.uuid4()
    verification = Verification.objects.create(
        app=asker.app,
        customer=asker.customer,
        campaign=programme,
        number=number,
        salt=salt,
        code_digest=codes.digest(code, key=digest_key(), salt=str(salt)),
        ip=asker.ip,
        expires_at=Now() + settings.VERIFICATION_TTL,
    )
    minutes = round(settings.VERIFICATION_TTL.total_seconds() / _MINUTE) or 1

    def text(shown: str) -> str:
        return code_text(code=shown, prefix=prefix, programme=programme.name, minutes=minutes)

    owe(
        kind=Notice.Kind.CODE,
        number=number,
        sender=sender_of(programme),
        body=text(masked(code)),
        sealed_body=text(code),
        campaign=programme,
        customer_id=None if asker.customer is None else asker.customer.pk,
        lifetime=settings.VERIFICATION_TTL,
    )
    return verification


def _pending(asker: Asker, number: str) -> QuerySet[Verification]:
    return Verification.objects.filter(
        app=asker.app, customer=asker.customer, number=number, state=Verification.State.PENDING
    )
