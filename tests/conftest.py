"""What every test may use. The servers themselves come from tests/servers.py."""

import os
import shutil

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from config.local import testbed

pytest_plugins = [
    "tests.fixtures.browser",
    "tests.fixtures.loopback",
    "tests.fixtures.simulator",
    "tests.fixtures.product",
    "tests.fixtures.handset",
]

# How fast the machine is today says nothing about a rule.
hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("unhurried")

CHROMIUM = shutil.which("chromium")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="play generated sequences for minutes instead of seconds")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium the browser tests are left out; pytest_terminal_summary says so."""
    if CHROMIUM is None:
        left_out = [item for item in items if item.get_closest_marker("browser")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CHROMIUM is None:
        terminalreporter.write_line("Chromium is not installed: the browser tests were left out.")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """To hash a password takes half a second on purpose. Tests sign many people in and protect none of them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> None:
    """This process's database: a clone of the migrated template (config/local/testbed.py)."""

    def migrate() -> None:
        call_command("migrate", verbosity=0)
        connections.close_all()

    with django_db_blocker.unblock():
        testbed.make_database(os.environ["DATABASE_URL"], migrate)
