"""The carrier of the benchmarks: takes every text at once and keeps nothing, so that it is never the bottleneck.

`python -m benchmarks.sink --port 21000 --latency 0.1` answers each POST with Twilio's 201 after that many seconds.
"""

import argparse
import asyncio
import itertools
import secrets

_BODY = (
    b'{"sid": "SM%s%016x", "status": "queued", "num_segments": "1", "error_code": null, "error_message": null, '
    b'"account_sid": "AC00000000000000000000000000000001", "api_version": "2010-04-01", "direction": "outbound-api", '
    b'"date_created": "Mon, 16 Nov 2026 12:00:00 +0000", "date_updated": "Mon, 16 Nov 2026 12:00:00 +0000", '
    b'"date_sent": null, "price": null, "price_unit": "USD", "num_media": "0", "messaging_service_sid": null, '
    b'"from": "97865", "to": "+13135550101", "body": "Hello", "uri": "/", "subresource_uris": {}}'
)
_HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_LENGTH = b"content-length:"
# Another start names other messages, so that no SID comes twice.
_START = secrets.token_hex(8).encode()
_serial = itertools.count()


class Sink(asyncio.Protocol):
    """One connection: reads whole requests and answers each after the latency."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._end_of_request()) is not None:
            self._waiting = self._waiting[end:]
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._answer)
            else:
                self._answer()

    def _end_of_request(self) -> int | None:
        blank = self._waiting.find(b"\r\n\r\n")
        if blank < 0:
            return None
        head = self._waiting[:blank].lower()
        at = head.find(_LENGTH)
        length = 0 if at < 0 else int(head[at + len(_LENGTH) :].split(b"\r", 1)[0])
        end = blank + 4 + length
        return end if len(self._waiting) >= end else None

    def _answer(self) -> None:
        if not self._transport.is_closing():
            body = _BODY % (_START, next(_serial))
            self._transport.write(_HEAD % len(body) + body)


async def _serve(port: int, latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(latency), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


def main() -> None:
    """Serve until the process is ended."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--latency", type=float, default=0.0)
    given = options.parse_args()
    asyncio.run(_serve(given.port, given.latency))


if __name__ == "__main__":
    main()
