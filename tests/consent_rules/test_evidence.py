"""Items 47, 48 and 50: who agreed to what, by which words and when, is kept, printed, and outlives the person."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from messaging.models import Outbound
from optins.models import ConsentEvent, OptInCampaign
from tests import factories
from tests.commands import told
from tests.fixtures.handset import Handset
from tests.fixtures.product import Product
from tests.messaging.admin.screens import page
from tests.optins.api.conftest import OK, Caller

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_text_that_joins_leaves_its_words_its_id_and_what_it_answered(product: Product, phone: Handset) -> None:
    programme = factories.opt_in_campaign(keywords=["DOUBLE"], sender=product.short_code, double_opt_in=True)
    phone.says("DOUBLE", "Yes!")
    event = ConsentEvent.objects.of(phone.number).get(action="opted_in")
    assert (event.number, event.programme_id, event.method) == (phone.number, programme.pk, "double_opt_in")
    assert (event.inbound_text, event.sender) == ("Yes!", product.short_code)
    assert event.wording == programme.options.confirmation_request
    assert event.inbound_sid in {text["sid"] for text in product.simulator.texts(phone.number)}
    assert event.wording_version


def test_a_code_that_joins_leaves_the_app_the_address_and_the_browser(spring: OptInCampaign, phone: Handset) -> None:
    factories.forget_limits()
    factories.customer(external_id="ada")
    shop = Caller(factories.api_app(campaign=spring))
    for call in (shop.request_code, shop.confirm_code):
        assert call("ada", phone.number) == OK
    event = ConsentEvent.objects.of(phone.number).get(action="opted_in")
    assert (event.method, event.app_key, event.ip) == ("code", shop.app.key, "127.0.0.1")


@pytest.mark.parametrize(
    "statement", ["UPDATE optins_consentevent SET reason = 'x'", "DELETE FROM optins_consentevent"]
)
def test_the_database_itself_refuses_to_change_the_ledger(
    spring: OptInCampaign, phone: Handset, statement: str
) -> None:
    phone.says("SPRING")
    with pytest.raises(DatabaseError, match="ledger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(ConsentEvent._meta.db_table))
    assert factories.ledger_of(phone.number) == ["opted_in"]


def test_every_campaign_text_names_its_consent_and_the_proof_is_printed(
    product: Product, spring: OptInCampaign, phone: Handset
) -> None:
    phone.says("SPRING")
    factories.messaging_campaign(factories.scheduled(spring, "Sale today"))
    product.work()
    text = Outbound.objects.get(kind="campaign")
    assert text.consent_event == ConsentEvent.objects.of(phone.number).get(action="opted_in")
    file = f"/admin/messaging/inbound/evidence/{phone.number}.json"
    for proof in (told("evidence_of", phone.number), json.loads(factories.signed_in("Launcher").get(file).content)):
        assert proof["verdict"]["intact"]
        allowed = [row["consent_event"] for row in proof["texts_out"] if row["kind"] == "campaign"]
        assert allowed == [text.consent_event_id]


def test_the_standing_follows_from_the_ledger_alone(spring: OptInCampaign, phone: Handset) -> None:
    phone.says("SPRING", "STOP", "START", "please stop")
    assert told("rebuild_subscriptions")["agrees"]
    assert told("verify_ledger")["intact"]


def test_a_person_who_is_erased_leaves_the_proof_and_the_suppression(
    product: Product, spring: OptInCampaign, phone: Handset
) -> None:
    phone.says("SPRING", "STOP")
    holder = ConsentEvent.objects.of(phone.number).get(action="opted_in").customer_id
    form = {"reason": "Asked by letter", "typed": "ERASE"}
    factories.signed_in("Admin").post(page("messaging_erase", holder), form)
    assert phone.is_barred
    assert told("verify_ledger")["intact"]
    assert not Outbound.objects.exclude(body="").exists()
    assert [event.inbound_text for event in ConsentEvent.objects.of(phone.number)] == [""] * 4
