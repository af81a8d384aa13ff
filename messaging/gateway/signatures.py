"""Twilio's `X-Twilio-Signature`: who may speak to our webhooks.

The signature is base64(HMAC-SHA1(auth token, URL + each parameter's name and value, sorted)), over the whole
URL with its query, without its fragment. Twilio is not consistent about a port in the URL, so both forms
count. Source: twilio.com/docs/usage/webhooks/webhooks-security.
"""

import base64
import hmac
from collections.abc import Sequence

_DEFAULT_PORTS = {"https": "443", "http": "80"}


def sign(url: str, pairs: Sequence[tuple[str, str]], token: str) -> str:
    """The signature of a request with these form parameters, as Twilio computes it."""
    return _mac(url.partition("#")[0].encode("utf-8", "surrogatepass") + _joined(pairs), token).decode()


def valid(url: str, pairs: Sequence[tuple[str, str]], signature: str, tokens: Sequence[str]) -> bool:
    """Whether a request was signed with one of the tokens.

    `url` is the public address as Twilio was given it, query included: built from configuration, never from
    the request's host. `pairs` are the form parameters exactly as received, empty ones and repeated ones too.
    More than one token is for the time of a rotation; blank tokens sign nothing.
    """
    given, joined, found = signature.encode("utf-8", "surrogatepass"), _joined(pairs), False
    for form in _with_and_without_port(url):
        signed = form.encode("utf-8", "surrogatepass") + joined
        for token in filter(None, tokens):
            found |= hmac.compare_digest(_mac(signed, token), given)
    return found


def _joined(pairs: Sequence[tuple[str, str]]) -> bytes:
    return "".join(name + value for name, value in sorted(set(pairs))).encode("utf-8", "surrogatepass")


def _mac(signed: bytes, token: str) -> bytes:
    return base64.b64encode(hmac.digest(token.encode(), signed, "sha1"))


def _with_and_without_port(url: str) -> tuple[str, str]:
    """Both forms of a URL. Only the authority is touched: the rest was signed byte for byte."""
    scheme, _, rest = url.partition("#")[0].partition("://")
    end = min((place for mark in "/?" if (place := rest.find(mark)) >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:]
    host, colon, port = authority.rpartition(":")
    # A colon in front of user info or inside an IPv6 address belongs to no port.
    if not (colon and port.isascii() and port.isdigit()):
        host, port = authority, _DEFAULT_PORTS.get(scheme.lower(), "")
    return f"{scheme}://{host}:{port}{path}", f"{scheme}://{host}{path}"
