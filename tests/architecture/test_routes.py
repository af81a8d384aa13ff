"""Every address says who may come in: staff, a carrier that signs, an app with its secret, or anybody.

An address that is in none of these tables fails here, so that nobody opens one by forgetting.
"""

import re
from collections.abc import Iterable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

pytestmark = pytest.mark.django_db

STAFF = "admin/"
SIGNED = "^webhooks/"
BASIC = "priv/v1/apps/"
# Whoever is not signed in has to be able to sign in; signing out without being in leads home.
DOORS = {"admin/login/", "admin/logout/"}
PUBLIC = {
    "": "leads to the dashboard",
    "admin": "leads to the dashboard",
    "favicon.ico": "leads to the icon",
    "language": "remembers in which language somebody reads",
    "healthz": "says that the process answers, and nothing else",
    "readyz": "says what answers and how late texts are",
    "^priv(?:/|$)": "answers 404 in the API's own words",
    "api/schema": "describes the API",
    "api/docs": "describes the API, to read",
    "c/<slug:slug>": "the permalink of a campaign",
    "c/<slug:slug>/": "the permalink of a campaign",
    "stop": "where whoever holds a number ends its texts, by a code that is texted to it",
    "stop/": "where whoever holds a number ends its texts, by a code that is texted to it",
}


def routes(patterns: Iterable[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def address(route: str) -> str:
    """An address that the route matches: `1` in each place that varies."""
    plain = re.sub(r"\(\?P<app_label>(\w+)[^)]*\)", r"\1", route)
    plain = re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]+>", "1", plain)
    return "/" + re.sub(r"\((\?:)?/\|\$\)$|/\?\$$|[$^]", "", plain)


def under(prefix: str) -> list[str]:
    return [route for route in routes() if route.startswith(prefix)]


def test_every_route_is_in_one_of_the_tables() -> None:
    guarded = {*under(STAFF), *under(SIGNED), *under(BASIC)}
    assert set(routes()) - guarded == set(PUBLIC)


@pytest.mark.parametrize("prefix", [STAFF, SIGNED, BASIC])
def test_each_table_has_routes(prefix: str) -> None:
    assert under(prefix)


def test_the_dashboard_sends_strangers_to_sign_in(client: Client) -> None:
    for route in set(under(STAFF)) - DOORS:
        answer = client.get(address(route))
        assert answer.status_code == 302, route
        assert answer["Location"].startswith("/admin/login/"), route


@pytest.mark.parametrize("debug", [False, True])
def test_webhooks_refuse_what_is_not_signed(client: Client, settings: Settings, debug: bool) -> None:
    settings.DEBUG = debug
    for route in under(SIGNED):
        assert client.post(address(route), {"AccountSid": "AC1", "MessageSid": "SM1"}).status_code == 403, route


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_the_api_refuses_whoever_brings_no_secret(client: Client, method: str) -> None:
    for route in under(BASIC):
        answer = client.generic(method.upper(), address(route), b"{}", "application/json")
        assert answer.status_code == 401, route
        assert answer.json()["status"] == "error", route


@pytest.mark.parametrize("route", PUBLIC)
def test_public_addresses_answer_anybody(client: Client, route: str) -> None:
    assert client.get(address(route)).status_code in (200, 302, 404)
