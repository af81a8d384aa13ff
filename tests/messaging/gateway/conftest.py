"""Servers of a test's own, and no proxy between it and them."""

import threading
from collections.abc import Callable, Iterator

import pytest

from messaging.gateway.outcomes import Outcome
from messaging.gateway.twilio import Account, OutgoingText, TwilioGateway
from messaging.gateway.wire import Batch, wire
from tests.messaging.gateway.scripted import ScriptedServer

ACCOUNT_SID = "AC" + "0" * 32


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


class ByTheWire(TwilioGateway):
    """Sends as a send worker does: over the wire that carries many at once."""

    def send(self, text: OutgoingText) -> Outcome:
        over = threading.Event()
        batch = Batch(1, lambda _: self.exchange(text), wake=over.set, urgent=False)
        wire().carry(self.lane, batch)
        while not batch.is_over:
            assert over.wait(5)
            over.clear()
        ((_, outcome),) = batch.collect()
        return outcome


@pytest.fixture(params=[TwilioGateway, ByTheWire], ids=["alone", "by the wire"])
def gateway_to(request: pytest.FixtureRequest) -> Callable[[str | None], TwilioGateway]:
    """Makes a gateway that speaks to a base URL and soon loses patience."""

    def make(base_url: str | None) -> TwilioGateway:
        made: TwilioGateway = request.param(Account(ACCOUNT_SID, ACCOUNT_SID, "a:token", base_url, 0.2))
        return made

    return make


@pytest.fixture
def gateway(server: ScriptedServer, gateway_to: Callable[[str | None], TwilioGateway]) -> TwilioGateway:
    return gateway_to(server.url)


@pytest.fixture
def text() -> OutgoingText:
    return OutgoingText(
        to="+13125550100",
        sender="+18726669682",
        body="Größe M? 50 % & more 🎉",
        status_callback="https://sms.example.com/status?attempt=7#rc=3",
        validity_seconds=3600,
    )
