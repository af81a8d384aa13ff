"""Items 49, 51 and 52: an opt-out by any channel is the same opt-out, and nothing but the person's act undoes it."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.models import Customer, CustomerImport, PhoneNumber
from optins.actions.imports import run_waiting_imports
from optins.models import ConsentEvent, OptInCampaign, Subscription, Suppression
from tests import factories
from tests.commands import told
from tests.fixtures.handset import Handset
from tests.fixtures.product import Product
from tests.messaging.admin.screens import page
from tests.optins.api.conftest import Caller
from tests.optins.test_stopping_page import Visitor

pytestmark = pytest.mark.django_db(transaction=True)

IMPORTS = "/admin/campaigns/customerimport/"


@pytest.fixture
def shop(spring: OptInCampaign, phone: Handset) -> Caller:
    """An app that told us who has the phone."""
    app = Caller(factories.api_app(campaign=spring))
    assert app.call("PUT", "/external/users/ada", {"phone_numbers": [{"phone_number": phone.number}]})[0] == 200
    return app


def import_file(*lines: str) -> None:
    """Upload a file in the dashboard, look at its preview, and run it."""
    client, file = factories.signed_in("Launcher"), io.BytesIO("\n".join(lines).encode())
    file.name = "people.csv"
    client.post(f"{IMPORTS}add/", {"file": file})
    run_waiting_imports()
    client.post(f"{IMPORTS}{CustomerImport.objects.latest('pk').pk}/run/")
    run_waiting_imports()


def by_staff(shop: Caller, phone: Handset, folder: Path) -> None:
    form = page("messaging_person_opt_out", Customer.objects.get(external_id="ada").pk)
    factories.signed_in("Launcher").post(form, {"number": "", "reason": "Called us"})


def by_app(shop: Caller, phone: Handset, folder: Path) -> None:
    shop.post("/external/users/ada/opt_out", {"to_phone_number": phone.number})


def by_import(shop: Caller, phone: Handset, folder: Path) -> None:
    import_file("external_id,phone,opted_out", f"ada,{phone.number},yes")


def by_list(shop: Caller, phone: Handset, folder: Path) -> None:
    (folder / "list.csv").write_text(phone.number)
    told("opt_out_numbers", folder / "list.csv", "--reason", "Wrote to us")


def by_text(shop: Caller, phone: Handset, folder: Path) -> None:
    phone.posts("STOP")


def by_web(shop: Caller, phone: Handset, folder: Path) -> None:
    visitor = Visitor()
    visitor.give(phone.number)
    phone.product.work()
    (code,) = re.findall(r"\d{6}", phone.hears[-1])
    visitor.enter(code)


CHANNELS: dict[Callable[[Caller, Handset, Path], None], str] = {
    by_staff: "staff", by_app: "api", by_import: "import", by_list: "api", by_web: "web",
    by_text: "stop",
}  # fmt: skip


@pytest.mark.parametrize("channel", CHANNELS, ids=[channel.__name__ for channel in CHANNELS])
def test_every_channel_writes_the_same_ledger_and_the_same_suppression(
    product: Product, spring: OptInCampaign, shop: Caller, phone: Handset, tmp_path: Path,
    channel: Callable[[Caller, Handset, Path], None],
) -> None:  # fmt: skip
    phone.says("SPRING")
    channel(shop, phone, tmp_path)
    assert factories.ledger_of(phone.number) == ["opted_in", "opted_out", "suppressed"]
    assert Suppression.objects.get().reason == CHANNELS[channel]
    assert Suppression.objects.get().sender is None
    factories.messaging_campaign(factories.scheduled(spring, "Sale today"))
    product.work()
    assert phone.offers == [("skipped", "suppressed")]


def test_a_number_that_opted_out_is_texted_no_code_for_leaving(
    product: Product, spring: OptInCampaign, phone: Handset
) -> None:
    phone.says("SPRING", "STOP")
    heard = phone.hears
    assert "a code is on its way" in Visitor().give(phone.number)
    product.work()
    assert phone.hears == heard


def test_no_import_no_profile_and_no_deletion_brings_anybody_back(
    product: Product, spring: OptInCampaign, shop: Caller, phone: Handset
) -> None:
    phone.says("SPRING", "STOP")
    entries = factories.ledger_of(phone.number)
    import_file("external_id,phone,opt_in,opted_out", f"ada,{phone.number},yes,no", f"bob,{phone.number},yes,")
    body = {"phone_numbers": [{"phone_number": phone.number, "verified_ownership": True, "opted_out": False}]}
    assert shop.call("PUT", "/external/users/eve", body)[0] == 200
    client = factories.signed_in("Admin")
    for person in Customer.objects.exclude(external_id="eve"):
        client.post(page("campaigns_customer_delete", person.pk), {"post": "yes"})
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"eve"}
    assert (phone.is_barred, phone.stands, factories.ledger_of(phone.number)) == (True, ["opted_out"], entries)
    factories.messaging_campaign(factories.scheduled(spring, "Sale today"))
    product.work()
    assert {reason for _, reason in phone.offers} == {"suppressed"}


@pytest.mark.parametrize("model", [Subscription, Suppression, ConsentEvent])
def test_no_form_of_the_dashboard_opts_anybody_in(
    spring: OptInCampaign, phone: Handset, model: type[Subscription | Suppression | ConsentEvent]
) -> None:
    phone.says("SPRING", "STOP")
    client = factories.signed_in("Admin")
    row = model._default_manager.order_by("pk")[0].pk
    name = model._meta.model_name
    for act, key in (("add", ()), ("change", (row,)), ("delete", (row,))):
        address = page(f"optins_{name}_{act}", *key)
        # The page of a subscription has a form: it opts out.
        assert client.post(address, {"state": "opted_in", "post": "yes"}).status_code in (200, 403), address
    assert (phone.stands, phone.is_barred) == (["opted_out"], True)


def test_a_number_that_was_deactivated_loses_consent_and_proof_and_may_join_again(
    product: Product, spring: OptInCampaign, shop: Caller, phone: Handset, tmp_path: Path
) -> None:
    phone.says("SPRING")
    (tmp_path / "gone.csv").write_text(phone.number)
    told("opt_out_numbers", tmp_path / "gone.csv", "--deactivated", "--reason", "Deactivated on 21 November")
    factories.messaging_campaign(factories.scheduled(spring, "Sale today"))
    product.work()
    assert phone.offers == [("skipped", "opted_out")]
    assert not PhoneNumber.objects.filter(number=phone.number, verified_at__isnull=False).exists()
    assert phone.says("SPRING") == [factories.WELCOME]
    assert phone.stands == ["opted_in"]
