"""Asking a provider again, at growing intervals, whether what paused campaigns is mended."""

import datetime as dt
from typing import Final

import structlog
from django.conf import settings

from campaigns.models import AuditEntry, Campaign
from campaigns.refusals import Refused
from messaging.actions.carriers import check_connection
from messaging.actions.upkeep.resuming import MENDING, paused_by_faults
from messaging.clock import gate_now
from optins.models import MessageProvider

log = structlog.get_logger(__name__)

_LONGEST_WAIT: Final = dt.timedelta(minutes=15)
# One that was resumed and refused again this often within the day is asked about once in the longest wait.
_TRIES: Final = 5


def check_faulty_providers() -> int:
    """Test the connections of providers for whose faults campaigns are paused, when it is time. Returns how many."""
    tested = 0
    for provider in MessageProvider.objects.all():
        paused = list(paused_by_faults(provider))
        if paused and any(_is_due(campaign, provider) for campaign in paused):
            tested += 1
            try:
                check_connection(provider=provider, by=MENDING)
            except Refused as refused:
                log.info("provider_not_mended", provider=provider.pk, code=refused.code)
    return tested


def _is_due(campaign: Campaign, provider: MessageProvider) -> bool:
    """New credentials are tried at once. Else the wait is as long as the fault has lasted, and doubles with each
    time that the campaign went on and was refused again."""
    if provider.checked_at is None or campaign.paused_at is None:
        return True
    now = gate_now()
    tried = AuditEntry.objects.filter(
        act="campaign.resume", actor=MENDING.label, object_type=campaign._meta.label_lower,
        object_id=str(campaign.pk), at__gt=now - dt.timedelta(days=1),
    ).count()  # fmt: skip
    asked_at = max(provider.checked_at, campaign.paused_at)
    wait = max(settings.FAULTY_PROVIDER_RETRY * (1 << min(tried, _TRIES)), asked_at - campaign.paused_at)
    return now >= asked_at + min(wait, _LONGEST_WAIT)
