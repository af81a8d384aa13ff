"""Bringing what is on file back to what the ledger says, to the safe side.

A row that is missing is written again, a row that allows more than the ledger is lowered, and what allows less stays as
it is: nobody is texted because of a repair who was not before, unless an unbroken chain shows that the person agreed.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from django.db import models, transaction

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.models import Campaign, Customer
from optins.actions import ledger
from optins.models import ConsentEvent, Sender, Subscription, Suppression
from optins.rebuilding import standing_of
from optins.verifying import Walk, faults

_Row = TypeVar("_Row", bound=models.Model)
_State = Subscription.State
# How much each state allows.
_ALLOWS: Final[Mapping[str, int]] = {_State.OPTED_OUT: 0, _State.EXPIRED: 0, _State.PENDING: 1, _State.OPTED_IN: 2}


@transaction.atomic
def repair_number(*, number: str, number_digest: str, by: Actor) -> int:
    """Repair the subscriptions and suppressions of a number, blank when it was erased. Returns how many rows changed.

    Each leaves a line in the audit trail. What allows less than the ledger is left, and a comparison still tells it.
    """
    by.require("optins.opt_out_number")
    if number:
        ledger.lock_number(number)
    entries = list(ConsentEvent.objects.filter(number_digest=number_digest).order_by("sequence"))
    is_sound = next(faults(walk=Walk(), digests=[number_digest]), None) is None
    told = standing_of(number, entries)
    by_pk = {entry.pk: entry for entry in entries}
    changed = 0
    rows = {row.programme_id: row for row in Subscription.objects.filter(number=number)}
    for programme in told.subscriptions.keys() | rows.keys():
        state, pk = told.subscriptions.get(programme, ("", 0))
        changed += _subscription(number, rows.get(programme or 0), state, by_pk.get(pk), by=by, is_sound=is_sound)
    filed = Suppression.objects.filter(number_digest=number_digest, lifted_at__isnull=True)
    for scope in told.suppressions - set(filed.values_list("sender", flat=True)):
        of_scope = (e for e in reversed(entries) if e.action == ConsentEvent.Action.SUPPRESSED and e.scope_id == scope)
        changed += _suppression(number, next(of_scope), by=by)
    return changed


def _subscription(
    number: str, row: Subscription | None, state: str, entry: ConsentEvent | None, *, by: Actor, is_sound: bool
) -> int:
    """Write one row as the ledger has it, where that raises nothing that an unbroken chain does not show."""
    if entry is None:
        return _without_ground(row, by=by)
    if row is not None and (row.state, row.consent_event_id) == (state, entry.pk):
        return 0
    if (_ALLOWS[state] and not is_sound) or (row is not None and _ALLOWS[state] > _ALLOWS[row.state]):
        return 0
    programme = _of(Campaign, entry.programme_id)
    if programme is None:
        return 0
    stands = _standing(state, entry)
    gave = {"customer": _of(Customer, entry.customer_id), "sender": _of(Sender, entry.sender_id)}
    written, _ = Subscription.objects.update_or_create(
        number=number, programme=programme, defaults=stands, create_defaults=stands | gave
    )
    was = row.state if row else "none"
    record(by=by, act="subscription.rebuild", of=written, was=was, now=state, entry=entry.pk)
    return 1


def _standing(state: str, entry: ConsentEvent) -> dict[str, object]:
    """The columns that follow from the entry; how long a question had is not known, so that it lapses at once."""
    is_out = state == _State.OPTED_OUT
    stands: dict[str, object] = {
        "state": state,
        "consent_event": entry,
        "pending_until": entry.at if state == _State.PENDING else None,
        "opted_out_at": entry.at if is_out else None,
        "stopped_on": _of(Sender, entry.scope_id) if is_out else None,
    }
    return stands | ({"opted_in_at": entry.at} if state == _State.OPTED_IN else {})


def _without_ground(row: Subscription | None, *, by: Actor) -> int:
    """No entry of the number speaks of the programme: what allows texts goes."""
    if row is None or not _ALLOWS[row.state]:
        return 0
    record(by=by, act="subscription.rebuild", of=row, was=row.state, now="none")
    row.delete()
    return 1


def _of(model: type[_Row], pk: int | None) -> _Row | None:
    """What an entry refers to, if it is still there: its references outlive what they point to."""
    return model._default_manager.filter(pk=pk or 0).first()


def _suppression(number: str, entry: ConsentEvent, *, by: Actor) -> int:
    """Write the suppression that this entry began."""
    scope = _of(Sender, entry.scope_id)
    if scope is None and entry.scope_id is not None:
        return 0
    reasons = Suppression.Reason
    reason = reasons(entry.method) if entry.method in reasons.values else reasons.STOP
    row = Suppression.objects.create(
        number=number, number_digest=entry.number_digest, sender=scope, reason=reason, consent_event=entry
    )
    record(by=by, act="suppression.rebuild", of=row, was="none", now="standing", entry=entry.pk)
    return 1
