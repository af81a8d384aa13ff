"""An import in a real Chromium: its preview, discarding it, and running and undoing it, also on a telephone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect

from campaigns.models import Customer
from optins.actions.imports import run_waiting_imports
from optins.models import Suppression
from tests import factories
from tests.browser.conftest import SignIn
from tests.fixtures.browser import Album

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADA = "+13139711649"
FILE = f"external_id,phone,first_name,opted_out\nc-1,{ADA},Eve,yes\nc-2,,Bob,\nc-3,911,,\n".encode()
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    return sign_in(factories.staff("Launcher"))


@pytest.fixture
def preview(page: Page) -> Page:
    """The page of a file that was uploaded and read, as whoever uploaded it sees it."""
    factories.customer(external_id="c-1", first_name="Ada")
    page.goto(reverse("admin:campaigns_customerimport_add"))
    page.set_input_files("input[type=file]", {"name": "people.csv", "mimeType": "text/csv", "buffer": FILE})
    page.get_by_role("button", name="Upload and preview").click()
    page.wait_for_url("**/change/")
    run_waiting_imports()
    expect(page.get_by_role("button", name="Run import: 1 new, 1 changed, 1 opted out")).to_be_visible()
    return page


def on_a_telephone(page: Page, album: Album, name: str) -> None:
    """Nothing of the page is cut off there."""
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    if album.folder is not None:
        page.screenshot(path=album.folder / f"{name}-telephone.png", full_page=True)


def test_a_file_is_looked_at_and_discarded(preview: Page, complaints: list[str], album: Album) -> None:
    expect(preview.get_by_text("This phone number is too short")).to_be_visible()
    album.keep(preview, "import-preview")
    on_a_telephone(preview, album, "import-preview")
    preview.get_by_role("button", name="Discard").click()
    expect(preview.get_by_text("The file was discarded.")).to_be_visible()
    expect(preview.get_by_role("button", name="Run import")).to_have_count(0)
    assert Customer.objects.get().first_name == "Ada"
    assert complaints == []


def test_an_import_is_run_and_undone(preview: Page, complaints: list[str], album: Album) -> None:
    preview.get_by_role("button", name="Run import").click()
    run_waiting_imports()
    preview.get_by_role("link", name="Undo this import").click()
    assert Suppression.objects.get(lifted_at__isnull=True).number == ADA
    preview.get_by_label("Why is this import undone?").fill("The wrong file")
    on_a_telephone(preview, album, "import-undo")
    preview.get_by_role("button", name="Undo import").click()
    run_waiting_imports()
    expect(preview.get_by_text("Opt-outs taken back")).to_be_visible()
    album.keep(preview, "import-undone")
    on_a_telephone(preview, album, "import-undone")
    assert Customer.objects.get().first_name == "Ada"
    assert not Suppression.objects.filter(lifted_at__isnull=True).exists()
    assert complaints == []
