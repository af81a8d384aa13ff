"""What all HTTP surfaces share: the carrier, signing in, forms, errors in Twilio's shape."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from aiohttp import web

from messaging.simulator.accounts import Account
from messaging.simulator.carrier import Carrier
from messaging.simulator.errors import CarrierError

CARRIER = web.AppKey("carrier", Carrier)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_TWILIO_PATHS = ("/2010-04-01/", "/v1/")


def signed_in(request: web.Request) -> Account:
    """The account that the request is signed in as. Raises CarrierError 20003.

    An account reaches only what lies under its own SID.
    """
    carrier = request.app[CARRIER]
    account = None if carrier.is_revoked else carrier.directory.signed_in(request.headers.get("Authorization", ""))
    if account is None or request.match_info.get("account", account.sid) != account.sid:
        raise CarrierError(20003)
    return account


async def form_of(request: web.Request) -> dict[str, str]:
    """The form fields of the body; of a repeated field the last."""
    body = (await request.read()).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))


@web.middleware
async def twilio_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers every refusal under Twilio's paths with Twilio's JSON."""
    try:
        return await handler(request)
    except CarrierError as error:
        return _error(error)
    except web.HTTPNotFound:
        if request.path.startswith(_TWILIO_PATHS):
            return _error(CarrierError(20404, request.path))
        raise
    except web.HTTPMethodNotAllowed:
        if request.path.startswith(_TWILIO_PATHS):
            return _error(CarrierError(20004))
        raise


def _error(error: CarrierError) -> web.Response:
    headers = {"Retry-After": "1"} if error.status == 429 else None
    return web.json_response(error.body(), status=error.status, headers=headers)
