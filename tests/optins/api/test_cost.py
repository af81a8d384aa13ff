"""What a call asks of the database: a person waits at a form for it."""

from collections.abc import Callable
from typing import Any

from tests import factories
from tests.optins.api.conftest import OK, Caller

TRANSACTION = 2  # its beginning and its end


def test_asking_for_a_code_takes_five_statements(
    caller: Caller, django_assert_num_queries: Callable[[int], Any]
) -> None:
    factories.customer(external_id="ada")
    with django_assert_num_queries(5 + TRANSACTION):
        assert caller.request_code("ada", "+13139711649") == OK


def test_a_call_with_a_wrong_secret_takes_one(caller: Caller, django_assert_num_queries: Callable[[int], Any]) -> None:
    caller.headers = {"Authorization": "Basic d3Jvbmdfa2V5MTpzZWNyZXQ="}
    with django_assert_num_queries(1):
        assert caller.request_code("ada", "+13139711649")[0] == 401
