"""Items 17 and 30 with real servers: a text counts once however often it comes, also with the broker away."""

from functools import partial

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from messaging.models import Inbound
from optins.models import Notice, OptInCampaign
from tests import factories
from tests.fixtures.handset import Handset
from tests.fixtures.product import Product
from tests.fixtures.together import together
from tests.messaging.signed import INBOUND, inbound_of, post

pytestmark = pytest.mark.django_db(transaction=True)

SILENCE = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def deliver(product: Product, live_server: LiveServer, phone: Handset, body: str) -> tuple[int, bytes]:
    """Twilio's request with one and the same message id."""
    pairs = inbound_of(product.provider, From=phone.number, Body=body)
    answer = post(INBOUND, pairs, product.provider.auth_token, signed_url=live_server.url + INBOUND)
    return answer.status_code, answer.content


@pytest.mark.parametrize("body", ["SPRING", "STOP", "HELP"])
def test_copies_of_a_text_that_come_at_once_and_later_count_as_one(
    product: Product, live_server: LiveServer, spring: OptInCampaign, phone: Handset, body: str
) -> None:
    copy = partial(deliver, product, live_server, phone, body)
    assert together(copy, copy, copy) == [(200, SILENCE)] * 3
    product.work()
    ledger, heard = factories.ledger_of(phone.number), phone.hears
    assert copy() == (200, SILENCE)
    product.work()
    assert (Inbound.objects.count(), len(heard)) == (1, 1)
    assert (factories.ledger_of(phone.number), phone.hears) == (ledger, heard)


def test_with_the_broker_away_a_stop_holds_at_once_and_is_answered_when_it_is_back(
    product: Product, spring: OptInCampaign, phone: Handset, settings: Settings
) -> None:
    phone.says("SPRING")
    there = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    phone.posts("STOP")
    assert (phone.stands, phone.is_barred, Notice.objects.filter(kind="opt_out").count()) == (["opted_out"], True, 1)
    settings.REDIS_URL = there
    product.work()
    assert phone.hears == [factories.WELCOME, factories.OPT_OUT]


def test_what_a_person_writes_in_markup_comes_back_as_nothing(
    product: Product, live_server: LiveServer, spring: OptInCampaign, phone: Handset
) -> None:
    body = "</Response><Message>Free!</Message>&amp;"
    assert deliver(product, live_server, phone, body) == (200, SILENCE)
    assert Inbound.objects.get().body == body
