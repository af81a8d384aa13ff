"""Following up: texts whose last callback never came are asked about, once in a while.

Delivery is reported best effort; Twilio advises to ask after twelve hours without a final status
(twilio.com/docs/messaging/guides/outbound-message-logging).
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Final

import structlog
from django.conf import settings
from django.db.models.functions import Now

from campaigns.locks import alone
from messaging.actions.listening.advancing import Report, advance
from messaging.actions.listening.asking import at_most, paced, reachable
from messaging.gateway.twilio import ProviderProblem, TwilioGateway
from messaging.models import Outbound
from messaging.states import State, from_twilio
from optins.models import MessageProvider

log = structlog.get_logger(__name__)

_LOCK: Final = 7_061_995


def follow_up() -> Mapping[str, int]:
    """Fetch texts that have stood at accepted or sent for `FINAL_STATUS_AFTER_SECONDS` since the last news.

    Each is asked about once in that time, and left as it is when it is older than `FINAL_STATUS_DAYS`. Returns
    what came of it, counted: moved, unchanged, left, unasked (a provider that could not be asked).
    """
    done: Counter[str] = Counter()
    with alone(_LOCK) as mine:
        if mine:
            left = _leave_the_old()
            done += Counter(left=left)
            due = Outbound.objects.filter(state__in=[State.ACCEPTED, State.SENT], ask_at__lte=Now())
            providers = MessageProvider.objects.filter(pk__in=due.values("sender__provider"))
            for provider, gateway in reachable(list(providers)):
                texts = due.filter(sender__provider=provider, sid__isnull=False).order_by("ask_at")
                done += _follow_up(provider, gateway, list(texts[: at_most()]))
    if done:
        log.info("followed_up", **done)
    return done


def _leave_the_old() -> int:
    old = Now() - dt.timedelta(days=settings.FINAL_STATUS_DAYS)
    due = Outbound.objects.filter(state__in=[State.ACCEPTED, State.SENT], ask_at__lte=Now())
    return due.filter(claimed_at__lt=old).update(ask_at=None)


def _follow_up(provider: MessageProvider, gateway: TwilioGateway, texts: list[Outbound]) -> Counter[str]:
    done: Counter[str] = Counter()
    for text in paced(texts):
        assert text.sid is not None
        try:
            entry = gateway.fetch(text.sid)
        except ProviderProblem as problem:
            log.warning("carrier_cannot_be_asked", provider=provider.pk, problem=str(problem))
            done["unasked"] += 1
            return done
        moved = entry is not None and advance(
            Report(provider.pk, text.attempt_id, text.sid, from_twilio(entry.status), entry.error_code)
        )
        if not moved:
            Outbound.objects.filter(pk=text.pk).update(ask_at=Now() + settings.FINAL_STATUS_AFTER)
        done["moved" if moved else "unchanged"] += 1
    return done
