"""Writing consent: the ledger line and the standing that follows from it, in one transaction.

These are the only functions that change a subscription or a suppression. Callers hold the number's lock.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from campaigns.actions.turns import TAKE_TURNS
from campaigns.models import Campaign, Customer, CustomerImport
from optins import chain
from optins.models import ChainHead, ConsentEvent, PersonalEvidence, Sender, Subscription, Suppression, digest_of

Action = ConsentEvent.Action
Method = ConsentEvent.Method

# Before each text and each code: so without the ORM, whose part would be the larger one, and in one go. They are two
# statements: the second sees what was committed while the first waited.
_TAKE_AND_KNOW_AGAIN: Final = (
    f"{TAKE_TURNS}; UPDATE optins_suppression SET number = %s WHERE number_digest = %s AND number = ''"  # noqa: S608  ours
)

# Brings addresses into the one spelling in which the database gives them back.
_IP: Final = PersonalEvidence._meta.get_field("ip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How we know. Every change of consent carries one."""

    method: str
    sender: Sender | None = None
    customer: Customer | None = None
    reason: str = ""
    wording: str = ""
    inbound_sid: str = ""
    inbound_text: str = ""
    app_key: str = ""
    ip: str | None = None
    user_agent: str = ""
    staff: str = ""
    customer_import: CustomerImport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry to append. `scope` and `takes_back` as in `ConsentEvent`."""

    number: str
    action: str
    evidence: Evidence
    programme: Campaign | None = None
    scope: Sender | None = None
    takes_back: ConsentEvent | None = None


def lock_number(number: str) -> None:
    """Serialise everything that changes one number's consent, until the transaction ends.

    Every door takes it before it asks who may be texted. So this is where the number of a person who was erased is
    known again by its digest, and where what was suppressed is suppressed from here on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_AND_KNOW_AGAIN, [number, number, digest_of(number)])


def write(*, number: str, action: str, evidence: Evidence, programme: Campaign | None = None) -> ConsentEvent:
    """Append one entry to the ledger."""
    return append([Entry(number=number, action=action, evidence=evidence, programme=programme)])[0]


def append(entries: Sequence[Entry]) -> list[ConsentEvent]:
    """Append entries to the ledger, each to its number's chain. The caller holds the numbers' locks."""
    digests = {entry.number: digest_of(entry.number) for entry in entries}
    at, heads, headless = _heads(list(digests.values()))
    events, beside = [], []
    for entry in entries:
        own = digests[entry.number]
        event, personal = _linked(entry, number_digest=own, at=at, head=heads[own])
        heads[own] = (event.sequence, event.digest)
        events.append(event)
        beside.append(personal)
    ConsentEvent.objects.bulk_create(events)
    PersonalEvidence.objects.bulk_create(beside)
    _seal({own: head for own, head in heads.items() if own not in headless})
    return events


# The place and the digest of a chain's last entry; 0 and blank before the first.
_Head: TypeAlias = tuple[int, str]

# A chain ends where its sealed head says, also when entries were cut off: so the next entry leaves the gap to be seen,
# and no entry that a person is owed is refused. What stands beyond an older head is believed, for the same reason.
_HEADS: Final = """
    SELECT asked.digest, coalesce(head.sequence, 0), coalesce(head.digest, ''),
           last.sequence IS NOT NULL AND kept.entries IS NULL, statement_timestamp()
    FROM unnest(%s::text[]) AS asked (digest)
    LEFT JOIN optins_chainhead kept ON kept.number_digest = asked.digest
    LEFT JOIN LATERAL (
        SELECT sequence, digest FROM optins_consentevent WHERE number_digest = asked.digest
        ORDER BY sequence DESC LIMIT 1
    ) last ON true
    LEFT JOIN LATERAL (
        SELECT * FROM (VALUES (kept.entries, kept.digest), (last.sequence, last.digest)) AS ends (sequence, digest)
        ORDER BY sequence DESC NULLS LAST LIMIT 1
    ) head ON true
"""


def _heads(digests: Sequence[str]) -> tuple[dt.datetime, dict[str, _Head], set[str]]:
    """The time by the database's clock, where each number's chain ends, and the chains whose sealed head is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [list(digests)])
        rows = cursor.fetchall()
    heads = {digest: (sequence, last) for digest, sequence, last, *_ in rows}
    return rows[0][4], heads, {digest for digest, _, _, is_lost, _ in rows if is_lost}


def _seal(heads: Mapping[str, _Head]) -> None:
    """Keep where these chains end. One whose head was taken away gets none again: that would hide what was cut off."""
    kept = [ChainHead(number_digest=own, entries=entries, digest=last) for own, (entries, last) in heads.items()]
    for head in kept:
        head.seal = head.true_seal
    ChainHead.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["number_digest"], update_fields=["entries", "digest", "seal"]
    )


def _linked(entry: Entry, *, number_digest: str, at: dt.datetime, head: _Head) -> tuple[ConsentEvent, PersonalEvidence]:
    evidence = entry.evidence
    sequence, previous = head
    event = ConsentEvent(
        number_digest=number_digest,
        sequence=sequence + 1,
        previous=previous,
        programme=entry.programme,
        scope=entry.scope,
        sender=evidence.sender,
        customer=evidence.customer,
        action=entry.action,
        method=evidence.method,
        reason=evidence.reason,
        wording=evidence.wording,
        wording_version=chain.wording_version(evidence.wording),
        inbound_sid=evidence.inbound_sid,
        app_key=evidence.app_key,
        staff=evidence.staff,
        customer_import=evidence.customer_import,
        takes_back=entry.takes_back,
        at=at,
    )
    personal = PersonalEvidence(
        event=event,
        number=entry.number,
        inbound_text=evidence.inbound_text,
        ip=_IP.get_prep_value(evidence.ip),
        user_agent=evidence.user_agent[:255],
        salt=chain.new_salt(),
    )
    event.commitment = personal.commitment
    event.digest = chain.entry_digest(settings.NUMBER_HASH_KEY, event.facts)
    return event, personal


def ask(*, number: str, programme: Campaign, evidence: Evidence, until: dt.timedelta) -> Subscription:
    """A double opt-in begins: pending until the person answers YES or `until` has passed."""
    event = write(number=number, action=Action.ASKED, evidence=evidence, programme=programme)
    return _stand(number, programme, event, evidence, state=Subscription.State.PENDING, pending_until=Now() + until)


def opt_in(*, number: str, programme: Campaign, evidence: Evidence) -> Subscription:
    """The person agreed."""
    event = write(number=number, action=Action.OPTED_IN, evidence=evidence, programme=programme)
    return _stand(
        number, programme, event, evidence, state=Subscription.State.OPTED_IN, opted_in_at=Now(), pending_until=None
    )


def opt_out(*, subscriptions: Q, number: str, evidence: Evidence, stopped_on: Sender | None = None) -> int:
    """End the matching opted-in subscriptions of `number`; unanswered double opt-ins lapse. Returns how many ended.

    One that an import ended is ended again by whatever else says so: undoing the import then leaves it alone.
    """
    standing = Q(state=Subscription.State.OPTED_IN) | _by_another_import(evidence)
    ended = 0
    for subscription in Subscription.objects.filter(subscriptions, standing, number=number).select_related("programme"):
        is_first = subscription.state == Subscription.State.OPTED_IN
        programme, scope = subscription.programme, stopped_on if is_first else None
        entry = Entry(number=number, action=Action.OPTED_OUT, evidence=evidence, programme=programme, scope=scope)
        (event,) = append([entry])
        Subscription.objects.filter(pk=subscription.pk).update(
            state=Subscription.State.OPTED_OUT, opted_out_at=Now(), stopped_on=scope, consent_event=event
        )
        ended += is_first
    lapse(Subscription.objects.filter(subscriptions, number=number), evidence=evidence)
    return ended


def _by_another_import(evidence: Evidence) -> Q:
    """What an import lowered, other than the one that `evidence` is of."""
    lowered = Q(state=Subscription.State.OPTED_OUT, consent_event__method=Method.IMPORT)
    return lowered & ~Q(consent_event__customer_import=evidence.customer_import)


def lapse(subscriptions: QuerySet[Subscription], *, evidence: Evidence) -> int:
    """Pending subscriptions become expired: a question nobody answered is not consent."""
    lapsed = 0
    for subscription in subscriptions.filter(state=Subscription.State.PENDING).select_related("programme"):
        event = write(
            number=subscription.number, action=Action.LAPSED, evidence=evidence, programme=subscription.programme
        )
        Subscription.objects.filter(pk=subscription.pk).update(
            state=Subscription.State.EXPIRED, pending_until=None, consent_event=event
        )
        lapsed += 1
    return lapsed


def suppress(*, number: str, sender: Sender | None, reason: str, evidence: Evidence) -> bool:
    """No text to `number` from `sender`, or from any sender when None. Returns whether that is new.

    Once suppressed, again changes nothing, save that what an import said is said again by whatever else says so:
    undoing the import then leaves it alone.
    """
    digest = digest_of(number)
    standing = Suppression.objects.filter(number_digest=digest, sender=sender, lifted_at__isnull=True)
    row = standing.select_related("consent_event").first()
    if row is not None and not _is_anothers(row.consent_event, evidence):
        return False
    (event,) = append([Entry(number=number, action=Action.SUPPRESSED, evidence=evidence, scope=sender)])
    if row is not None:
        standing.update(reason=reason, consent_event=event)
        return False
    Suppression.objects.create(number=number, number_digest=digest, sender=sender, reason=reason, consent_event=event)
    return True


def _is_anothers(event: ConsentEvent, evidence: Evidence) -> bool:
    """Whether an import lowered this, other than the one that `evidence` is of."""
    own = evidence.customer_import
    return event.method == Method.IMPORT and (own is None or event.customer_import_id != own.pk)


def lift(*, number: str, sender: Sender, evidence: Evidence) -> None:
    """The person came back on `sender`: lifts the brand-wide row and that sender's row, and no other."""
    rows = Suppression.objects.filter(Q(sender__isnull=True) | Q(sender=sender), number_digest=digest_of(number))
    if rows.filter(lifted_at__isnull=True).update(lifted_at=Now()):
        append([Entry(number=number, action=Action.LIFTED, evidence=evidence, scope=sender)])


def take_back(*, entry: ConsentEvent, before: ConsentEvent | None, evidence: Evidence) -> None:
    """What an import's `entry` lowered stands as it did before: a subscription by its entry `before`, or unsuppressed.

    This is no opt-in: what allows texts is `before`, which came from the person. The database refuses it for entries
    of anything but an import.
    """
    action = Action.LIFTED if before is None else Action.RESTORED
    taken = Entry(
        number=entry.number, action=action, evidence=evidence, programme=entry.programme, scope=entry.scope,
        takes_back=entry,
    )  # fmt: skip
    append([taken])
    if before is None:
        Suppression.objects.filter(consent_event=entry, lifted_at__isnull=True).update(lifted_at=Now())
    else:
        Subscription.objects.filter(consent_event=entry).update(
            state=Subscription.State.OPTED_IN, opted_out_at=None, consent_event=before
        )


def erase(*, number: str, evidence: Evidence) -> None:
    """What is personal goes. The entries stay, and so do suppressions, under the number's digest.

    Writes nothing for a number of which nothing is left.
    """
    digest = digest_of(number)
    personal = PersonalEvidence.objects.filter(event__number_digest=digest)
    if personal.exists():
        append([Entry(number=number, action=Action.ERASED, evidence=evidence)])
        Subscription.objects.filter(number=number).delete()
        personal.delete()
    Suppression.objects.filter(number_digest=digest).update(number="")


def _stand(
    number: str, programme: Campaign, event: ConsentEvent, evidence: Evidence, **standing: object
) -> Subscription:
    subscription, _ = Subscription.objects.update_or_create(
        number=number,
        programme=programme,
        defaults={
            "customer": evidence.customer,
            "sender": evidence.sender,
            "consent_event": event,
            "stopped_on": None,
            **standing,
        },
    )
    return subscription
