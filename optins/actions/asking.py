"""Asking for a code: opting in begins with a text to the number that is to be proven."""

from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.persons import read_number, unknown_customer
from campaigns.refusals import Refused
from optins import limits
from optins.actions import ledger
from optins.actions.issuing import limits_of, text_code
from optins.actions.pumping import areas
from optins.actions.verification import Asker, incomplete, opted_out, require_admission
from optins.code_texts import prefix_problem
from optins.entry import Entry, Programme, entry, standing
from optins.limits import TooMany
from optins.models import OptInCampaign, Verification


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
    stopped, held = standing(number=number, areas=around, sender_id=programme.sender_id, pool_id=programme.pool_id)
    # A public page must not tell by its answers who opted out: there the limits come first.
    if stopped and asker.app is not None:
        raise opted_out(programme.sender_id)
    wait = held or limits.check(limits_of(asker, number, around), cooldown=settings.VERIFICATION_COOLDOWN)
    if wait:
        raise TooMany(wait)
    if stopped:
        raise opted_out(programme.sender_id)
    _issue(asker, number, programme, message_text)


def _issue(asker: Asker, number: str, programme: Programme, prefix: str) -> None:
    text_code(
        asker=asker, number=number, sender_id=programme.sender_id, purpose=Verification.Purpose.JOINING,
        name=programme.name, prefix=prefix, campaign_id=programme.pk,
    )  # fmt: skip


def _require_allowed(country: str) -> None:
    """Raise `Refused` for a number of a country that we do not text at all."""
    if country not in settings.ALLOWED_COUNTRIES:
        raise Refused(
            "country_not_allowed", _("Numbers of this country cannot be enrolled here."), field="to_phone_number"
        )


def _enterable(found: Entry, chosen: int | None, message_text: str) -> Programme:
    """The programme that somebody may ask to join from this number with this text. Raises `Refused`."""
    if found.is_ours:
        raise Refused(
            "invalid_phone_number",
            _("This is the number that our texts come from. Give the person's own."),
            field="to_phone_number",
        )
    problem = prefix_problem(message_text)
    if problem is not None:
        raise Refused("argument_error", problem, field="message_text")
    if chosen is None:
        raise Refused(
            "no_active_campaign_found",
            _("There is no opt-in campaign to join. Send campaign_id, or set a campaign on the API app."),
        )
    if not found.is_complete:
        raise incomplete()
    if found.programme is None:
        sentence = _("Opt-in campaign %(campaign)s is not live, so nobody can join it now.")
        raise Refused("not_available", sentence % {"campaign": chosen})
    return found.programme
