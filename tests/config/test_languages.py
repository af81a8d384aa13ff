"""Pages speak their reader's language; machines are spoken to in English."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.test import Client
from django.utils import translation
from django.utils.formats import localize

from config.roles import ADMIN
from tests import factories
from tests.architecture.test_routes import STAFF, address, routes, under

pytestmark = pytest.mark.django_db

# Of the addresses that answer anybody: those that people read.
READ = {"", "admin", "favicon.ico", "language", "c/<slug:slug>", "c/<slug:slug>/", "stop", "stop/"}
SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}


def test_a_browser_that_asks_for_spanish_gets_it(client: Client) -> None:
    page = client.get("/admin/login/", headers=SPANISH)
    assert page["Content-Language"] == "es"
    assert '<html lang="es"' in page.text
    assert "Contraseña" in page.text


def test_a_language_that_we_do_not_speak_is_answered_in_english(client: Client) -> None:
    assert '<html lang="en"' in client.get("/admin/login/", headers={"Accept-Language": "fi"}).text


def test_what_somebody_chose_counts_for_more_than_what_their_browser_asks(client: Client) -> None:
    chosen = client.post("/language", {"language": "en", "next": "/stop"}, headers=SPANISH)
    assert chosen["Location"] == "/stop"
    assert '<html lang="en"' in client.get("/stop", headers=SPANISH).text


def test_the_choice_lasts_and_no_script_reads_it(client: Client) -> None:
    client.post("/language", {"language": "es"})
    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie["max-age"], cookie["httponly"]) == (365 * 24 * 3600, True)


def test_the_switch_leads_back_to_the_page_that_it_stood_on() -> None:
    page = factories.signed_in(ADMIN).get("/admin/campaigns/campaign/?kind__exact=opt_in").text
    assert 'value="/admin/campaigns/campaign/?kind__exact=opt_in"' in page
    assert '<button type="submit" name="language" value="es" lang="es"' in page


def test_whoever_signs_in_may_choose_first(client: Client) -> None:
    page = client.get("/admin/login/?next=/admin/").text
    assert 'value="/admin/login/?next=/admin/"' in page
    assert '<button type="submit" name="language" value="es" lang="es"' in page
    assert 'name="language" value="en"' not in page


def test_nobody_is_led_to_another_house(client: Client) -> None:
    assert client.post("/language", {"language": "es", "next": "https://evil.example/"})["Location"] == "/"


@pytest.mark.parametrize("route", sorted(set(routes()) - set(under(STAFF)) - READ))
def test_machines_are_spoken_to_in_english(client: Client, route: str) -> None:
    assert "Content-Language" not in client.get(address(route), headers=SPANISH)


def test_the_api_says_no_in_english_even_after_a_spanish_page(client: Client) -> None:
    client.get("/stop", headers=SPANISH)
    answer = client.get(f"/priv/v1/apps/{factories.api_app().key}/external/users/x", headers=SPANISH)
    assert "secret" in answer.json()["errors"]["message"]
    assert translation.get_language() == settings.LANGUAGE_CODE


@pytest.mark.parametrize(("language", "shown"), [("en", "3 Aug 2026, 17:05 UTC"), ("es", "3 ago 2026, 17:05 UTC")])
def test_times_carry_their_zone_in_each_language(language: str, shown: str) -> None:
    with translation.override(language):
        assert localize(dt.datetime(2026, 8, 3, 17, 5, tzinfo=dt.UTC)) == shown


@pytest.mark.parametrize("language", ["en", "es"])
def test_numbers_are_written_alike_in_each_language(language: str) -> None:
    with translation.override(language):
        assert (intcomma(11204), localize(0.5)) == ("11,204", "0.5")
