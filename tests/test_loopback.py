"""The guard of tests/fixtures/loopback.py does guard. The address is one that the internet keeps for examples."""

import contextlib
import socket
import threading

import pytest
import requests

from tests.fixtures.loopback import OutsideWorld

OUTSIDE = "192.0.2.1"


def test_a_connection_to_another_machine_is_refused(loopback_only: list[str]) -> None:
    with pytest.raises(OutsideWorld):
        socket.create_connection((OUTSIDE, 80), timeout=0.1)
    assert loopback_only == [f"{OUTSIDE}:80"]
    loopback_only.clear()


def test_a_library_in_another_thread_is_refused_and_seen(loopback_only: list[str]) -> None:
    def fetch() -> None:
        with contextlib.suppress(Exception):
            requests.get(f"http://{OUTSIDE}/", timeout=0.1)

    thread = threading.Thread(target=fetch)
    thread.start()
    thread.join()
    assert loopback_only == [f"{OUTSIDE}:80"]
    loopback_only.clear()


def test_the_loopback_address_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as visitor:
        assert visitor.getpeername() == server.getsockname()
