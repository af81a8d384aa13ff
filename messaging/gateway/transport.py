"""Plain HTTP to a provider, which knows one thing that general clients do not say: was it perhaps processed?

A text must never be sent twice, and Twilio's API has no idempotency key. So a failure is told apart by *when*
it happened. Until a connection stands (name lookup, TCP, proxy, TLS) not one byte of the request was written:
`NeverSent`. Everything later, a kept-alive connection that turns out to be reset included, may have reached
Twilio: `MaybeSent`. Nothing is retried and no redirect is followed here.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import Timeout, make_headers

CONNECT_SECONDS = 5.0
POOL_SIZE = 64


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


# A request is written only after `connect` has returned, so whatever fails inside it was never sent.
class _PlainConnection(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise NeverSent(_no_connection(error)) from error


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise NeverSent(_no_connection(error)) from error


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Transport:
    """A pool of kept-alive connections. Safe to share between threads, not to be carried over a fork.

    Proxies are taken from the environment (`https_proxy`, `no_proxy`) when it is made.
    """

    def __init__(self, *, timeout_seconds: float) -> None:
        """`timeout_seconds` bounds each wait for the answer; connecting takes `CONNECT_SECONDS` at most."""
        self._timeout = Timeout(connect=min(CONNECT_SECONDS, timeout_seconds), read=timeout_seconds)
        self._direct = _pools(None)
        self._proxied = {
            scheme: _pools(proxy)
            for scheme in ("http", "https")
            if (proxy := getproxies().get(scheme) or getproxies().get("all"))
        }

    def exchange(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Send one request and read its whole answer, whatever its status. Raises NeverSent or MaybeSent."""
        try:
            response = self._pools_for(url).request(
                method,
                url,
                body=body,
                headers=dict(headers),
                timeout=self._timeout,
                retries=False,
                redirect=False,
            )
        except ReadTimeoutError as error:
            raise MaybeSent("No answer came in time.") from error
        except (HTTPError, OSError) as error:
            raise MaybeSent("The connection broke before the whole answer had come.") from error
        text = response.data.decode("utf-8", "replace")
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, text)

    def _pools_for(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        if parts.scheme not in self._proxied or proxy_bypass(parts.hostname or ""):
            return self._direct
        return self._proxied[parts.scheme]


def _pools(proxy: str | None) -> urllib3.PoolManager:
    # A full pool makes a further connection rather than wait: pacing is decided elsewhere.
    if proxy is None:
        manager = urllib3.PoolManager(maxsize=POOL_SIZE, ssl_context=_trusted())
    else:
        address = proxy if "://" in proxy else f"http://{proxy}"
        manager = urllib3.ProxyManager(
            address, proxy_headers=_proxy_login(address), maxsize=POOL_SIZE, ssl_context=_trusted()
        )
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
    return manager


def _proxy_login(address: str) -> dict[str, str]:
    parts = urlsplit(address)
    if parts.username is None:
        return {}
    return make_headers(proxy_basic_auth=f"{unquote(parts.username)}:{unquote(parts.password or '')}")


@cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities, for companies with their own, and Mozilla's, for systems without any."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _no_connection(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "The provider's TLS certificate could not be verified, or TLS failed."
    return f"No connection could be made ({type(error).__name__})."
