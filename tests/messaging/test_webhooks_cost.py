"""What an inbound text asks of the database: a carrier waits for the answer, and a campaign brings many at once."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from optins.models import Notice
from tests import factories
from tests.messaging.signed import INBOUND, inbound_of, post

TRANSACTION = 2  # its beginning and its end
WHO_SIGNED = 1  # remembered for some seconds

pytestmark = pytest.mark.django_db


def test_a_text_that_asks_for_help_takes_eleven_statements(
    settings: Settings, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    settings.SIMULATOR_URL = ""  # only simulated phones are told what a text did
    sender = factories.opt_in_campaign(keywords=["SPRING"]).options.sender
    assert sender is not None
    pairs = inbound_of(sender.provider, to=sender.address, Body="HELP")
    with django_assert_max_num_queries(11 + TRANSACTION + WHO_SIGNED):
        post(INBOUND, pairs, sender.provider.auth_token)
    assert Notice.objects.get().kind == Notice.Kind.HELP
