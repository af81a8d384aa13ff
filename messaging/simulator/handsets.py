"""The Handsets page and its API: phones that show what they received, and text back."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from messaging.simulator.addresses import normalised
from messaging.simulator.messages import Message
from messaging.simulator.wire import CARRIER

_STATIC = Path(__file__).parent / "static"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_LONGEST_BODY = 1600
_HEARTBEAT = 15.0  # seconds; also how soon a closed page is noticed


def add_routes(app: web.Application) -> None:
    """Adds the page at / and /handsets, its files, and the phones' API."""
    app.router.add_get("/", page)
    app.router.add_get("/handsets", page)
    app.router.add_get("/handsets/senders", senders)
    app.router.add_get("/handsets/events", events)
    app.router.add_get("/handsets/{number}/texts", texts)
    app.router.add_post("/handsets/{number}/texts", text_in)
    app.router.add_static("/static", _STATIC)


async def page(_request: web.Request) -> web.FileResponse:
    """The page itself; everything on it is fetched by its script."""
    return web.FileResponse(_STATIC / "handsets.html", headers=_HEADERS)


async def senders(request: web.Request) -> web.Response:
    """The numbers that a phone can text: `[{address, kind, name, account, advanced_opt_out}]`."""
    return web.json_response(
        [
            {
                "address": line.number.address,
                "kind": line.number.kind,
                "name": line.number.friendly_name,
                "account": line.account.friendly_name,
                "advanced_opt_out": line.advanced is not None,
            }
            for line in request.app[CARRIER].directory.lines
        ]
    )


async def texts(request: web.Request) -> web.Response:
    """`{number, texts, not_delivered}`: what the phone received and sent, in order, and what failed."""
    phone = _phone(request)
    messages = request.app[CARRIER].records.of_phone(phone)
    on_phone = [m for m in messages if m.status in {"delivered", "received"}]
    missing = [m for m in messages if m.status in {"undelivered", "failed"}]
    return web.json_response(
        {
            "number": phone,
            "texts": [as_bubble(m) for m in sorted(on_phone, key=lambda m: m.updated)],
            "not_delivered": [as_bubble(m) for m in missing],
        }
    )


async def text_in(request: web.Request) -> web.Response:
    """The phone texts `{to, body}`. 201 with the text once the webhook has answered, whatever it answered."""
    phone = _phone(request)
    if request.content_type != "application/json":
        raise _problem(415, "Send JSON: an object with to and body.")
    try:
        sent = await request.json()
    except ValueError:
        raise _problem(400, "This is not JSON.") from None
    to, body = (sent.get("to"), sent.get("body")) if isinstance(sent, dict) else (None, None)
    if not isinstance(to, str) or not isinstance(body, str) or not body.strip():
        raise _problem(400, "Give the number to text as to, and the text as body.")
    if len(body) > _LONGEST_BODY:
        raise _problem(400, f"A text has at most {_LONGEST_BODY} characters.")
    carrier = request.app[CARRIER]
    line = carrier.directory.line(to)
    if line is None:
        raise _problem(404, "No account of this carrier owns the number that you text.")
    # Shielded: a page that closes must not take back a text that is on its way.
    message = await asyncio.shield(carrier.receive(phone, line, body))
    return web.json_response(as_bubble(message), status=201)


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: the number of each phone (of the `number` parameters) as soon as it has news."""
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with request.app[CARRIER].watchers.watch(frozenset(request.query.getall("number", []))) as watch:
        try:
            await response.write(b"retry: 1000\n\n")
            while True:
                await response.write(await _next_events(watch.news))
        except ConnectionError:
            return response


async def _next_events(news: Callable[[], Awaitable[set[str]]]) -> bytes:
    try:
        async with asyncio.timeout(_HEARTBEAT):
            return b"".join(f"data: {json.dumps(phone)}\n\n".encode() for phone in sorted(await news()))
    except TimeoutError:
        return b": still here\n\n"


def as_bubble(message: Message) -> dict[str, object]:
    """A text as a phone shows it; `sender_number` is the account's side of the thread."""
    inbound = message.direction == "inbound"
    answer = message.answers[-1] if message.answers else None
    return {
        "sid": message.sid,
        "direction": "sent" if inbound else "received",
        "from": message.sender,
        "to": message.to,
        "sender_number": message.to if inbound else message.sender,
        "body": message.body,
        "at": message.updated.isoformat(timespec="milliseconds"),
        "status": message.status,
        "by": message.author,
        "parts": message.parts,
        "error_code": message.error_code,
        "webhook_status": answer.http_status if answer else None,
        "problem": answer.problem if answer else None,
        "explanation": answer.explanation if answer else "",
    }


def _phone(request: web.Request) -> str:
    phone = normalised(request.match_info["number"])
    if phone is None:
        raise _problem(400, "Give the phone's number in E.164, such as +13135550142.")
    return phone


def _problem(status: int, sentence: str) -> web.HTTPException:
    kinds: dict[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        404: web.HTTPNotFound,
        415: web.HTTPUnsupportedMediaType,
    }
    return kinds[status](text=json.dumps({"error": sentence}), content_type="application/json")
