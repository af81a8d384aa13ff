"""A pytest plugin, loaded by `-p tests.servers` before Django reads its settings: servers for the whole run.

The main process starts Postgres and Valkey; xdist's workers inherit the addresses and take a database each.
"""

import contextlib
import os
from collections.abc import Generator

import pytest

from config.local import testbed
from config.local.services import Services


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Put the servers' addresses into os.environ. A wrapper, so that it comes before pytest-django's turn."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        services = Services(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    else:
        stack = contextlib.ExitStack()
        early_config.add_cleanup(stack.close)
        services = stack.enter_context(testbed.servers())
    number = int((worker or "gw0").removeprefix("gw"))
    os.environ.update(testbed.environment(testbed.share_of(services, number)))
    return (yield)
