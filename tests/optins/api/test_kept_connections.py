"""Connections to Postgres are kept between calls, and may have died since."""

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests import factories
from tests.optins.api.conftest import OK, Caller


def cut_by_the_server() -> None:
    """The server ends the kept connection, as at its restart, and the next request begins."""
    pid = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn, password=settings.DATABASES["default"]["PASSWORD"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close_if_unusable_or_obsolete()


@pytest.mark.django_db(transaction=True)
def test_a_call_over_a_connection_that_died_is_answered_all_the_same(caller: Caller) -> None:
    factories.customer(external_id="ada")
    cut_by_the_server()
    assert caller.request_code("ada", "+13139711649") == OK
