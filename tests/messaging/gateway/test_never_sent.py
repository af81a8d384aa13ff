"""What fails before a connection stands was never sent, and may be tried again."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from messaging.gateway.outcomes import Accepted, RetryLater
from messaging.gateway.twilio import OutgoingText, TwilioGateway
from tests.fixtures.simulator import free_socket
from tests.messaging.gateway.scripted import ScriptedServer, created

GatewayTo = Callable[[str | None], TwilioGateway]
NEVER_SENT = RetryLater(5, None, hold_seconds=1)


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(secret + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
def full_listener() -> Iterator[str]:
    """A listener whose queue is full, so that a further connection is neither made nor refused."""
    listener = free_socket()
    listener.listen(0)
    address = listener.getsockname()
    waiting = [socket.socket() for _ in range(4)]
    for client in waiting:
        client.setblocking(False)
        client.connect_ex(address)
    yield f"http://127.0.0.1:{address[1]}"
    for client in (*waiting, listener):
        client.close()


def test_a_refused_connection_was_never_sent(gateway_to: GatewayTo, text: OutgoingText) -> None:
    closed = free_socket()
    port = closed.getsockname()[1]
    closed.close()
    assert gateway_to(f"http://127.0.0.1:{port}").send(text) == NEVER_SENT


def test_a_connection_that_takes_too_long_was_never_sent(
    gateway_to: GatewayTo, text: OutgoingText, full_listener: str
) -> None:
    assert gateway_to(full_listener).send(text) == NEVER_SENT


def test_a_name_that_does_not_resolve_was_never_sent(gateway_to: GatewayTo, text: OutgoingText) -> None:
    assert gateway_to("http://" + "a" * 64 + ".invalid").send(text) == NEVER_SENT


def test_a_server_that_speaks_no_tls_was_never_sent_to(
    gateway_to: GatewayTo, text: OutgoingText, server: ScriptedServer
) -> None:
    assert gateway_to(server.url.replace("http:", "https:")).send(text) == NEVER_SENT
    assert server.requests == []


def test_a_certificate_that_nobody_vouches_for_was_never_sent_to(
    gateway_to: GatewayTo, text: OutgoingText, self_signed: ssl.SSLContext
) -> None:
    server = ScriptedServer(tls=self_signed)
    server.will(created())
    assert gateway_to(server.url).send(text) == NEVER_SENT
    assert server.requests == []
    server.close()


def test_a_proxy_that_refuses_the_tunnel_was_never_sent_to(
    gateway_to: GatewayTo, text: OutgoingText, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", server.url)
    server.will(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    assert gateway_to("https://twilio.example").send(text) == NEVER_SENT
    assert [request.method for request in server.requests] == ["CONNECT"]


def test_a_proxy_of_the_environment_is_used_with_its_login(
    gateway_to: GatewayTo, text: OutgoingText, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url.replace("//", "//me:p%40ss@"))
    server.will(created())
    assert isinstance(gateway_to("http://twilio.example").send(text), Accepted)
    (request,) = server.requests
    assert request.target.startswith("http://twilio.example/2010-04-01/")
    assert request.headers["proxy-authorization"] == "Basic bWU6cEBzcw=="


def test_no_proxy_is_respected(
    gateway_to: GatewayTo, text: OutgoingText, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server.will(created())
    assert isinstance(gateway_to(server.url).send(text), Accepted)
