"""The carrier of the benchmarks: takes every text at once and keeps nothing, so that it is never the bottleneck.

`python -m benchmarks.sink --port 21000 --latency 0.1` answers each POST with Twilio's 201 after that many seconds;
with `--certificate file.pem` it speaks TLS. One thread over epoll: asyncio would cost more than what is measured.
"""

import argparse
import itertools
import secrets
import select
import socket
import ssl
import time
from collections import deque
from contextlib import suppress

_BODY = (
    b'{"sid": "SM%s%016x", "status": "queued", "num_segments": "1", "error_code": null, "error_message": null, '
    b'"account_sid": "AC00000000000000000000000000000001", "api_version": "2010-04-01", "direction": "outbound-api", '
    b'"date_created": "Mon, 16 Nov 2026 12:00:00 +0000", "date_updated": "Mon, 16 Nov 2026 12:00:00 +0000", '
    b'"date_sent": null, "price": null, "price_unit": "USD", "num_media": "0", "messaging_service_sid": null, '
    b'"from": "97865", "to": "+13135550101", "body": "Hello", "uri": "/", "subresource_uris": {}}'
)
_ANSWER = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_LENGTH = b"content-length:"
_BYTES = 65_536
# Another start names other messages, so that no SID comes twice.
_START = secrets.token_hex(8).encode()
_HEAD = _ANSWER % len(_BODY % (_START, 0))


class Sink:
    """A listener and its connections. Clients send one request at a time on each, as libcurl and requests do."""

    def __init__(self, port: int, latency: float, certificate: str | None) -> None:
        self._latency = latency
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if self._tls and certificate:
            self._tls.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=4096)
        self._listener.setblocking(False)
        self._epoll = select.epoll()
        self._epoll.register(self._listener.fileno(), select.EPOLLIN)
        self._open: dict[int, socket.socket] = {}
        self._begun: dict[int, bytes] = {}
        self._due: deque[tuple[float, socket.socket]] = deque()
        self._serial = itertools.count()

    def serve(self) -> None:
        """Answer until the process is ended."""
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else -1
            for number, _ in self._epoll.poll(wait):
                if number == self._listener.fileno():
                    self._accept()
                else:
                    self._read(number, self._open[number])
            while self._due and self._due[0][0] <= time.monotonic():
                self._answer(self._due.popleft()[1])

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.setblocking(False)
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                self._open[connection.fileno()] = connection
                self._epoll.register(connection.fileno(), select.EPOLLIN)

    def _read(self, number: int, connection: socket.socket) -> None:
        try:
            data = connection.recv(_BYTES)
        except ssl.SSLWantReadError:
            return
        except OSError:
            data = b""
        if not data:
            self._epoll.unregister(number)
            del self._open[number]
            self._begun.pop(number, None)
            connection.close()
            return
        if number in self._begun:
            data = self._begun.pop(number) + data
        if not _is_whole(data):
            self._begun[number] = data
        elif self._latency:
            self._due.append((time.monotonic() + self._latency, connection))
        else:
            self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.send(_HEAD + _BODY % (_START, next(self._serial)))


def _is_whole(request: bytes) -> bool:
    blank = request.find(b"\r\n\r\n")
    if blank < 0:
        return False
    head = request[:blank].lower()
    at = head.find(_LENGTH)
    length = 0 if at < 0 else int(head[at + len(_LENGTH) :].split(b"\r", 1)[0])
    return len(request) >= blank + 4 + length


def main() -> None:
    """Serve until the process is ended."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--latency", type=float, default=0.0)
    options.add_argument("--certificate", help="A file with the key and the certificate.")
    given = options.parse_args()
    Sink(given.port, given.latency, given.certificate).serve()


if __name__ == "__main__":
    main()
