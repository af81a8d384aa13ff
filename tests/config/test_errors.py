"""Requests that reach no view: API paths are answered in the API's shape, also by the middleware."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from config.roles import VIEWER
from tests.factories import signed_in
from tests.optins.api.conftest import code_of


def test_a_host_that_is_not_ours_is_refused_in_json_under_priv() -> None:
    answer = Client().get("/priv/v1/apps/x/external/users/ada", headers={"Host": "evil.example"})

    assert code_of((answer.status_code, answer.json())) == (400, "argument_error")


def test_a_fault_outside_the_views_is_json_under_priv(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = None
    answer = Client(raise_request_exception=False).get("/priv/v1")

    assert code_of((answer.status_code, answer.json())) == (500, "internal_server_error")


@pytest.mark.parametrize("path", ["/healthz", "/c/x"])
def test_a_page_is_refused_as_a_page(path: str) -> None:
    answer = Client().get(path, headers={"Host": "evil.example"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/admin/messaging/smsmessage/999/change/", 404, "Page not found"),
        ("/admin/campaigns/campaign/create/", 403, "You may not do this"),
    ],
)
def test_who_works_here_finds_the_way_back_from_a_refused_page(path: str, status: int, title: str) -> None:
    answer = signed_in(VIEWER).get(path)
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert '<a href="/admin/">Back to Home</a>' in answer.text


def test_a_visitor_at_a_wrong_address_is_not_led_to_the_dashboard() -> None:
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.text
    assert "/admin/" not in answer.text


def test_an_unknown_address_under_priv_stays_json() -> None:
    answer = Client().get("/priv/v1/nowhere")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
