"""Plain HTTP to a provider, which knows one thing that general clients do not say: was it perhaps processed?

A text must never be sent twice, and Twilio's API has no idempotency key. So a failure is told apart by *when*
it happened. Until libcurl has asked for the request's body (name lookup, TCP, proxy, TLS come before) nothing was
written that a provider could act upon: `NeverSent`. Everything later, a kept-alive connection that turns out to be
reset included, may have reached Twilio: `MaybeSent`. Nothing is retried and no redirect is followed here.
"""

import os
import ssl
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import pycurl

from messaging.gateway import sentences

CONNECT_SECONDS = 5.0
# Older connections are closed rather than reused: what stands between may have forgotten them.
_IDLE_SECONDS = 60
_TLS_FAULTS = frozenset(
    {pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE}
)  # fmt: skip


class NeverSent(Exception):
    """The request certainly never reached the provider. The text is a sentence for staff."""


class MaybeSent(Exception):
    """The provider may have processed the request. The text is a sentence for staff."""


class Answer(NamedTuple):
    """A whole HTTP answer. `head` holds its lines, with those of answers that came before it."""

    status: int
    head: Sequence[bytes]
    text: str

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case. A proxy's or an interim answer comes before the real one and does not count."""
        headers: dict[str, str] = {}
        for line in self.head:
            if line.startswith(b"HTTP/"):
                headers.clear()
            name, colon, value = line.decode("latin-1").partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        return headers


class Request(NamedTuple):
    """One request. A body of None is a request without one."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


class Line:
    """A handle of libcurl, which carries one request after the other.

    Left to itself libcurl writes a request again when a kept-alive connection turns out to be closed. The body can be
    read from here once and not rewound, so that libcurl has to give up instead.
    """

    def __init__(self, handle: pycurl.Curl, proxy_of: Callable[[str], str]) -> None:
        self.handle = handle
        self._proxy_of = proxy_of
        self._rest = b""
        self._begun = False
        self._head: list[bytes] = []
        self._content: list[bytes] = []
        # What the last request was given stays: nearly every request of an account differs by its body alone.
        self._last = Request("", "", {}, None)
        handle.setopt(pycurl.READFUNCTION, self._read)
        handle.setopt(pycurl.HEADERFUNCTION, self._head.append)
        handle.setopt(pycurl.WRITEFUNCTION, self._content.append)

    def load(self, request: Request) -> None:
        """Make ready for this request; nothing is sent yet."""
        handle, last, body = self.handle, self._last, request.body
        self._rest, self._begun = body or b"", False
        self._head.clear()
        self._content.clear()
        if request.url != last.url:
            handle.setopt(pycurl.URL, request.url)
            # An empty proxy keeps libcurl from looking for one itself.
            handle.setopt(pycurl.PROXY, self._proxy_of(request.url))
        if request.headers != last.headers:
            # A body goes with its head: no server is asked first whether it wants it.
            handle.setopt(
                pycurl.HTTPHEADER, [*(f"{name}: {value}" for name, value in request.headers.items()), "Expect:"]
            )
        if request.method != last.method or (body is None) != (last.body is None):
            handle.setopt(pycurl.HTTPGET if body is None else pycurl.POST, 1)
            handle.setopt(pycurl.CUSTOMREQUEST, request.method)
        if body is not None:
            handle.setopt(pycurl.POSTFIELDSIZE, len(body))
        self._last = request

    def answer(self) -> Answer:
        """The whole answer to the request that was carried."""
        text = b"".join(self._content).decode("utf-8", "replace")
        return Answer(self.handle.getinfo(pycurl.RESPONSE_CODE), tuple(self._head), text)

    def failure(self, code: int) -> NeverSent | MaybeSent:
        """What libcurl's error code means for the request that was being carried."""
        if self._begun and code == pycurl.E_OPERATION_TIMEDOUT:
            return MaybeSent(sentences.NO_ANSWER)
        if self._begun:
            return MaybeSent(sentences.BROKEN_OFF)
        if code in _TLS_FAULTS:
            return NeverSent(sentences.NO_TLS)
        return NeverSent(sentences.NO_CONNECTION % {"code": code})

    def _read(self, size: int) -> bytes:
        self._begun = True
        part, self._rest = self._rest[:size], self._rest[size:]
        return part


class Transport:
    """The lines to one provider. Safe to share between threads, not to be carried over a fork.

    Proxies are taken from the environment (`https_proxy`, `no_proxy`) when it is made.
    """

    def __init__(self, *, timeout_seconds: float) -> None:
        """`timeout_seconds` bounds the wait for the answer; connecting takes `CONNECT_SECONDS` at most before."""
        self._connect_ms = int(1000 * min(CONNECT_SECONDS, timeout_seconds))
        self._whole_ms = self._connect_ms + int(1000 * timeout_seconds)
        self._proxies = getproxies()
        self._proxy_of = cache(self._find_proxy)
        # A further line is made rather than waited for: how many there are is decided elsewhere.
        self._idle: deque[Line] = deque()

    @contextmanager
    def line(self) -> Iterator[Line]:
        """A line for one request, alone on it; it is kept for a later one."""
        line = self.take()
        try:
            yield line
        finally:
            self.give_back(line)

    def take(self) -> Line:
        """A line that nobody else has, until it is given back."""
        try:
            return self._idle.pop()
        except IndexError:
            return Line(self._new_handle(), self._proxy_of)

    def give_back(self, line: Line) -> None:
        """Keep a line for a later request."""
        self._idle.append(line)

    def exchange(self, request: Request) -> Answer:
        """Send one request and read its whole answer, whatever its status. Raises NeverSent or MaybeSent."""
        with self.line() as line:
            line.load(request)
            try:
                line.handle.perform()
            except pycurl.error as error:
                raise line.failure(error.args[0]) from error
            return line.answer()

    def _new_handle(self) -> pycurl.Curl:
        handle = pycurl.Curl()
        for option, value in (
            # HTTP/2 would write a request again on a connection that the other side gave up.
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.NOSIGNAL, 1),
            (pycurl.CONNECTTIMEOUT_MS, self._connect_ms),
            (pycurl.TIMEOUT_MS, self._whole_ms),
            (pycurl.MAXAGE_CONN, _IDLE_SECONDS),
            (pycurl.CAINFO, _trusted(os.getpid()).name),
        ):
            handle.setopt(option, value)
        return handle

    def _find_proxy(self, url: str) -> str:
        parts = urlsplit(url)
        proxy = self._proxies.get(parts.scheme) or self._proxies.get("all") or ""
        return "" if proxy_bypass(parts.hostname or "") else proxy


@cache
def _trusted(process: int) -> "tempfile._TemporaryFileWrapper[bytes]":
    """The system's authorities, for companies with their own, and Mozilla's, for systems without any: in one file.

    libcurl keeps what it read from one file for all connections. Memory or a folder it would read for each, which
    costs more than all else about a connection. The file is one process's own, and goes with it.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    for file in _system_folder():
        # Such a folder may hold what is no certificate.
        with suppress(ssl.SSLError, OSError):
            context.load_verify_locations(file)
    bundle = tempfile.NamedTemporaryFile(  # noqa: SIM115  it is to last as long as the process
        prefix=f"authorities-{process}-", suffix=".pem"
    )
    bundle.write("".join(map(ssl.DER_cert_to_PEM_cert, context.get_ca_certs(binary_form=True))).encode())
    bundle.flush()
    return bundle


def _system_folder() -> Iterable[Path]:
    """Where OpenSSL keeps authorities one by one, each under the hash of its name."""
    folder = ssl.get_default_verify_paths().capath
    return Path(folder).glob("????????.[0-9]") if folder else ()
