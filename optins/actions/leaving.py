"""Leaving on our web page: a code proves who holds the number, and the verb of all other ways ends its texts."""

import datetime as dt
from typing import Final

from django.conf import settings
from django.db import transaction

from campaigns.actions.persons import read_number
from campaigns.actors import Actor
from campaigns.phone import mask
from optins import limits, queries
from optins.actions import ledger
from optins.actions.guessing import judge, waiting_code
from optins.actions.issuing import limits_of, text_code
from optins.actions.opting_out import opt_out_number
from optins.actions.pumping import areas
from optins.actions.verification import Asker, complete_options
from optins.entry import standing
from optins.limits import TooMany
from optins.models import Sender, Verification

_AT_ONCE: Final = dt.timedelta(0)


@transaction.atomic
def ask_to_leave(*, asker: Asker, phone_number: str) -> None:
    """Text a code to a number, in any spelling, that ends its texts; an earlier one stops working.

    Tells nothing of the number: one that opted out, or that we do not text, is given the same answer and no code.
    Raises `Refused`: invalid_phone_number, too_many_requests (as `TooMany`), temporarily_unavailable,
    no_active_campaign_found.
    """
    number = read_number(phone_number, field="phone")
    options = complete_options()
    sender = queries.sender_known_to(number) or options.sender
    assert sender is not None, "complete options have a sender"
    around = areas(number)
    ledger.lock_number(number)
    stopped, held = standing(number=number, areas=around, sender_id=sender.pk, pool_id=sender.pool_id)
    wait = held or limits.check(limits_of(asker, number, around), cooldown=settings.VERIFICATION_COOLDOWN)
    if wait:
        raise TooMany(wait)
    if around[1] not in settings.ALLOWED_COUNTRIES or Sender.objects.filter(address=number).exists():
        return
    text_code(
        asker=asker, number=number, sender_id=sender.pk, purpose=Verification.Purpose.LEAVING,
        # The text says what the code does, so that nobody is talked into reading it out for something else.
        prefix=f"Your code to stop all our texts{_from(queries.company_name())} is",
        # To who opted out it is owed and too late at once: the same statements, hence the same time, and no text.
        owed_for=_AT_ONCE if stopped else None,
    )  # fmt: skip


def leave(*, asker: Asker, phone_number: str, code: str) -> None:
    """Take the code: the number gets no text of ours any more. It verifies nothing.

    Raises `Refused`: invalid_phone_number, invalid_code, too_many_attempts, code_expired, code_not_found.
    """
    number = read_number(phone_number, field="phone")
    with transaction.atomic():
        # The lock makes parallel guesses wait for one another, so that each of them is counted.
        ledger.lock_number(number)
        refusal = judge(waiting_code(asker=asker, number=number, purpose=Verification.Purpose.LEAVING), code)
        if refusal is None:
            opt_out_number(
                number=number, by=Actor.person(mask(number)), ip=asker.ip, user_agent=asker.user_agent,
                wording=asker.wording,
            )  # fmt: skip
    if refusal is not None:
        # Raised only now: inside the transaction it would take the counted guess back.
        raise refusal


def _from(company: str) -> str:
    return f" ({company})" if company else ""
