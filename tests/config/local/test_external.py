"""A database that somebody else named is used only when it is empty or ours."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from config.local import external, testbed
from config.local.refusal import Refusal
from config.local.services import Services


@pytest.fixture
def url() -> Iterator[str]:
    """An empty database beside the one of this test process."""
    server, _, mine = os.environ["DATABASE_URL"].rpartition("/")
    name = f"{mine}_external"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name}")


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def test_an_empty_database_is_taken(url: str) -> None:
    external.check_database(url)


def test_a_database_that_optline_migrated_is_taken(url: str) -> None:
    execute(url, "CREATE TABLE django_migrations AS SELECT 'campaigns' AS app")
    external.check_database(url)


def test_a_database_of_another_program_is_refused(url: str) -> None:
    execute(url, "CREATE TABLE wp_posts (id int)")
    with pytest.raises(Refusal, match="tables of another program"):
        external.check_database(url)


def test_a_database_of_another_django_project_is_refused(url: str) -> None:
    execute(url, "CREATE TABLE django_migrations AS SELECT 'shop' AS app")
    with pytest.raises(Refusal, match="another Django project"):
        external.check_database(url)


@pytest.mark.parametrize("wrong", ["sqlite:///db", "postgresql://nobody@127.0.0.1:9/optline"])
def test_an_address_that_opens_nothing_is_refused_with_a_sentence(wrong: str) -> None:
    with pytest.raises(Refusal, match="DATABASE_URL"):
        external.check_database(wrong)


@pytest.mark.parametrize("wrong", ["nonsense", "redis://127.0.0.1:9/0"])
def test_a_redis_that_does_not_answer_is_refused_with_a_sentence(wrong: str) -> None:
    with pytest.raises(Refusal, match="REDIS_URL"):
        external.check_redis(wrong)


def test_each_test_process_has_databases_of_its_own() -> None:
    given = Services("postgresql://h:1/optline", "redis://h:2/0")
    first, second = (testbed.share_of(given, number) for number in (0, 1))
    assert first.database_url == "postgresql://h:1/test_0"
    assert (first.redis_url, second.redis_url) == ("redis://h:2/0", "redis://h:2/1")
