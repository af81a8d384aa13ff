"""Undoing an import: profiles as they were, and the consent that it lowered where nothing happened since.

Consent first, then the customers and numbers that nobody needs. Both go on where they were when a worker died.
"""

from collections import Counter
from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.reverting import revert
from campaigns.actors import Actor
from campaigns.models import CustomerImport, ImportedLine
from campaigns.refusals import Refused
from optins.actions import ledger
from optins.actions.ledger import Action, Evidence, Method
from optins.models import ConsentEvent, Notice, OptOutReview, Verification, digest_of
from optins.rebuilding import standing_of

UNDO: Final = "campaigns.undo_customerimport"
_NUMBERS_AT_ONCE: Final = 200
_LINES_AT_ONCE: Final = 1_000

_State = CustomerImport.State


@transaction.atomic
def begin(*, row: CustomerImport, reason: str, by: Actor) -> None:
    """Let an import be undone; `carry_out` does it. Raises Refused, PermissionDenied."""
    by.require(UNDO)
    if not reason.strip():
        raise Refused("missing_data", _("Say why the import is undone: the audit trail keeps it."), field="reason")
    done = CustomerImport.objects.filter(pk=row.pk, state=_State.DONE)
    if not done.update(state=_State.UNDOING, undo_reason=reason.strip()[:255], undone_by=by.label, undone={}):
        row.refresh_from_db(fields=["state"])
        raise Refused("wrong_state", _why_not(row))
    record(by=by, act="import.undo", of=row, reason=reason)


def _why_not(row: CustomerImport) -> str:
    if row.state in (_State.UNDOING, _State.UNDONE):
        why = _("Import %(import)d is undone already. Import its file again to have its customers back.")
    elif row.state in (_State.WAITING, _State.RUNNING, _State.LOWERING):
        why = _("Import %(import)d is still running. Undo it once it is done.")
    else:
        why = _("Import %(import)d changed nothing, so there is nothing to undo.")
    return why % {"import": row.pk}


def carry_out(row: CustomerImport) -> None:
    """Take an import back, a batch at a time, and tell on its row what was done and what stays."""
    _restore_consent(row)
    _take_lines_back(row)
    row.refresh_from_db()
    of_import = ConsentEvent.objects.filter(customer_import=row)
    numbers = of_import.values("number_digest").distinct().count()
    restored = of_import.filter(takes_back__isnull=False).values("number_digest").distinct().count()
    row.undone = {**row.undone, "consents": restored, "consents_kept": numbers - restored}
    with transaction.atomic():
        row.state = _State.UNDONE
        row.save(update_fields=["state", "undone"])
        record(by=Actor.system("imports"), act="import.undone", of=row, **row.undone)


# --- Consent -------------------------------------------------------------------------------------


def _restore_consent(row: CustomerImport) -> None:
    lowered = ConsentEvent.objects.filter(customer_import=row, takes_back=None).order_by("number_digest")
    last = ""
    while digests := list(
        lowered.filter(number_digest__gt=last).values_list("number_digest", flat=True).distinct()[:_NUMBERS_AT_ONCE]
    ):
        entries = lowered.filter(number_digest__in=digests).select_related("personal")
        with transaction.atomic():
            # In one order, so that no two writers wait for each other in a circle; a number that was erased is blank.
            for number in sorted({entry.number for entry in entries} - {""}):
                _restore_number(number, row)
        last = digests[-1]


def _restore_number(number: str, row: CustomerImport) -> None:
    """Take back what the import wrote of a number, unless anything else happened on it since."""
    ledger.lock_number(number)
    entries = list(ConsentEvent.objects.of(number).select_related("personal", "programme").order_by("sequence"))
    first = next(place for place, entry in enumerate(entries) if entry.customer_import_id == row.pk)
    own = entries[first:]
    is_last = all(entry.customer_import_id == row.pk and entry.takes_back_id is None for entry in own)
    if not is_last or OptOutReview.objects.filter(number=number, received_at__gte=own[0].at).exists():
        return
    before = standing_of(number, entries[:first])
    evidence = Evidence(method=Method.IMPORT, customer_import=row, reason=row.undo_reason, staff=row.undone_by)
    for entry in reversed(own):
        state, pk = before.subscriptions.get(entry.programme_id, ("", 0))
        if entry.action == Action.SUPPRESSED and entry.scope_id not in before.suppressions:
            ledger.take_back(entry=entry, before=None, evidence=evidence)
        elif entry.action == Action.OPTED_OUT and state == Action.OPTED_IN:
            ledger.take_back(entry=entry, before=next(one for one in entries if one.pk == pk), evidence=evidence)


# --- Customers -----------------------------------------------------------------------------------


def _take_lines_back(row: CustomerImport) -> None:
    waiting = ImportedLine.objects.filter(customer_import=row, undone=False).order_by("pk")
    while lines := list(waiting[:_LINES_AT_ONCE]):
        with transaction.atomic():
            in_use = _in_use({line.number for line in lines if line.number}, row)
            counts = Counter(row.undone)
            counts.update(revert(of=row, lines=lines, in_use=in_use))
            row.undone = dict(counts)
            CustomerImport.objects.filter(pk=row.pk).update(undone=row.undone)


def _in_use(numbers: Collection[str], row: CustomerImport) -> set[str]:
    """Numbers for which anything happened since the import: consent, a text we owed, a code."""
    since = row.merged_at
    digests = {digest_of(number): number for number in numbers}
    others = ConsentEvent.objects.filter(number_digest__in=digests, at__gt=since).exclude(customer_import=row)
    return {
        *(digests[digest] for digest in others.values_list("number_digest", flat=True)),
        *Notice.objects.filter(number__in=numbers, created_at__gt=since).values_list("number", flat=True),
        *Verification.objects.filter(number__in=numbers, created_at__gt=since).values_list("number", flat=True),
    }
