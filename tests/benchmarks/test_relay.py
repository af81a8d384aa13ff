"""The relays of the chaos suite: what goes through, and how it stops."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks.chaos_suite.relay import Relays
from tests.fixtures.simulator import free_socket


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets; its port."""
    listener = free_socket()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=send_back, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def send_back(connection: socket.socket) -> None:
    with connection:
        try:
            while data := connection.recv(1024):
                connection.sendall(data)
        except OSError:
            return


@pytest.fixture
def relays() -> Iterator[Relays]:
    with Relays() as links:
        yield links


def connected(port: int, timeout: float = 5) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def said(connection: socket.socket, word: bytes) -> bytes:
    connection.sendall(word)
    return connection.recv(1024)


def test_bytes_go_through_both_ways(relays: Relays, echo: int) -> None:
    with closing(connected(relays.add("link", echo))) as connection:
        assert said(connection, b"hello") == b"hello"


def test_a_stalled_link_keeps_bytes_until_it_is_mended(relays: Relays, echo: int) -> None:
    with closing(connected(relays.add("link", echo), timeout=0.2)) as connection:
        relays.stall("link")
        with pytest.raises(TimeoutError):
            said(connection, b"hello")
        relays.mend("link")
        connection.settimeout(5)
        assert connection.recv(1024) == b"hello"


def test_a_reset_breaks_connections_off_and_takes_new_ones(relays: Relays, echo: int) -> None:
    port = relays.add("link", echo)
    with closing(connected(port)) as broken, closing(connected(port)) as fresh:
        assert said(broken, b"hello") == b"hello"
        relays.reset("link")
        with pytest.raises(ConnectionResetError):
            broken.recv(1024)
        fresh.close()
    with closing(connected(port)) as connection:
        assert said(connection, b"again") == b"again"


def test_a_cut_link_refuses_until_it_is_mended(relays: Relays, echo: int) -> None:
    port = relays.add("link", echo)
    relays.cut("link")
    with pytest.raises(ConnectionRefusedError):
        connected(port)
    relays.mend("link")
    with closing(connected(port)) as connection:
        assert said(connection, b"hello") == b"hello"


def test_a_server_that_came_back_elsewhere_is_found_again(relays: Relays, echo: int) -> None:
    port = relays.add("link")
    relays.point("link", echo)
    with closing(connected(port)) as connection:
        assert said(connection, b"hello") == b"hello"


def test_without_a_server_connections_end(relays: Relays) -> None:
    with closing(connected(relays.add("link", 9))) as connection:
        assert connection.recv(1024) == b""
