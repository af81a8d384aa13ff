"""Around the simulator: the official client pointed at it, and a webhook that records what it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from messaging.simulator.accounts import JAN
from tests.fixtures.simulator import Simulator, served
from tests.fixtures.simulator import simulator as simulator
from tests.fixtures.simulator import simulator_server as simulator_server

SHORT_CODE, LONG_CODE, TOLL_FREE, POOLED = (number.address for number in JAN.numbers)
PHONE = "+13135550142"


class ToSimulator(TwilioHttpClient):  # type: ignore[misc]  # the client has no types
    """Sends what is meant for any host of Twilio to the simulator."""

    def __init__(self, url: str, timeout: float = 5) -> None:
        super().__init__(timeout=timeout)
        self._url = url

    def request(self, method: str, url: str, *arguments: Any, **keywords: Any) -> Response:
        """Rewrites the host; everything else is the official client's."""
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, self._url + parts.path + query, *arguments, **keywords)


@dataclass
class Call:
    """One request that the webhook received."""

    url: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Webhook:
    """A recording webhook. It answers what `answers` holds in turn, then an empty Response for ever."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        """Records the call and answers it."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.calls.append(Call(str(request.url), form, dict(request.headers)))
        if self.answers:
            return self.answers.pop(0)
        return web.Response(text="<Response/>", content_type="text/xml")

    @property
    def statuses(self) -> list[str]:
        """The statuses told by callbacks, in order."""
        return [call.form["MessageStatus"] for call in self.calls if "MessageStatus" in call.form]


@pytest.fixture(scope="session")
def webhook_server() -> Iterator[Webhook]:
    webhook = Webhook()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", webhook.handle)
    with served(app) as (url, _loop):
        webhook.url = f"{url}/hook"
        yield webhook


@pytest.fixture
def webhook(webhook_server: Webhook, simulator: Simulator) -> Webhook:
    """A webhook with an empty record, to which the simulator delivers inbound texts."""
    webhook_server.calls.clear()
    webhook_server.answers.clear()
    simulator.deliver_inbound_to(webhook_server.url)
    return webhook_server


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    """Twilio's own client, signed in as the first demo account."""
    http_client = ToSimulator(simulator.url)
    yield Client(JAN.sid, JAN.auth_token, http_client=http_client)
    assert http_client.session
    http_client.session.close()
