"""Asking for a code: opting in begins with a text to the number that is to be proven."""

import uuid
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.db import transaction

from campaigns.actions.persons import read_number, unknown_customer
from campaigns.refusals import Refused
from optins import codes, limits
from optins.actions import ledger
from optins.actions.notices import owe_code
from optins.actions.pumping import areas
from optins.actions.verification import Asker, digest_key, incomplete, opted_out, require_admission
from optins.code_texts import code_text, masked, prefix_problem
from optins.entry import Entry, Programme, entry, standing
from optins.limits import Limit, TooMany
from optins.models import OptInCampaign, Verification

_DAY = 86_400
_HOUR = 3600
_MINUTE = 60
# Brings addresses into the one spelling in which the database gives them back.
_IP: Final = Verification._meta.get_field("ip")

# An earlier code stops working in the same statement. The new one is written from what the update returns: so the
# update comes first, and the unique key of waiting codes has room. Whose code it was is asked in words of its own with
# and without app and customer, so that the key finds it.
_ISSUE: Final = """
    WITH superseded AS (
        UPDATE optins_verification SET state = 'superseded'
        WHERE {app} AND {customer} AND number = %(number)s::varchar AND state = 'pending'
        RETURNING id
    ), issued AS (
        INSERT INTO optins_verification
                    (app_id, customer_id, campaign_id, number, salt, code_digest, state, tries, ip, expires_at)
        SELECT %(app)s::bigint, %(customer)s::bigint, %(campaign)s::bigint, %(number)s::varchar, %(salt)s, %(digest)s,
               'pending', 0, %(ip)s::inet, statement_timestamp() + %(lifetime)s::interval
        FROM (SELECT count(*) FROM superseded) AS earlier
    )
"""


@transaction.atomic
def request_code(
    *,
    asker: Asker,
    to_phone_number: str,
    campaign_id: int | None = None,
    message_text: str = "",
    external_id: str | None = None,
) -> None:
    """Text a new code to a number; an earlier one stops working. The campaign is fixed here.

    `campaign_id` wins over the app's own campaign. `message_text` takes the place of the text's beginning. With
    `external_id` it is asked for on behalf of that customer, who is found together with all else.
    Raises `Refused`: invalid_phone_number, argument_error, country_not_allowed, user_not_found,
    no_active_campaign_found, not_available, opted_out, too_many_requests (as `TooMany`), temporarily_unavailable.
    """
    number = read_number(to_phone_number, field="to_phone_number")
    around = areas(number)
    _require_allowed(around[1])
    chosen = campaign_id if campaign_id is not None else (asker.app.campaign_id if asker.app else None)
    found = entry(number=number, programme_id=chosen, external_id=external_id)
    if external_id is not None:
        if found.customer_id is None:
            raise unknown_customer()
        asker = replace(asker, customer_id=found.customer_id)
    programme = _enterable(found, chosen, message_text)
    if asker.customer_id is not None and not programme.is_open_to_all:
        require_admission(OptInCampaign.objects.get(pk=programme.pk), asker.customer_id)
    ledger.lock_number(number)
    stopped, held = standing(number=number, areas=around, programme=programme)
    # A public page must not tell by its answers who opted out: there the limits come first.
    if stopped and asker.app is not None:
        raise opted_out(programme.sender_id)
    wait = held or limits.check(_limits(asker, number, around), cooldown=settings.VERIFICATION_COOLDOWN)
    if wait:
        raise TooMany(wait)
    if stopped:
        raise opted_out(programme.sender_id)
    _issue(asker, number, programme, message_text)


def _require_allowed(country: str) -> None:
    """Raise `Refused` for a number of a country that we do not text at all."""
    if country not in settings.ALLOWED_COUNTRIES:
        raise Refused(
            "country_not_allowed", "Numbers of this country cannot be enrolled here.", field="to_phone_number"
        )


def _enterable(found: Entry, chosen: int | None, message_text: str) -> Programme:
    """The programme that somebody may ask to join from this number with this text. Raises `Refused`."""
    if found.is_ours:
        raise Refused(
            "invalid_phone_number",
            "This is the number that our texts come from. Give the person's own.",
            field="to_phone_number",
        )
    problem = prefix_problem(message_text)
    if problem is not None:
        raise Refused("argument_error", problem, field="message_text")
    if chosen is None:
        raise Refused(
            "no_active_campaign_found",
            "There is no opt-in campaign to join. Send campaign_id, or set a campaign on the API app.",
        )
    if not found.is_complete:
        raise incomplete()
    if found.programme is None:
        raise Refused("not_available", f"Opt-in campaign {chosen} is not live, so nobody can join it now.")
    return found.programme


def _limits(asker: Asker, number: str, around: tuple[str, str]) -> list[Limit]:
    found = [Limit(f"number:{number}", settings.VERIFICATIONS_PER_NUMBER_HOUR, _HOUR)]
    if asker.customer_id is not None:
        found.append(Limit(f"customer:{asker.customer_id}", settings.VERIFICATIONS_PER_CUSTOMER_HOUR, _HOUR))
    if asker.app is not None:
        found.append(Limit(f"app:{asker.app.pk}", settings.VERIFICATIONS_PER_APP_MINUTE, _MINUTE))
    if asker.ip is not None:
        found.append(Limit(f"ip:{asker.ip}", settings.VERIFICATIONS_PER_IP_HOUR, _HOUR))
    prefix, land = around
    found.append(Limit(f"prefix:{prefix}", settings.VERIFICATIONS_PER_PREFIX_HOUR, _HOUR))
    found.append(Limit(f"country:{land}", settings.VERIFICATIONS_PER_COUNTRY_DAY, _DAY))
    return found


def _issue(asker: Asker, number: str, programme: Programme, prefix: str) -> None:
    code, salt = codes.generate(settings.VERIFICATION_CODE_LENGTH), uuid.uuid4()
    issued = {
        "app": asker.app.pk if asker.app else None,
        "salt": salt,
        "digest": codes.digest(code, key=digest_key(), salt=str(salt)),
        "ip": _IP.get_prep_value(asker.ip),
    }
    statement = _ISSUE.format(app=_held_by("app", asker.app), customer=_held_by("customer", asker.customer_id))
    minutes = round(settings.VERIFICATION_TTL.total_seconds() / _MINUTE) or 1

    def text(shown: str) -> str:
        return code_text(code=shown, prefix=prefix, programme=programme.name, minutes=minutes)

    owe_code(
        number=number,
        sender_id=programme.sender_id,
        campaign_id=programme.pk,
        customer_id=asker.customer_id,
        body=text(masked(code)),
        sealed_body=text(code),
        lifetime=settings.VERIFICATION_TTL,
        along_with=statement,
        values=issued,
    )


def _held_by(whose: str, holder: object) -> str:
    """The question whether a code is of this app or customer, or of none."""
    return f"{whose}_id IS NULL" if holder is None else f"{whose}_id = %({whose})s"
