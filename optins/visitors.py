"""Where a request comes from, for evidence and limits."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The caller's IP address, or None when the server was not told one.

    Behind proxies the address is the one that the outermost of them saw: `PROXIES_IN_FRONT` says how many
    entries of X-Forwarded-For are theirs. Anything further left is the caller's own claim and not believed.
    """
    raw = request.META.get("REMOTE_ADDR", "")
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < settings.PROXIES_IN_FRONT <= len(hops):
        raw = hops[-settings.PROXIES_IN_FRONT]
    try:
        return str(ipaddress.ip_address(raw.strip()))
    except ValueError:
        return None
