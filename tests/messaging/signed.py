"""What Twilio would post to a webhook, signed as Twilio signs it."""

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from messaging.gateway.signatures import sign
from optins.models import MessageProvider

PUBLIC = "http://testserver"
INBOUND, STATUS = "/webhooks/twilio/inbound", "/webhooks/twilio/status"

Pairs = Sequence[tuple[str, str]]


def post(
    path: str, pairs: Pairs, token: str | None, *, signed_url: str | None = None, body: str | None = None, **extra: Any
) -> HttpResponse:
    """Post form `pairs` to our `path`, signed with `token` over the public address; unsigned without one."""
    if token is not None:
        extra["HTTP_X_TWILIO_SIGNATURE"] = sign(signed_url or PUBLIC + path, pairs, token)
    data = urlencode(pairs) if body is None else body
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return cast(HttpResponse, client.post(path, data, content_type="application/x-www-form-urlencoded", **extra))


def inbound_of(provider: MessageProvider, *, to: str = "97865", **given: str) -> list[tuple[str, str]]:
    """The parameters of an inbound text."""
    return list(
        {
            "MessageSid": "SM" + "1" * 32,
            "AccountSid": provider.account_sid,
            "From": "+13135550101",
            "To": to,
            "Body": "hello",
            "NumMedia": "0",
            **given,
        }.items()
    )


def status_of(provider: MessageProvider, **given: str) -> list[tuple[str, str]]:
    """The parameters of a status callback."""
    return list(
        {
            "MessageSid": "SM" + "2" * 32,
            "AccountSid": provider.account_sid,
            "MessageStatus": "delivered",
            "From": "97865",
            "To": "+13135550101",
            **given,
        }.items()
    )
