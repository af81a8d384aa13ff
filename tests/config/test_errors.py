"""Requests that reach no view: API paths are answered in the API's shape, also by the middleware."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

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
