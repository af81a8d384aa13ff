"""Faults on order: what the carrier does wrong with the next requests, for tests, chaos and demos."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self, get_args

from aiohttp import web

from messaging.simulator.errors import CarrierError

On = Literal["create", "list", "fetch"]
Deed = Literal["busy", "error", "unavailable", "garbage", "half", "drop", "hold", "late", "storm"]
_OF_CREATE: Final = ("late", "storm")
_MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`on` which request, what it does, and whether the text was taken all the same (`create` only).

    busy is 429, error 500, unavailable 503; garbage is no JSON, half is half of an answer, drop closes the connection,
    hold waits first and then answers 500. Of `create` only, and answered as ever: late waits first and then takes the
    text, storm takes it and calls each of its statuses back many times and out of order before it answers.
    """

    on: On
    do: Deed
    taken: bool = False

    @classmethod
    def read(cls, form: Mapping[str, object]) -> tuple[Self, int]:
        """A fault and how many requests it is for. Raises ValueError with a sentence."""
        on = next((word for word in get_args(On) if word == form.get("on")), None)
        do = next((word for word in get_args(Deed) if word == form.get("do")), None)
        taken, times = form.get("taken", False), form.get("times", 1)
        if on is None or do is None:
            raise ValueError(f"“on” is one of {', '.join(get_args(On))}, “do” one of {', '.join(get_args(Deed))}.")
        if do in _OF_CREATE and (on != "create" or taken is not False):
            raise ValueError(f"“{do}” is for “create” alone, without “taken”.")
        if not isinstance(taken, bool) or not isinstance(times, int) or not 0 < times <= _MOST:
            raise ValueError(f"“taken” is true or false, “times” a number from 1 to {_MOST:,}.")
        return cls(on=on, do=do, taken=taken), times

    async def misbehave(self, request: web.Request, hold: float) -> web.Response:
        """The answer, if one comes. Raises CarrierError."""
        if self.do == "hold":
            await asyncio.sleep(hold)
        if self.do == "drop" and request.transport:
            request.transport.close()
        if self.do == "unavailable":
            return web.Response(status=503, text="Service Unavailable")
        if self.do == "garbage":
            return web.Response(status=200, text="<html>")
        if self.do == "half":
            return await _half(request)
        raise CarrierError(20429 if self.do == "busy" else 20500)


async def _half(request: web.Request) -> web.Response:
    """The beginning of a good answer; then the connection ends."""
    answer = web.StreamResponse(status=201, headers={"Content-Type": "application/json", "Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b'{"sid": "SM')
    assert request.transport
    request.transport.close()
    raise asyncio.CancelledError


class Faults:
    """The faults that are still to come, first ordered first done."""

    def __init__(self) -> None:
        self._waiting: dict[On, deque[Fault]] = defaultdict(deque)

    def order(self, fault: Fault, times: int) -> None:
        """Have the next so many requests of its kind meet this fault."""
        self._waiting[fault.on].extend([fault] * times)

    def next(self, on: On) -> Fault | None:
        """What happens to the request that has just come; None for nothing."""
        return self._waiting[on].popleft() if self._waiting[on] else None
