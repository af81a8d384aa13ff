"""The guide from login to STOP, in a real browser: a marketer, her customers with their phones, and an app.

`./test tests/browser/test_journey.py --screenshots docs/screenshots` keeps pictures of the main screens.
"""

import pytest
from django.db.models.functions import Now
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from messaging.models import SmsMessage
from optins.models import OptInCampaign
from tests import factories
from tests.browser import marketer as says
from tests.browser.handsets import Handsets, Phone
from tests.browser.marketer import EVENT, NEWS, PROGRAMME, Marketer
from tests.browser.web_shop import WebShop
from tests.fixtures.browser import SCREEN, Album
from tests.fixtures.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALEX, BLAKE, CARMEN = "+13135550142", "+12125550123", "+13135550103"
CUSTOMERS = f"""external_id,first_name,last_name,phone,state
1001,Alex,Rivera,{ALEX},MI
1002,Blake,Okafor,{BLAKE},NY
1003,Carmen,Ortiz,{CARMEN},MI
"""
SCREENS = {
    "home": "/admin/",
    "campaigns": "/admin/campaigns/campaign/",
    "opt-in": "/admin/optins/optincampaign/{programme}/change/",
    "message-log": "/admin/messaging/outbound/?kind__exact=campaign",
    "conversation": f"/admin/messaging/inbound/conversation/{ALEX}/",
    "consent-ledger": "/admin/optins/consentevent/",
    "permalink": "/c/spring-offers",
    "api-docs": "/api/docs",
}


@pytest.fixture
def marketer(context: BrowserContext, album: Album, product: Product) -> Marketer:
    factories.forget_limits()
    factories.staff("Launcher", username="maria", first_name="Maria")
    page = context.new_page()
    page.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})
    return Marketer(page, album)


@pytest.fixture
def handsets(context: BrowserContext, product: Product) -> Handsets:
    return Handsets(context.new_page(), product.simulator.url, product.work)


@pytest.fixture
def web_shop(live_server: LiveServer, product: Product) -> WebShop:
    return WebShop(factories.api_app(name="Web shop"), live_server.url, product.work)


def opt_ins_are_set_up(marketer: Marketer, product: Product) -> None:
    marketer.logs_in("maria")
    marketer.sets_up_the_global_opt_in()
    marketer.creates_an_opt_in_that_asks_for_yes()
    marketer.launches(PROGRAMME)
    marketer.imports(CUSTOMERS)
    product.work()
    marketer.runs_the_import()
    product.work()
    marketer.sees_what_was_imported(customers=3)


def two_people_join(alex: Phone, blake: Phone, web_shop: WebShop) -> None:
    """One by the keyword and YES, one by the code that an app has texted."""
    alex.texts("spring")
    alex.reads(says.ASK)
    alex.texts("Yes")
    alex.reads(says.CONFIRMED)
    web_shop.asks_for_a_code("1002", BLAKE, programme=OptInCampaign.objects.get().pk)
    web_shop.confirms("1002", BLAKE, code=blake.reads_a_code())
    blake.reads(says.CONFIRMED)


def news_are_launched(marketer: Marketer, product: Product) -> None:
    """Two messages; then the time of the scheduled one comes sooner than tomorrow."""
    marketer.creates_a_messaging_campaign()
    marketer.adds_a_scheduled_message()
    marketer.adds_a_triggered_message()
    marketer.reviews_and_launches(NEWS)
    SmsMessage.objects.filter(delivery=SmsMessage.Delivery.SCHEDULED).update(scheduled_for=Now())
    product.work()


def only_the_opted_in_receive(marketer: Marketer, alex: Phone, blake: Phone, carmen: Phone, shop: WebShop) -> None:
    alex.reads(f"Hi Alex, spring has come. {says.CLOSING}")
    blake.reads(f"Hi Blake, spring has come. {says.CLOSING}")
    shop.tells("1001", EVENT, event_id="order-1")
    alex.reads(f"Alex, your order has left. {says.CLOSING}")
    carmen.has_received(0)
    marketer.sees_on_the_bar("Spring has come", "2 delivered, 1 left out")
    marketer.sees_on_the_bar("Order shipped", "1 delivered")


def a_stop_holds(alex: Phone, blake: Phone, shop: WebShop) -> None:
    alex.texts("Stop.")
    alex.reads(says.STOPPED)
    shop.tells("1001", EVENT, event_id="order-2")
    shop.tells("1002", EVENT, event_id="order-3")
    blake.reads(f"Blake, your order has left. {says.CLOSING}")
    alex.reads(says.STOPPED)


def everybody_is_answered(alex: Phone, carmen: Phone) -> None:
    alex.texts("HELP")
    alex.reads(says.HELP)
    carmen.texts("qwertz")
    carmen.reads(says.NO_MATCH)


def test_the_guide_from_login_to_stop(
    marketer: Marketer, handsets: Handsets, web_shop: WebShop, product: Product, complaints: list[str]
) -> None:
    opt_ins_are_set_up(marketer, product)
    alex, blake, carmen = handsets.of("Alex"), handsets.of("Blake"), handsets.add("Carmen", CARMEN)
    two_people_join(alex, blake, web_shop)
    news_are_launched(marketer, product)
    only_the_opted_in_receive(marketer, alex, blake, carmen, web_shop)
    marketer.looks_again("campaign-running", begin="#messages")
    a_stop_holds(alex, blake, web_shop)
    everybody_is_answered(alex, carmen)
    marketer.album.keep(handsets.page, "handsets")
    for picture, path in SCREENS.items():
        marketer.opens(path.format(programme=OptInCampaign.objects.get().pk), picture)
    assert complaints == []
