"""Triggered messages: from a customer's event to a recipient, once per message and event."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from campaigns.bell import ring_after_commit
from campaigns.lifecycle import State as CampaignState
from campaigns.models import Customer, CustomerEvent
from messaging.actions.runs.binding import hold
from messaging.actions.runs.outbox import SEND_DUE
from messaging.gates import recipients
from messaging.launch.approvals import unapproved
from messaging.models import Outbound, Run, SmsMessage
from messaging.states import Reason, State

_ENROL = """
    INSERT INTO messaging_outbound
        (kind, run_id, event_id, campaign_id, customer_id, number, sender_id, consent_event_id, body, sealed_body,
         state, reason, attempts, due_at, settled_at)
    SELECT 'campaign', %s, %s, %s, customer_id, number, %s, consent_event_id, '', '',
           CASE WHEN verdict = '' THEN 'queued' ELSE 'skipped' END, verdict, 0,
           greatest(%s, now()), CASE WHEN verdict = '' THEN NULL ELSE now() END
    FROM (SELECT recipients.*, CASE WHEN reason = '' THEN %s ELSE reason END AS verdict
          FROM ({recipients}) recipients) judged,
         -- Locked until we commit, so that whoever closes or holds the run finds what we put into it.
         (SELECT id FROM messaging_run WHERE id = %s AND state = 'open' AND held_at IS NULL FOR SHARE) run
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def receive_event(*, event: CustomerEvent) -> int:
    """Enrol the event's customer in every message that listens to it. Returns how many messages took it.

    A message listens from its window's beginning, else from its launch: what happened before that is told to nobody,
    however late an app reports it. The window is checked again when the text is claimed; consent likewise. A message
    that is not what was approved any more takes nobody, as one whose campaign is paused.
    """
    listening = SmsMessage.objects.filter(
        Q(window_from__isnull=True, launched_at__lte=event.occurred_at)
        | Q(window_from__lte=event.occurred_at) & Q(window_from__lte=Now()),
        Q(window_until__isnull=True) | Q(window_until__gt=Now()),
        state=SmsMessage.State.LAUNCHED,
        delivery=SmsMessage.Delivery.TRIGGERED,
        event_name=event.name,
        campaign__state=CampaignState.LIVE,
    ).select_related("campaign", "programme", "sender", "segment_in", "segment_out")
    taken = sum(_enrol(message, event) for message in listening)
    if taken:
        ring_after_commit(SEND_DUE)
    return taken


def _enrol(message: SmsMessage, event: CustomerEvent) -> int:
    run = message.runs.filter(state=Run.State.OPEN, held_at__isnull=True).first()
    if run is None or hold(run=run, changes=unapproved(message)):
        return 0
    # Two events of one person at the same moment must not both pass the limit.
    Customer.objects.select_for_update().get(pk=event.customer_id)
    verdict = Reason.FREQUENCY_CAP if _had_enough(message, event.customer_id) else ""
    sql, params = recipients(message, between={"exact": event.customer_id})
    due_at = event.occurred_at + message.delay
    with connection.cursor() as cursor:
        cursor.execute(
            _ENROL.format(recipients=sql),
            [run.pk, event.pk, run.campaign_id, run.sender_id, due_at, verdict, *params, run.pk],
        )
        return int(cursor.rowcount)


def _had_enough(message: SmsMessage, customer_id: int) -> bool:
    """Whether the person has had this message as often as its limit allows."""
    if message.limit_count is None or message.limit_days is None:
        return False
    given = Outbound.objects.filter(
        run__message=message, customer=customer_id, created_at__gt=Now() - dt.timedelta(days=message.limit_days)
    ).exclude(state__in=[State.SKIPPED, State.CANCELLED, State.FAILED])
    return given.count() >= message.limit_count
