"""Whose address a request is taken to come from."""

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from optins.visitors import address_of


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "not an address", None),
        (2, "198.51.100.7", "127.0.0.1"),
    ],
)
def test_only_the_entries_of_our_own_proxies_are_believed(
    settings: Settings, proxies: int, forwarded: str, address: str | None
) -> None:
    settings.PROXIES_IN_FRONT = proxies

    assert address_of(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})) == address
