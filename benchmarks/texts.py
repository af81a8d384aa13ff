"""Texts a second: by the product's send workers, by the bare transport, by the stock clients, the usual way."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from os import environ
from typing import Any

from django.conf import settings
from django.db.models import Sum
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from benchmarks import usual_way
from benchmarks.stage import BODY, Stage, child, cpu_seconds, forget_texts, frozen, peak_megabytes
from campaigns.models import Segment
from config.celery import SEND, app
from config.local.processes import Child
from messaging.actions.runs.outbox import SEND_DUE
from messaging.actions.sending.flights import callback_url
from messaging.attempts import new_attempts
from messaging.gateway.outcomes import Accepted
from messaging.gateway.twilio import Account, OutgoingText, TwilioGateway
from messaging.gateway.wire import Batch, wire
from messaging.models import Outbound, OutcomeCount, Run
from messaging.states import State

_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 900.0
ACCOUNT = "AC" + "0" * 31 + "1"
_ON_THE_WAY = [State.QUEUED, State.SENDING]


@dataclass(frozen=True, slots=True)
class Sent:
    """One campaign sent: how many texts, in how many seconds, for how many CPU seconds of each part. `megabytes` is
    the most that a send worker has held until then."""

    texts: int
    seconds: float
    worker_cpu: float
    postgres_cpu: float
    redis_cpu: float
    megabytes: float

    @property
    def per_second(self) -> float:
        return self.texts / self.seconds

    def micros(self, cpu_seconds: float) -> float:
        """CPU microseconds a text."""
        return cpu_seconds * 1e6 / self.texts

    @property
    def cost(self) -> float:
        """CPU microseconds a text, of all parts together."""
        return self.micros(self.worker_cpu + self.postgres_cpu + self.redis_cpu)

    @property
    def note(self) -> str:
        parts = (("worker", self.worker_cpu), ("Postgres", self.postgres_cpu), ("Redis", self.redis_cpu))
        spent = ", ".join(f"{name} {self.micros(spent):.0f}" for name, spent in parts)
        return f"CPU µs a text: {spent}; {self.megabytes:.0f} MB"


@dataclass(frozen=True, slots=True)
class Posted:
    """Texts posted by one process without a database: how many a second, for how much CPU of this process."""

    per_second: float
    micros: float

    @property
    def note(self) -> str:
        return f"CPU µs a text: {self.micros:.0f}"


@contextmanager
def send_workers(sink_url: str, count: int) -> Iterator[list[Child]]:
    """The product's own send workers, up and idle."""
    argv = ("celery", "-A", "config", "worker", "-Q", SEND, "-P", "solo", "--without-gossip", "--without-mingle")
    with ExitStack() as stack:
        workers = [
            stack.enter_context(child(f"send{place}", *argv, "-n", f"send{place}@bench", env=at_the(sink_url)))
            for place in range(count)
        ]
        await_workers(app, count)
        yield workers


def send_campaign(stage: Stage, segment: Segment | None, workers: list[Child]) -> Sent:
    """From an audience frozen in the database to the last answer settled."""
    forget_texts()
    run = frozen(stage, segment)
    texts = Outbound.objects.filter(run=run).count()
    before = _spent(workers)
    begun = time.perf_counter()
    _ring_until_settled(run, len(workers))
    seconds = time.perf_counter() - begun
    worker, postgres, redis = (after - earlier for after, earlier in zip(_spent(workers), before, strict=True))
    accepted = Outbound.objects.filter(run=run, state=State.ACCEPTED).count()
    if accepted != texts:
        raise RuntimeError(f"{texts - accepted} of {texts} texts were not accepted by the sink.")
    return Sent(texts, seconds, worker, postgres, redis, peak_megabytes(*(one.process.pid for one in workers)))


def bare_transport(sink_url: str, texts: int) -> Posted:
    """Twilio's building and parsing over our transport: the same bodies and concurrency, no database."""
    gateway = TwilioGateway(Account(ACCOUNT, ACCOUNT, "token", sink_url, 10.0, settings.SEND_CONNECTIONS))
    over, attempts = threading.Event(), new_attempts(range(texts))
    begun, spent = time.perf_counter(), time.process_time()
    batch = Batch(texts, lambda place: gateway.exchange(_text(place, attempts[place])), over.set, urgent=False)
    wire().carry(gateway.lane, batch)
    while not batch.is_over:
        over.wait()
        over.clear()
    posted = _posted(texts, begun, spent)
    assert all(isinstance(outcome, Accepted) for _, outcome in batch.collect())
    return posted


def stock_async_client(sink_url: str, texts: int) -> Posted:
    """Twilio's own async client, 50 at once."""
    return asyncio.run(_stock_async(sink_url, texts))


def the_usual_way(stage: Stage, sink_url: str, texts: int) -> float:
    """A Celery task per recipient, enqueued one by one, until the last row is saved."""
    forget_texts()
    run = frozen(stage, stage.few)
    ids = list(Outbound.objects.filter(run=run).values_list("pk", flat=True))[:texts]
    with child("usual", "celery", "-A", "benchmarks.usual_way", "worker", env=at_the(sink_url)):
        await_workers(usual_way.app, 1)
        begun = time.perf_counter()
        for pk in ids:
            usual_way.send.delay(pk)
        while Outbound.objects.filter(run=run, state=State.ACCEPTED).count() < len(ids):
            time.sleep(_POLL_SECONDS)
        return len(ids) / (time.perf_counter() - begun)


class _AsyncToTheSink(AsyncTwilioHttpClient):  # type: ignore[misc]  # Twilio's client ships no types
    """The stock async client but for the host."""

    def __init__(self, sink_url: str) -> None:
        super().__init__()
        self._sink_url = sink_url

    async def request(self, method: str, uri: str, *rest: Any, **named: Any) -> Any:
        path = uri.removeprefix("https://api.twilio.com")
        return await super().request(method, f"{self._sink_url}{path}", *rest, **named)


async def _stock_async(sink_url: str, texts: int) -> Posted:
    async with _AsyncToTheSink(sink_url) as http_client:
        client = Client(ACCOUNT, "token", http_client=http_client)
        waiting = enumerate(new_attempts(range(texts)))

        async def post() -> None:
            for place, attempt in waiting:
                text = _text(place, attempt)
                await client.messages.create_async(
                    to=text.to, from_=text.sender, body=text.body, status_callback=text.status_callback
                )

        begun, spent = time.perf_counter(), time.process_time()
        await asyncio.gather(*(post() for _ in range(50)))
        return _posted(texts, begun, spent)


def _posted(texts: int, begun: float, spent: float) -> Posted:
    micros = (time.process_time() - spent) * 1e6 / texts
    return Posted(texts / (time.perf_counter() - begun), micros)


def _text(place: int, attempt: str) -> OutgoingText:
    """As one of a campaign's: to a number of its own, with a callback address that bears an attempt of its own."""
    return OutgoingText(
        to=f"+1{3132000000 + place}", sender="97865", body=BODY, status_callback=callback_url(attempt),
        validity_seconds=None,
    )  # fmt: skip


def at_the(sink_url: str) -> dict[str, str]:
    """What a process of the product is told, so that its carrier is the sink."""
    return {"SIMULATOR_URL": sink_url, "DJANGO_SETTINGS_MODULE": "config.settings"}


def await_workers(celery: Any, count: int) -> None:
    """Wait until so many Celery workers answer."""
    deadline = time.monotonic() + 30
    while len(celery.control.ping(timeout=0.5)) < count:
        if time.monotonic() > deadline:
            raise RuntimeError("The Celery workers did not come up.")


def _ring_until_settled(run: Run, workers: int) -> None:
    """Ring as beat does, each second, until nothing is on its way.

    That is asked of the counts: to look for a text that waits, Postgres would walk past all that have left.
    """
    begun, rung = time.monotonic(), 0
    on_the_way = OutcomeCount.objects.filter(run=run, state__in=_ON_THE_WAY)
    while on_the_way.aggregate(texts=Sum("number"))["texts"]:
        if time.monotonic() - begun > _PATIENCE_SECONDS:
            raise RuntimeError("The campaign did not end.")
        if time.monotonic() - begun >= rung:
            for _ in range(workers):
                app.send_task(SEND_DUE, queue=SEND, expires=5)
            rung += 1
        time.sleep(_POLL_SECONDS)


def _spent(workers: list[Child]) -> tuple[float, float, float]:
    return (
        cpu_seconds(*(worker.process.pid for worker in workers)),
        cpu_seconds(int(environ["BENCHMARK_POSTGRES"])),
        cpu_seconds(int(environ["BENCHMARK_REDIS"])),
    )
