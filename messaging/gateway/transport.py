"""Plain HTTP to a provider, which knows one thing that general clients do not say: was it perhaps processed?

A text must never be sent twice, and Twilio's API has no idempotency key. So a failure is told apart by *when*
it happened. Until libcurl has asked for the request's body (name lookup, TCP, proxy, TLS come before) nothing was
written that a provider could act upon: `NeverSent`. Everything later, a kept-alive connection that turns out to be
reset included, may have reached Twilio: `MaybeSent`. Nothing is retried and no redirect is followed here.
"""

import io
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import pycurl

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


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


class _Body:
    """A request's body, which can be read once. Left to itself libcurl writes a request again when a kept-alive
    connection turns out to be closed; it cannot without the body, and says so instead."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)
        self.was_begun = False

    def read(self, size: int) -> bytes:
        self.was_begun = True
        return self._rest.read(size)


class Transport:
    """A pool of kept-alive connections. Safe to share between threads, not to be carried over a fork.

    Proxies are taken from the environment (`https_proxy`, `no_proxy`) when it is made.
    """

    def __init__(self, *, timeout_seconds: float) -> None:
        """`timeout_seconds` bounds the wait for the answer; connecting takes `CONNECT_SECONDS` at most before."""
        self._connect_ms = int(1000 * min(CONNECT_SECONDS, timeout_seconds))
        self._whole_ms = self._connect_ms + int(1000 * timeout_seconds)
        self._proxies = getproxies()
        self._proxy_of = cache(self._find_proxy)
        # Each handle keeps its connection. A further one is made rather than waited for: pacing is decided elsewhere.
        self._idle: deque[pycurl.Curl] = deque()

    def exchange(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Send one request and read its whole answer, whatever its status. Raises NeverSent or MaybeSent."""
        try:
            handle = self._idle.pop()
        except IndexError:
            handle = self._new_handle()
        source = _Body(body or b"")
        self._address(handle, url, headers)
        if body is not None:
            handle.setopt(pycurl.POST, 1)
            handle.setopt(pycurl.POSTFIELDSIZE, len(body))
            handle.setopt(pycurl.READFUNCTION, source.read)
        else:
            handle.setopt(pycurl.HTTPGET, 1)
        handle.setopt(pycurl.CUSTOMREQUEST, method)
        try:
            return _perform(handle, source)
        finally:
            self._idle.append(handle)

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
            (pycurl.MAXCONNECTS, 1),
            (pycurl.MAXAGE_CONN, _IDLE_SECONDS),
            (pycurl.CAINFO_BLOB, _trusted()),
        ):
            handle.setopt(option, value)
        folder = ssl.get_default_verify_paths().capath
        if folder is not None:
            handle.setopt(pycurl.CAPATH, folder)
        return handle

    def _address(self, handle: pycurl.Curl, url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(url)
        handle.setopt(pycurl.URL, url)
        # An empty proxy keeps libcurl from looking for one itself.
        handle.setopt(pycurl.PROXY, self._proxy_of(parts.scheme, parts.hostname or ""))
        # A body goes with its head: no server is asked first whether it wants it.
        handle.setopt(pycurl.HTTPHEADER, [*(f"{name}: {value}" for name, value in headers.items()), "Expect:"])

    def _find_proxy(self, scheme: str, host: str) -> str:
        proxy = self._proxies.get(scheme) or self._proxies.get("all") or ""
        return "" if proxy_bypass(host) else proxy


def _perform(handle: pycurl.Curl, source: _Body) -> Answer:
    head: list[bytes] = []
    content = io.BytesIO()
    handle.setopt(pycurl.HEADERFUNCTION, head.append)
    handle.setopt(pycurl.WRITEFUNCTION, content.write)
    try:
        handle.perform()
    except pycurl.error as error:
        raise _failure(error.args[0], begun=source.was_begun) from error
    text = content.getvalue().decode("utf-8", "replace")
    return Answer(handle.getinfo(pycurl.RESPONSE_CODE), _headers(head), text)


def _failure(code: int, *, begun: bool) -> NeverSent | MaybeSent:
    if begun and code == pycurl.E_OPERATION_TIMEDOUT:
        return MaybeSent("No answer came in time.")
    if begun:
        return MaybeSent("The connection broke before the whole answer had come.")
    if code in _TLS_FAULTS:
        return NeverSent("The provider's TLS certificate could not be verified, or TLS failed.")
    return NeverSent(f"No connection could be made (libcurl's error {code}).")


def _headers(lines: list[bytes]) -> dict[str, str]:
    """Names in lower case. A proxy's or an interim answer comes before the real one and does not count."""
    headers: dict[str, str] = {}
    for line in lines:
        if line.startswith(b"HTTP/"):
            headers.clear()
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return headers


@cache
def _trusted() -> bytes:
    """The system's authorities, for companies with their own, and Mozilla's, for systems without any.

    Those that the system keeps as a folder of files are not in here: libcurl is given the folder.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return "".join(map(ssl.DER_cert_to_PEM_cert, context.get_ca_certs(binary_form=True))).encode()
