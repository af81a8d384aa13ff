"""Puts the carrier and its HTTP surfaces together."""

from collections.abc import AsyncIterator

from aiohttp import web

from messaging.simulator import control, deactivations, handsets, inventory, rest
from messaging.simulator.accounts import DEMO_ACCOUNTS, Account
from messaging.simulator.carrier import Carrier, Delays
from messaging.simulator.directory import Directory
from messaging.simulator.webhooks import Webhooks
from messaging.simulator.wire import CARRIER, twilio_errors


def build(
    *, inbound_url: str, delays: Delays | None = None, accounts: tuple[Account, ...] = DEMO_ACCOUNTS
) -> web.Application:
    """The application. Inbound texts go to `inbound_url` until an account sets a number's SmsUrl."""
    webhooks = Webhooks()
    app = web.Application(middlewares=[twilio_errors])
    app[CARRIER] = Carrier(directory=Directory(accounts, inbound_url), webhooks=webhooks, delays=delays or Delays())

    async def open_webhooks(_app: web.Application) -> AsyncIterator[None]:
        async with webhooks:
            yield
            app[CARRIER].reset()

    app.cleanup_ctx.append(open_webhooks)
    for surface in (rest, inventory, deactivations, handsets, control):
        surface.add_routes(app)
    return app
