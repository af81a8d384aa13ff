"""The lists of deactivated numbers: Twilio's resource with its short-lived link, and the control that fills them.

Source: twilio.com/docs/messaging/api/deactivations-resource.
"""

import secrets
from datetime import date

from aiohttp import web

from messaging.simulator.errors import CarrierError
from messaging.simulator.wire import CARRIER, signed_in

_LINKS = web.AppKey("deactivation_links", dict[str, str])


def add_routes(app: web.Application) -> None:
    """Adds /v1/Deactivations, the files, and /control/deactivations."""
    app[_LINKS] = {}
    app.router.add_get("/v1/Deactivations", find)
    app.router.add_get("/deactivations/{key}.txt", file)
    app.router.add_post("/control/deactivations", order)


async def find(request: web.Request) -> web.Response:
    """307 with the link to a day's file. A day to come, or none, is refused."""
    signed_in(request)
    fault = request.app[CARRIER].faults.next("list")
    if fault:
        return await fault.misbehave(request, request.app[CARRIER].delays.hold)
    try:
        day = date.fromisoformat(request.query.get("Date", ""))
    except ValueError:
        raise CarrierError(20001, "Date") from None
    key = secrets.token_hex(16)
    request.app[_LINKS][key] = day.isoformat()
    link = str(request.url.origin() / "deactivations" / f"{key}.txt")
    return web.json_response({"redirect_to": link}, status=307, headers={"Location": link})


async def file(request: web.Request) -> web.Response:
    """The file, to whoever has the link, and to nobody who signs in: as with an object in a store of files."""
    day = request.app[_LINKS].get(request.match_info["key"])
    if day is None or "Authorization" in request.headers:
        raise web.HTTPForbidden
    return web.Response(text="".join(f"{number}\n" for number in request.app[CARRIER].deactivated.get(day, [])))


async def order(request: web.Request) -> web.Response:
    """`{day, numbers}`: from now on that day's file lists these."""
    form = await request.json()
    request.app[CARRIER].deactivated[str(form["day"])] = [str(number) for number in form["numbers"]]
    return web.json_response({"status": "ok"})
