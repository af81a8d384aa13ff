"""Calls the app's webhooks: signed, within Twilio's time limits, retried as its connection overrides say.

Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
"""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import parse_qsl, unquote, urlencode

import aiohttp
from yarl import URL

from messaging.simulator.signature import sign

_CALLS_AT_ONCE = 64
_LONGEST_TOTAL = 15_000  # milliseconds

Failure = Literal["ct", "rt", "4xx", "5xx"]


@dataclass(frozen=True)
class Overrides:
    """How a webhook is called: limits in milliseconds, the number of retries, and what is retried.

    By default one retry, and only after a failed connection: an answer of 500 is not retried.
    """

    connect: int = 5_000
    read: int = 15_000
    total: int = 15_000
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})

    @classmethod
    def of(cls, url: str) -> Self:
        """Read from the URL's fragment, such as `#rc=3&rp=5xx,ct,rt`; what cannot be read is the default."""
        given = dict(parse_qsl(url.partition("#")[2]))
        return cls(
            connect=_bounded(given.get("ct"), cls.connect, 100, 10_000),
            read=_bounded(given.get("rt"), cls.read, 100, _LONGEST_TOTAL),
            total=_bounded(given.get("tt"), cls.total, 100, _LONGEST_TOTAL),
            retries=_bounded(given.get("rc"), cls.retries, 0, 5),
            policies=frozenset(given["rp"].split(",")) if "rp" in given else cls.policies,
        )

    def retried(self, failure: Failure | None) -> bool:
        """Whether this failure is worth another try."""
        return failure is not None and (failure in self.policies or "all" in self.policies)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a call ended. `problem` is a sentence for people, None when the webhook answered 2xx.

    `explanation` is what the app says it did, for whoever learns by the phones; Twilio reads no such header.
    """

    http_status: int | None = None
    body: str = ""
    content_type: str = ""
    failure: Failure | None = None
    problem: str | None = None
    explanation: str = ""


class Webhooks:
    """Calls webhooks over pooled connections. Use as an async context manager."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        # Waiting here costs a call none of its time limit; waiting in aiohttp's own pool would.
        self._free = asyncio.Semaphore(_CALLS_AT_ONCE)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CALLS_AT_ONCE),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"},
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._session:
            await self._session.close()

    async def call(self, url: str, parameters: Mapping[str, str], *, token: str, method: str = "POST") -> Delivery:
        """Calls a webhook with these parameters, signed with the account's token. Never raises."""
        overrides = Overrides.of(url)
        address = url.partition("#")[0]
        form = dict(parameters)
        if method == "GET":
            address += ("&" if "?" in address else "?") + urlencode(form)
            form = {}
        headers = {
            "X-Twilio-Signature": sign(token, address, form),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        }
        async with self._free:
            return await self._persist(method, address, form, headers, overrides)

    async def _persist(
        self, method: str, address: str, form: dict[str, str], headers: dict[str, str], overrides: Overrides
    ) -> Delivery:
        delivery = Delivery(failure="rt", problem="the webhook did not answer in time")
        try:
            async with asyncio.timeout(overrides.total / 1000):
                for _attempt in range(overrides.retries + 1):
                    delivery = await self._try(method, address, form, headers, overrides)
                    if not overrides.retried(delivery.failure):
                        break
        except TimeoutError:
            return delivery
        return delivery

    async def _try(
        self, method: str, address: str, form: dict[str, str], headers: dict[str, str], overrides: Overrides
    ) -> Delivery:
        assert self._session, "Webhooks is used as a context manager"
        limits = aiohttp.ClientTimeout(
            total=None, sock_connect=overrides.connect / 1000, sock_read=overrides.read / 1000
        )
        try:
            async with self._session.request(
                method,
                URL(address, encoded=True),  # byte for byte the address that was signed
                data=urlencode(form).encode() if method == "POST" else None,
                headers=headers | {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
                allow_redirects=False,
                timeout=limits,
            ) as response:
                return await _read(response)
        except aiohttp.SocketTimeoutError:
            return Delivery(failure="rt", problem="the webhook did not answer in time")
        except (aiohttp.ClientError, OSError, ValueError):
            return Delivery(failure="ct", problem="the webhook could not be reached")


async def _read(response: aiohttp.ClientResponse) -> Delivery:
    status, explanation = response.status, unquote(response.headers.get("X-Explanation", ""))
    failure: Failure | None = "5xx" if status >= 500 else "4xx" if status >= 400 else None
    problem = None if 200 <= status < 300 else f"the webhook answered {status}"
    body = await response.text(errors="replace")
    return Delivery(status, body, response.content_type, failure, problem, explanation)


def _bounded(raw: str | None, default: int, low: int, high: int) -> int:
    if raw is None or not (raw.isascii() and raw.isdigit()):
        return default
    return min(max(int(raw), low), high)
