"""What the verbs that ask a carrier about texts share: provider by provider, a few questions a second."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import structlog
from django.conf import settings

from campaigns.refusals import Refused
from messaging.actions.carriers import gateway_for
from messaging.gateway.twilio import TwilioGateway
from optins.models import MessageProvider

log = structlog.get_logger(__name__)
T = TypeVar("T")

# What one ring of the bell may ask, in seconds: then other work of the worker has its turn.
ASKING_SECONDS = 10


def at_most() -> int:
    """How many questions fit into one ring, by the pace of `RECONCILE_PER_SECOND`."""
    return ASKING_SECONDS * settings.RECONCILE_PER_SECOND


def paced(questions: Iterable[T]) -> Iterator[T]:
    """The questions, no more of them in a second than the pace allows."""
    earliest = time.monotonic()
    for question in questions:
        time.sleep(max(0.0, earliest - time.monotonic()))
        earliest = time.monotonic() + 1 / settings.RECONCILE_PER_SECOND
        yield question


def reachable(providers: Sequence[MessageProvider]) -> Iterator[tuple[MessageProvider, TwilioGateway]]:
    """The providers that have a carrier, each with its gateway."""
    for provider in providers:
        try:
            yield provider, gateway_for(provider)
        except Refused as fault:
            log.error("no_carrier", provider=provider.pk, code=fault.code)
