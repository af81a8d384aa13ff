"""What asking for a code and confirming it share: on whose behalf, from which sender, and who may join.

A code is texted to a number, and whoever can tell it holds the number. It belongs to app, customer, number and
campaign, works once, and dies of age or of wrong guesses. The permalink page asks without app and customer: who
the person is, is settled when the number is proven.
"""

import functools
from dataclasses import dataclass

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from campaigns.refusals import Refused
from optins import consent, queries
from optins.models import ApiApp, GlobalOptions, OptInCampaign, Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """On whose behalf a code is asked for or confirmed. Without `customer_id` the person is found by number.

    `wording` is what the person was shown when they agreed, for the ledger. The names fill blank ones of a
    person who was found by number.
    """

    customer_id: int | None = None
    app: ApiApp | None = None
    ip: str | None = None
    user_agent: str = ""
    wording: str = ""
    first_name: str = ""
    last_name: str = ""


def complete_options() -> GlobalOptions:
    """The global options, without which nobody can be answered. Raises `Refused`."""
    options = queries.global_options()
    if options is None:
        raise incomplete()
    return options


def incomplete() -> Refused:
    """What to say while the global options are not complete."""
    return Refused(
        "no_active_campaign_found", _("The Global SMS Opt-In is not complete. Finish it in the dashboard first.")
    )


def require_admission(programme: OptInCampaign, customer_id: int) -> None:
    """Raise `Refused` for a person outside the programme's audience or restrictions."""
    if consent.customer_may_join(programme=programme, customer_id=customer_id):
        raise Refused("not_available", _("This person is not among those who may join this campaign."))


def opted_out(sender_id: int) -> Refused:
    """What to say when the campaign's sender may not text a number."""
    number = queries.restart_address(Sender.objects.get(pk=sender_id))
    if not number:
        return Refused(
            "opted_out",
            _(
                "This number opted out of our texts. To come back, text START to the number that our texts come from "
                "first."
            ),
        )
    sentence = _("This number opted out of our texts. To come back, text START to %(number)s first.")
    return Refused("opted_out", sentence % {"number": number})


def sender_of(programme: OptInCampaign) -> Sender:
    """What a live programme's texts come from."""
    sender = programme.options.sender
    assert sender is not None, "live_programme() gives only programmes that can send"
    return sender


@functools.cache
def digest_key() -> bytes:
    """What the digests of codes are keyed with: of its own, so that no other use of SECRET_KEY meets it."""
    return salted_hmac("optline.verification", "", algorithm="sha256").digest()
