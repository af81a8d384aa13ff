"""Twilio's REST for messages: create, fetch, list, cancel, redact (twilio-oai, twilio_api_v2010.json)."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from urllib.parse import urlencode

from aiohttp import web

from messaging.simulator.errors import CarrierError
from messaging.simulator.messages import FINAL, Message
from messaging.simulator.records import Filter
from messaging.simulator.sending import read_draft
from messaging.simulator.wire import CARRIER, form_of, signed_in

_LIST = "/2010-04-01/Accounts/{account}/Messages.json"
_ONE = "/2010-04-01/Accounts/{account}/Messages/{sid}.json"
_LARGEST_PAGE = 1000


def add_routes(app: web.Application) -> None:
    """Adds the Messages resource."""
    app.router.add_post(_LIST, create)
    app.router.add_get(_LIST, list_messages)
    app.router.add_get(_ONE, fetch)
    app.router.add_post(_ONE, update)


async def create(request: web.Request) -> web.Response:
    """201 with the message; magic recipients are refused, answered with an error, or kept waiting. Faults go first."""
    account = signed_in(request)
    carrier = request.app[CARRIER]
    draft = read_draft(await form_of(request), account, carrier.directory)
    fault = carrier.faults.next("create")
    if fault and fault.do == "storm":
        return web.json_response((await carrier.storm(draft)).as_twilio(), status=201)
    if fault and fault.do == "late":
        await asyncio.sleep(carrier.delays.hold)
    elif fault:
        if fault.taken:
            carrier.accept(draft)
        return await fault.misbehave(request, carrier.delays.hold)
    answer = carrier.answer_to(draft)
    if answer == "throttled once":
        raise CarrierError(20429)
    created = carrier.accept(draft).as_twilio()
    if answer == "error":
        raise CarrierError(20500)
    if answer == "held":
        await asyncio.sleep(carrier.delays.hold)
    return web.json_response(created, status=201)


async def fetch(request: web.Request) -> web.Response:
    """The message as it stands."""
    message = _message(request)
    carrier = request.app[CARRIER]
    fault = carrier.faults.next("fetch")
    return await fault.misbehave(request, carrier.delays.hold) if fault else web.json_response(message.as_twilio())


async def update(request: web.Request) -> web.Response:
    """Status=canceled cancels a scheduled message; an empty Body redacts one that is over."""
    message = _message(request)
    form = await form_of(request)
    if "Status" in form:
        if form["Status"] != "canceled":
            raise CarrierError(20001, "Status must be canceled")
        request.app[CARRIER].cancel(message)
    if "Body" in form:
        if form["Body"] or message.status not in FINAL:
            raise CarrierError(20001, "Body can only be emptied, once the message is final")
        message.body = ""
    return web.json_response(message.as_twilio())


def _message(request: web.Request) -> Message:
    account = signed_in(request)
    message = request.app[CARRIER].records.find(account.sid, request.match_info["sid"])
    if message is None:
        raise CarrierError(20404, request.path)
    return message


# --- Lists -----------------------------------------------------------------------------------


async def list_messages(request: web.Request) -> web.Response:
    """A page of messages, newest first, with the addresses of its neighbours."""
    account = signed_in(request)
    carrier = request.app[CARRIER]
    fault = carrier.faults.next("list")
    if fault:
        return await fault.misbehave(request, carrier.delays.hold)
    query = dict(request.query)
    size = _page_size(query)
    number = int(query["Page"]) if query.get("Page", "").isdigit() else 0
    page, more_before, more_after = _page(request, account.sid, query, size)

    def uri(page_number: int, token: str | None = None) -> str:
        kept = {k: v for k, v in query.items() if k not in {"Page", "PageToken", "PageSize"}}
        kept |= {"PageSize": str(size), "Page": str(page_number)}
        return f"{request.path}?{urlencode(kept | ({'PageToken': token} if token else {}))}"

    return web.json_response(
        {
            "messages": [message.as_twilio() for message in page],
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(page) - 1, 0),
            "uri": request.path_qs,
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1, "PA" + page[-1].sid) if more_after else None,
            "previous_page_uri": uri(max(number - 1, 0), "PB" + page[0].sid) if more_before else None,
        }
    )


def _page(request: web.Request, account_sid: str, query: dict[str, str], size: int) -> tuple[list[Message], bool, bool]:
    """The page, and whether there are newer and older messages around it.

    A token PA<sid> starts after that message, PB<sid> ends before it, so pages stay put while texts arrive.
    """
    records = request.app[CARRIER].records
    wanted = _filter(query)
    token = query.get("PageToken", "")
    edge = records.find(account_sid, token[2:]) if token else None
    if token and edge is None:
        raise CarrierError(20001, "PageToken")
    if edge and token.startswith("PB"):
        newer = list(islice(records.newer(account_sid, wanted, edge), size + 1))
        return newer[:size][::-1], len(newer) > size, True
    older = list(islice(records.older(account_sid, wanted, edge), size + 1))
    return older[:size], edge is not None and bool(older), len(older) > size


def _page_size(query: dict[str, str]) -> int:
    raw = query.get("PageSize", "")
    return min(max(int(raw), 1), _LARGEST_PAGE) if raw.isdigit() else 50


def _filter(query: dict[str, str]) -> Filter:
    """A day without time means the whole day in GMT: `DateSent<` includes it, as Twilio's does."""
    since = until = None
    if raw := query.get("DateSent"):
        since, until = _day_or_moment(raw)
    if raw := query.get("DateSent>"):
        since, _ = _day_or_moment(raw)
    if raw := query.get("DateSent<"):
        _, until = _day_or_moment(raw)
    return Filter(query.get("To"), query.get("From"), since, until)


def _day_or_moment(raw: str) -> tuple[datetime, datetime]:
    """The half-open span that a date names: one second, or from midnight the whole day.

    Midnight, because the official client writes a date without time as midnight.
    """
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        raise CarrierError(20001, "DateSent") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment, moment + (timedelta(days=1) if moment.time() == time.min else timedelta(seconds=1))
