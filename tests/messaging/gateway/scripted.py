"""A provider made of a socket: it reads whole HTTP requests and does to each what the test scripted."""

import io
import json
import socket
import ssl
import struct
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.fixtures.simulator import free_socket

SID = "SM" + "0123456789abcdef" * 2


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form body."""
        return dict(parse_qsl(self.body, keep_blank_values=True))


class Reset:
    """Closes the connection with a TCP reset after the request was read."""


class Silence:
    """Never answers."""


@dataclass(frozen=True, slots=True)
class Half:
    """Sends these bytes and then closes the connection."""

    data: bytes


Step = bytes | Half | Reset | Silence


def answer(status: int, body: object, **headers: str) -> bytes:
    """A whole HTTP answer; a body that is no string becomes JSON."""
    data = (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = [f"HTTP/1.1 {status} Something", f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + data


def created(**fields: object) -> bytes:
    """Twilio's 201, with other fields where a test wants them."""
    return answer(201, {"sid": SID, "status": "queued", "num_segments": "1", "error_code": None} | fields)


def refused(status: int, code: int, message: str = "No.") -> bytes:
    """Twilio's error body."""
    return answer(status, {"code": code, "message": message, "more_info": "", "status": status})


class ScriptedServer:
    """Takes the steps in turn, one for each request; the last one is for all that follow."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._steps: deque[Step] = deque()
        self._tls = tls
        self._listener = free_socket()
        self._listener.listen()
        self._open: list[socket.socket] = []
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def will(self, *steps: Step) -> None:
        """Says what happens to the next requests."""
        self._steps.extend(steps)

    def close(self) -> None:
        """Stops listening and drops every connection."""
        for open_socket in (self._listener, *self._open):
            open_socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # A client that loses patience resets the connection; that is not the server's concern.
        with suppress(OSError), connection, connection.makefile("rb") as stream:
            while (request := _read(stream)) is not None:
                self.requests.append(request)
                if not self._do(connection, self._next()):
                    return

    def _next(self) -> Step:
        return self._steps.popleft() if len(self._steps) > 1 else self._steps[0]

    def _do(self, connection: socket.socket, step: Step) -> bool:
        """Carries out one step; says whether the connection stays open."""
        if isinstance(step, bytes):
            connection.sendall(step)
        elif isinstance(step, Half):
            connection.sendall(step.data)
            connection.shutdown(socket.SHUT_RDWR)
        elif isinstance(step, Reset):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            connection.recv(1)
        return isinstance(step, bytes)


def _read(stream: io.BufferedReader) -> Request | None:
    if stream.peek(1)[:1] == b"\x16":  # a TLS greeting to a server that speaks none
        return None
    first = stream.readline().decode("latin-1").split()
    if len(first) < 3:
        return None
    headers: dict[str, str] = {}
    for line in stream:
        name, _, value = line.decode("latin-1").strip().partition(":")
        if not name:
            break
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    return Request(first[0], first[1], headers, stream.read(length).decode())
