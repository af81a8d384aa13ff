"""Two people of an approval: one wants to launch, the other may approve."""

import pytest
from django.test import Client

from config.roles import LAUNCHER
from tests.factories import browser_of, staff


@pytest.fixture
def grace() -> Client:
    """Who wants to launch."""
    return browser_of(staff(LAUNCHER, username="grace"))


@pytest.fixture
def edsger() -> Client:
    """Who may approve."""
    return browser_of(staff(LAUNCHER, username="edsger"))
