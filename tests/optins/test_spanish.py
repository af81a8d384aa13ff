"""Whoever reads Spanish: pages are in it, what was agreed to is kept as it was shown, what is stored stays English."""

import html
import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from config.roles import ADMIN, LAUNCHER
from optins.linter import Kind, findings
from optins.models import ConsentEvent, OptInCampaign, OptOutReview
from tests import factories
from tests.optins.api.conftest import texted_code
from tests.optins.test_permalink import Visitor as Joiner
from tests.optins.test_stopping_page import Visitor as Leaver
from tests.optins.texting import ADA, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    factories.forget_limits()
    return factories.opt_in_campaign(name="Acme Offers", welcome_message="Welcome! 4 msgs/month.")


def in_spanish(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"


def shown_in_english(page: str, tag: str) -> str:
    """What a page in Spanish shows in English, and says so for readers aloud."""
    (shown,) = re.findall(rf'<{tag} [^>]*lang="en">(.*?)</{tag}>', page)
    return html.unescape(shown)


def test_who_joins_on_a_page_in_spanish_agreed_to_the_words_that_stood_there(programme: OptInCampaign) -> None:
    visitor = Joiner(programme)
    in_spanish(visitor.client)
    agreed = shown_in_english(visitor.get(), "label")
    assert "Escriba su código" in visitor.join(phone=ADA)
    assert "Ya está dentro" in visitor.enter(texted_code(ADA))
    assert ConsentEvent.objects.get(action="opted_in").wording == agreed


@pytest.mark.usefixtures("programme")
def test_who_stops_texts_on_a_page_in_spanish_asked_in_the_words_that_stood_there() -> None:
    visitor = Leaver()
    in_spanish(visitor.client)
    asked = shown_in_english(visitor.give(ADA), "p")
    assert "Ya no enviamos SMS" in visitor.enter(texted_code(ADA))
    assert ConsentEvent.objects.get(action="suppressed").wording == asked


def test_a_reason_of_ours_is_stored_in_english_and_read_in_spanish(programme: OptInCampaign) -> None:
    assert programme.options.sender is not None
    text(programme.options.sender, "I never signed up for this")
    staff = factories.signed_in(LAUNCHER)
    in_spanish(staff)
    standing = factories.subscription(programme, factories.customer(numbers=[ADA]))
    address = reverse("admin:optins_subscription_opt_out", args=[standing.pk])
    staff.post(address, {"scope": "all", "reason": "Called us"})
    review = OptOutReview.objects.get()
    assert review.reason == "The number was opted out since."
    assert (
        "El número se dio de baja después."
        in staff.get(reverse("admin:optins_optoutreview_change", args=[review.pk])).text
    )


def test_a_refusal_is_in_the_language_of_the_page(programme: OptInCampaign) -> None:
    staff = factories.signed_in(ADMIN)
    in_spanish(staff)
    options = {"keywords": "OFFER, stop", "welcome_message": ""}
    page = staff.post(reverse("admin:optins_optincampaign_options", args=[programme.pk]), options).text
    assert "STOP se lee como una baja, y conserva su significado en todos los remitentes." in page


def test_what_the_linter_misses_is_said_in_the_readers_language() -> None:
    with override("es"):
        (found,) = findings(Kind.MARKETING, "Acme: two for one today", names=["Acme"])
    assert found.sentence.startswith("No dice cómo darse de baja")
    assert found.insertion == "Reply STOP to cancel."


def test_what_is_wrong_with_a_file_is_said_in_the_language_of_the_page() -> None:
    staff = factories.signed_in(ADMIN)
    in_spanish(staff)
    file = SimpleUploadedFile("people.csv", b"name\nAda\n")
    page = staff.post(reverse("admin:campaigns_customerimport_add"), {"file": file}).text
    assert "El archivo no tiene la columna “external_id”." in page
    assert "nombra: “name”." in page
