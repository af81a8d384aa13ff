"""Requests a second at the web server: signed callbacks and texts, the validation API, against the plain view."""

import asyncio
import json
import math
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from benchmarks.stage import Stage, child, cpu_seconds
from campaigns.models import PhoneNumber
from config.local.ports import HOST, free_port
from messaging.actions.listening.callbacks import merge_callbacks
from messaging.actions.sending.flights import callback_url
from messaging.gateway.signatures import sign
from messaging.models import Outbound
from messaging.states import State
from optins.codes import new_app_key, secret_digest
from optins.models import ApiApp, MessageProvider

CONNECTIONS = 32
_SECRET = "the-secret-of-the-benchmark"  # protects a database that lives for a minute


@dataclass(frozen=True, slots=True)
class Answered:
    """What a storm of requests came to. `p99_ms` is the slowest answer but one in a hundred, `cost` are the CPU
    microseconds of web server, Postgres and Redis for each."""

    per_second: float
    p99_ms: float
    cost: float


@dataclass(frozen=True, slots=True)
class WebServer:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """What it and the servers behind it have used."""
        return cpu_seconds(self.pid, int(environ["BENCHMARK_POSTGRES"]), int(environ["BENCHMARK_REDIS"]))


@contextmanager
def web_server() -> Iterator["WebServer"]:
    """The product's web server with two processes."""
    port = free_port()
    argv = (
        "granian", "--interface", "wsgi", "--no-ws", "--workers", "2", "--blocking-threads", "8", "--log-level",
        "error", "--host", HOST, "--port", str(port), "benchmarks.wsgi:application",
    )  # fmt: skip
    # As with a real carrier: what a text did is told to simulated phones alone.
    with child("web", *argv, env={"SIMULATOR_URL": ""}, port=port) as started:
        yield WebServer(port, started.process.pid)


def plain(count: int) -> list[bytes]:
    """Requests to the plain view."""
    form = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent"}
    return [_post("/plain", urlencode(form).encode(), _FORM)] * count


def inbound_texts(stage: Stage, count: int) -> list[bytes]:
    """Signed texts that ask for help, each from another number."""
    sender, serial = stage.sender, time.time_ns()
    numbers = PhoneNumber.objects.values_list("number", flat=True)[:count]
    return [
        _signed(
            sender.provider,
            f"{settings.PUBLIC_BASE_URL}/webhooks/twilio/inbound",
            {
                "AccountSid": sender.provider.account_sid, "From": number, "To": sender.address, "Body": "HELP",
                "MessageSid": f"SM{serial + place:032x}", "NumMedia": "0", "NumSegments": "1",
            },
        )
        for place, number in enumerate(numbers)
    ]  # fmt: skip


def callbacks(count: int) -> list[bytes]:
    """Signed callbacks of texts that were accepted: of each, that it was sent and that it was delivered."""
    account = Outbound.objects.filter(state=State.ACCEPTED).select_related("sender__provider")
    requests: list[bytes] = []
    for text in account[: count // 2]:
        assert text.attempt_id is not None
        address = callback_url(text.attempt_id).partition("#")[0]
        for status in ("sent", "delivered"):
            form = {
                "AccountSid": text.sender.provider.account_sid, "From": text.sender.address,
                "MessageSid": str(text.sid), "MessageStatus": status, "SmsSid": str(text.sid),
                "SmsStatus": status, "To": text.number, "ApiVersion": "2010-04-01",
            }  # fmt: skip
            requests.append(_signed(text.sender.provider, address, form))
    return requests


def code_requests(stage: Stage, count: int) -> list[bytes]:
    """Requests of an API app for a code, each for another customer."""
    app = ApiApp.objects.create(
        name=f"App {time.time_ns()}", key=new_app_key(), secret_digest=secret_digest(_SECRET), campaign=stage.programme
    )
    login = b64encode(f"{app.key}:{_SECRET}".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {login}"}
    path = f"/priv/v1/apps/{app.key}/messaging_events/sms/validation/request"
    people = PhoneNumber.objects.values_list("customer__external_id", "number")[:count]
    return [
        _post(path, json.dumps({"external_id": who, "to_phone_number": number}).encode(), headers)
        for who, number in people
    ]


def storm(server: WebServer, requests: Sequence[bytes]) -> Answered:
    """Send all over 32 connections; every answer must be a success."""
    before, begun = server.cpu_seconds(), time.perf_counter()
    waits = sorted(asyncio.run(_storm(server.port, requests)))
    seconds, used = time.perf_counter() - begun, server.cpu_seconds() - before
    return Answered(len(waits) / seconds, waits[int(len(waits) * 0.99)] * 1000, used * 1e6 / len(waits))


def merge() -> tuple[float, float]:
    """Merge what callbacks are stored. Returns how many a second, and the CPU microseconds of each with Postgres's."""
    postgres = int(environ["BENCHMARK_POSTGRES"])
    used, begun = time.process_time() + cpu_seconds(postgres), time.perf_counter()
    merged = sum(merge_callbacks(seconds=math.inf).values())
    seconds = time.perf_counter() - begun
    return merged / seconds, (time.process_time() + cpu_seconds(postgres) - used) * 1e6 / merged


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _signed(provider: MessageProvider, address: str, form: Mapping[str, str]) -> bytes:
    """What Twilio posts to an address of ours."""
    pairs = list(form.items())
    headers = {**_FORM, "X-Twilio-Signature": sign(address, pairs, provider.auth_token)}
    return _post(address.removeprefix(settings.PUBLIC_BASE_URL), urlencode(pairs).encode(), headers)


def _post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    host = urlsplit(settings.PUBLIC_BASE_URL).netloc
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _storm(port: int, requests: Sequence[bytes]) -> list[float]:
    waits: list[float] = []
    todo = iter(requests)

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        for request in todo:
            begun = time.perf_counter()
            writer.write(request)
            await _read_answer(reader)
            waits.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return waits


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = head.split(b" ", 2)[1]
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r", 1)[0]) if at >= 0 else 0
    body = await reader.readexactly(length)
    if not status.startswith(b"2"):
        raise RuntimeError(f"The web server answered {status.decode()}: {body[:200]!r}")
