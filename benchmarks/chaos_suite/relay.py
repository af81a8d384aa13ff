"""TCP relays between the parts: each link of the system runs through one, and can be stalled, reset and cut there."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from config.local.ports import HOST, free_port

_CHUNK = 65_536
# A close with this answers with a reset instead of an orderly end, whatever is still on its way.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Relay:
    """One link. Whoever connects to `port` is connected to `target`, a port of this machine that may change.

    Its own methods run in the event loop of its `Relays`, whose methods are the ones to call.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Take connections, also again after `cut`, and let everything flow."""
        self._flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, HOST, self.port)

    async def stall(self) -> None:
        """Bytes wait here in both directions until `listen`; connections are taken and hear nothing."""
        self._flowing.clear()

    async def reset(self) -> None:
        """Every open connection breaks off with a TCP reset on both sides; new ones are taken."""
        for writer in list(self._open):
            with contextlib.suppress(OSError):
                raw: socket.socket = writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            writer.transport.abort()

    async def cut(self) -> None:
        """As after a machine is gone: open connections are reset, new ones refused, until `listen`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.reset()

    async def close(self) -> None:
        """Cut for good; returns once nothing of the link is left."""
        self._flowing.set()
        await self.cut()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)
        self._open.add(writer)
        try:
            there, away = await asyncio.open_connection(HOST, self.target)
        except OSError:
            self._drop(writer)
            return
        self._open.add(away)
        try:
            await asyncio.gather(self._pump(reader, away), self._pump(there, writer))
        finally:
            self._drop(writer)
            self._drop(away)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        # One side ended: so does the other, as with a plain cable between two programs.
        await self._flowing.wait()
        self._drop(writer)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._open.discard(writer)
        writer.close()


class Relays:
    """The links by name, in an event loop and thread of their own. A context: leaving it closes them all."""

    def __init__(self) -> None:
        self._relays: dict[str, Relay] = {}
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread

    def __enter__(self) -> Self:
        started: Future[asyncio.AbstractEventLoop] = Future()
        self._stop = asyncio.Event()

        async def run() -> None:
            started.set_result(asyncio.get_running_loop())
            await self._stop.wait()
            for relay in self._relays.values():
                await relay.close()

        self._thread = threading.Thread(target=lambda: asyncio.run(run()), name="relays", daemon=True)
        self._thread.start()
        self._loop = started.result(timeout=5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=5)

    def add(self, name: str, target: int = 0) -> int:
        """Open a link and return its port. A `target` that is not known yet is told by `point`."""
        port = free_port()
        self._relays[name] = Relay(port, target)
        self._do(self._relays[name].listen)
        return port

    def point(self, name: str, target: int) -> None:
        """Connect what comes from now on to another port."""
        self._relays[name].target = target

    def stall(self, name: str) -> None:
        """See `Relay.stall`."""
        self._do(self._relays[name].stall)

    def reset(self, name: str) -> None:
        """See `Relay.reset`."""
        self._do(self._relays[name].reset)

    def cut(self, name: str) -> None:
        """See `Relay.cut`."""
        self._do(self._relays[name].cut)

    def mend(self, name: str) -> None:
        """Let the link work again."""
        self._do(self._relays[name].listen)

    def _do(self, deed: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await deed()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=10)
