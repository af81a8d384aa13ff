"""The send worker's rounds: which sender, how many tokens, whose texts. A Celery task wakes it; Postgres says what
there is to do. What is claimed here is carried by `messaging.actions.flights`."""

import time

import structlog
from django.conf import settings

from campaigns.refusals import Refused as NoCarrier
from messaging import pacing
from messaging.actions.carriers import gateway_for
from messaging.actions.claiming import claim_notices, claim_recipients
from messaging.actions.flights import Flights
from messaging.actions.leasing import Lease
from messaging.queries import open_runs, senders_with_work
from optins.models import Sender

log = structlog.get_logger(__name__)

# How long to wait when every sender's bucket is empty: a tenth of a second keeps the pace even.
_BREATH_SECONDS = 0.1


def send_due(*, seconds: float) -> int:
    """Send what is due until nothing is, or the time is up. Returns how many texts went out.

    Should a chunk not be settled because the database is away, its lease and the carrier's list tell later.
    """
    sent, deadline, flights = 0, time.monotonic() + seconds, Flights()
    try:
        while time.monotonic() < deadline:
            senders = list(senders_with_work())
            round_sent = sum(_send_from(sender, flights) for sender in senders)
            sent += round_sent
            if round_sent or flights.land_one():
                continue
            if not senders:
                break
            time.sleep(_BREATH_SECONDS)
    finally:
        while flights.land_one():
            pass
    return sent


def _send_from(sender: Sender, flights: Flights) -> int:
    """One chunk from one sender: replies and codes ahead of campaigns, at no more than its rate."""
    try:
        # Before anything is claimed: what was claimed and not posted would be uncertain for ever.
        gateway = gateway_for(sender.provider)
    except NoCarrier as fault:
        log.error("no_carrier", provider=sender.provider_id, code=fault.code)
        return 0
    granted = pacing.take(sender, settings.SEND_CHUNK)
    if not granted:
        return 0
    lease = Lease.begin()
    notices = claim_notices(sender=sender, limit=granted)
    flights.take_off(gateway, sender, notices, lease, run=None)
    sent, spent = len(notices), sum(text.parts for text in notices)
    for run in open_runs(sender):
        if spent >= granted:
            break
        lease = Lease.begin()
        recipients = claim_recipients(run=run, limit=granted - spent)
        flights.take_off(gateway, sender, recipients, lease, run=run)
        sent, spent = sent + len(recipients), spent + sum(text.parts for text in recipients)
    pacing.correct(sender, granted - spent)
    return sent
