"""The control API: the carrier's own record, a fresh start, health. For tests, demos and benchmarks."""

from aiohttp import web

from messaging.simulator.faults import Fault, Faults
from messaging.simulator.handsets import as_bubble
from messaging.simulator.messages import Message
from messaging.simulator.wire import CARRIER


def add_routes(app: web.Application) -> None:
    """Adds /control and /healthz."""
    app.router.add_get("/control/accounts", accounts)
    app.router.add_get("/control/messages", messages)
    app.router.add_post("/control/faults", faults)
    app.router.add_delete("/control/faults", no_more_faults)
    app.router.add_put("/control/credentials", credentials)
    app.router.add_post("/control/reset", reset)
    app.router.add_get("/healthz", healthz)


async def accounts(request: web.Request) -> web.Response:
    """The demo accounts with their credentials: they open nothing but this simulator."""
    return web.json_response(
        [
            {
                "friendly_name": account.friendly_name,
                "sid": account.sid,
                "auth_token": account.auth_token,
                "key_sid": account.key_sid,
                "key_secret": account.key_secret,
                "numbers": [number.address for number in account.numbers],
                "services": [service.sid for service in account.services],
            }
            for account in request.app[CARRIER].directory.accounts
        ]
    )


async def messages(request: web.Request) -> web.Response:
    """Every text in order of arrival, both ways, with what the webhooks answered; `to` narrows it down."""
    carrier = request.app[CARRIER]
    wanted = request.query.get("to")
    found = [m for m in carrier.records.all if wanted is None or m.to == wanted]
    return web.json_response({"messages": [_record(m) for m in found]})


async def faults(request: web.Request) -> web.Response:
    """Orders faults for the next requests: `{on, do, taken, times}`. 400 with a sentence for what is none."""
    try:
        form = await request.json()
        fault, times = Fault.read(form if isinstance(form, dict) else {})
    except ValueError as error:
        return web.json_response({"problem": str(error)}, status=400)
    request.app[CARRIER].faults.order(fault, times)
    return web.json_response({"status": "ok"})


async def no_more_faults(request: web.Request) -> web.Response:
    """Forgets the faults that were ordered and are still to come."""
    request.app[CARRIER].faults = Faults()
    return web.json_response({"status": "ok"})


async def credentials(request: web.Request) -> web.Response:
    """Refuses every credential from now on, or takes them again: `{revoked}`."""
    form = await request.json()
    request.app[CARRIER].is_revoked = bool(form["revoked"])
    return web.json_response({"status": "ok"})


async def reset(request: web.Request) -> web.Response:
    """Forgets all texts, blocks, changed webhooks and ordered faults."""
    request.app[CARRIER].reset()
    return web.json_response({"status": "ok"})


async def healthz(request: web.Request) -> web.Response:
    """`{status, messages, under_way}`: `under_way` is 0 once every text has come to its end."""
    carrier = request.app[CARRIER]
    return web.json_response({"status": "ok", "messages": len(carrier.records.all), "under_way": carrier.under_way})


def _record(message: Message) -> dict[str, object]:
    answers = [{"about": a.about, "http_status": a.http_status, "problem": a.problem} for a in message.answers]
    return as_bubble(message) | {
        "account_sid": message.account_sid,
        "service_sid": message.service_sid,
        "status_callback": message.status_callback,
        "taken_at": message.created.isoformat(timespec="milliseconds"),
        "webhooks": answers,
    }
