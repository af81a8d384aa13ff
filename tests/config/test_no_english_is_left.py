"""Pages in a made-up language: what stands there without brackets was never marked, and is no data either."""

import json
import re
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps
from django.conf import settings as project
from django.db.models import Model
from django.test import Client
from pytest_django import Settings

from campaigns.models import Campaign
from config.roles import ADMIN
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.outbox import carry_notices
from messaging.admin.message_form import CLOSING
from messaging.lawful.law import table
from messaging.lawful.places import region_name
from tests import factories
from tests.architecture import made_up
from tests.config.test_pages import addresses
from tests.optins.importing import load, upload

pytestmark = pytest.mark.django_db

WORD: Final = re.compile(r"[A-Za-z]?[a-z]+(?:['’-][a-z]+)*")
# Names, what a keyboard says, beginnings and ends of texts to customers, and what Django names before anybody reads.
NAMES: Final = (
    "Optline",
    "Twilio",
    "Ido",
    "Ctrl + K",
    "esc",
    "Acme:",
    CLOSING,
    "User-group relationship",
    "User_groups object",
)


@pytest.fixture
def house() -> None:
    """Something behind every page, and people who did all sorts of things."""
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    people = [factories.customer(numbers=[factories.number()], verified=True) for _ in range(3)]
    for person in people[:2]:
        factories.subscription(programme, person)
    factories.suppression(factories.number())
    factories.segment({"all": [{"field": "state", "operator": "is", "value": "TX"}]})
    factories.api_app(campaign=programme)
    factories.messaging_campaign(factories.scheduled(programme), factories.triggered(programme, "order_shipped"))
    factories.messaging_campaign(factories.scheduled(programme), live=False)
    start_due()
    sender = programme.options.sender
    assert sender is not None
    for place, body in enumerate(("STOP", "HELP", "What?", "please do not text me")):
        take_inbound(
            account_sid=sender.provider.account_sid, sid=f"SM{place:032x}", number=factories.number(),
            to=sender.address, body=body,
        )  # fmt: skip
    carry_notices()
    load("p1,+13139710451,Ada", "p1,+13139710452,Twice", "p2,12,Short")
    upload("p3,+13139710453,Bob")


@pytest.fixture
def reader(settings: Settings, tmp_path: Path) -> Client:
    """An admin who reads the language that does not exist."""
    made_up.write_catalogue(tmp_path)
    settings.LANGUAGES = [("en", "English"), (made_up.CODE, "Ido")]
    settings.LOCALE_PATHS = [tmp_path]
    client = factories.signed_in(ADMIN)
    client.cookies[project.LANGUAGE_COOKIE_NAME] = made_up.CODE
    return client


def data() -> list[str]:
    """What is no sentence of ours: whatever the database holds, words of choices apart; the longest first."""
    found = {text for model in apps.get_models() for row in model._default_manager.all() for text in _texts(row)}
    found |= {name.replace("_", " ") for name in zoneinfo.available_timezones()}
    found |= {region_name(region) for region in table()}
    return sorted((text for text in (*found, *NAMES) if len(text) > 1), key=len, reverse=True)


def _texts(row: Model) -> Iterator[str]:
    yield str(row)
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and not field.choices:
            yield value
        elif isinstance(value, dict | list):
            yield from re.findall(r'"([^"]+)"', json.dumps(value, ensure_ascii=False))


def english(text: str, known: list[str]) -> list[str]:
    """The words of a text that are neither data nor codes."""
    for fact in known:
        text = text.replace(fact, " ")
    words = (word.strip('.,:;()[]“”"!?…·–—%') for word in text.split())
    return [word for word in words if len(word) > 1 and WORD.fullmatch(word)]


def read_by(client: Client) -> Iterator[tuple[str, str]]:
    pages = [
        *addresses(),
        "/stop",
        "/nowhere",
        *(f"/c/{slug}" for slug in Campaign.objects.values_list("slug", flat=True)),
    ]
    for address in pages:
        answer = client.get(address)
        if answer["Content-Type"].startswith("text/html") and answer.status_code in (200, 403, 404):
            yield address, answer.text


@pytest.mark.usefixtures("house")
def test_all_that_pages_say_can_be_translated(reader: Client) -> None:
    pages = dict(read_by(reader))
    known = data()
    assert len(pages) > 100
    left = {address: [text for text in made_up.loose(html) if english(text, known)] for address, html in pages.items()}
    assert {address: texts for address, texts in left.items() if texts} == {}


def test_what_is_not_translated_is_seen() -> None:
    icon = '<span class="material-symbols-outlined">home</span>'
    page = f'<p title="⟦Save⟧ it">⟦Without <i>from</i> it begins⟧ Hello {icon} <q lang="en">Hello Ada</q></p>'
    assert made_up.loose(page) == ["it", "Hello"]
    assert english("Hello Ada, +1 313 STOP", ["Ada"]) == ["Hello"]
