"""API apps: the secret is shown once, replaced without an outage, and a switched-off app is let in no more."""

import pytest
from django.urls import reverse

from config.roles import ADMIN, MARKETER
from optins.codes import secret_digest
from optins.models import ApiApp
from tests.factories import SECRET, api_app, opt_in_campaign, signed_in

pytestmark = pytest.mark.django_db


def address(app: ApiApp) -> str:
    return reverse("admin:optins_apiapp_change", args=[app.pk])


def test_a_new_app_shows_its_secret_once() -> None:
    campaign, browser = opt_in_campaign(), signed_in(ADMIN)
    answer = browser.post(reverse("admin:optins_apiapp_add"), {"name": "Web shop", "campaign": campaign.pk})
    app, secret = ApiApp.objects.get(), answer.context["secret"]
    assert app.secret_digest == secret_digest(secret)
    assert app.campaign == campaign
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert secret not in browser.get(address(app)).content.decode()


def test_two_apps_cannot_have_one_name() -> None:
    api_app(name="Web shop")
    page = signed_in(ADMIN).post(reverse("admin:optins_apiapp_add"), {"name": "Web shop"}).content.decode()
    assert "There is already an app called “Web shop”." in page
    assert ApiApp.objects.count() == 1


def test_a_new_secret_is_shown_once_and_the_old_one_works_on() -> None:
    app, browser = api_app(), signed_in(ADMIN)
    url = reverse("admin:optins_apiapp_rotate", args=[app.pk])
    assert "works for 24 more hours" in browser.get(url).content.decode()
    secret = browser.post(url).context["secret"]
    app.refresh_from_db()
    assert app.secret_digest == secret_digest(secret)
    assert app.previous_secret_digest == secret_digest(SECRET)
    page = browser.get(address(app)).content.decode()
    assert "The secret before the current one works until" in page
    assert secret not in page


def test_an_app_is_switched_off_and_renamed() -> None:
    app = api_app()
    page = signed_in(ADMIN).post(address(app), {"name": "Till"}, follow=True).content.decode()
    app.refresh_from_db()
    assert (app.name, app.active) == ("Till", False)
    assert "Switched off" in page


def test_an_app_is_never_deleted() -> None:
    app = api_app()
    assert signed_in(ADMIN).post(f"/admin/optins/apiapp/{app.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_marketer_sees_apps_and_changes_none() -> None:
    app, browser = api_app(), signed_in(MARKETER)
    assert ">Save<" not in browser.get(address(app)).content.decode()
    rotate = reverse("admin:optins_apiapp_rotate", args=[app.pk])
    attempts = [browser.post(address(app), {"name": "X"}), browser.get(rotate), browser.post(rotate)]
    assert [answer.status_code for answer in attempts] == [403, 403, 403]
