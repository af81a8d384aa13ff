"""Every page of the dashboard, asked as each role: none breaks, and none shows more than the role may see."""

import re
from collections.abc import Iterator, Mapping

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse

from config.roles import ADMIN, LAUNCHER, MARKETER, VIEWER
from tests import factories
from tests.architecture.test_routes import DOORS, STAFF, under

pytestmark = pytest.mark.django_db

OURS = ("campaigns", "optins", "messaging")


@pytest.fixture
def house() -> None:
    """At least one row behind most pages."""
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    person = factories.customer(numbers=[factories.number()], verified=True)
    factories.subscription(programme, person)
    factories.suppression(factories.number())
    factories.segment()
    factories.api_app(campaign=programme)
    factories.messaging_campaign(factories.scheduled(programme))


def addresses() -> Iterator[str]:
    """Every address under the admin, with a row that exists in the place that varies."""
    for route in under(STAFF):
        if route in DOORS or route.endswith("(?P<url>.*)$"):
            continue
        model = re.match(r"admin/(\w+)/(\w+)/", route)
        pk = _some_pk(model[1], model[2]) if model else "1"
        yield "/" + re.sub(r"\(\?P<app_label>(\w+)[^)]*\)|\^|\$", r"\1", re.sub(r"<[^>]+>", pk, route))


def _some_pk(app: str, name: str) -> str:
    try:
        model = apps.get_model(app, name)
    except LookupError:
        return "1"
    row = model._default_manager.first()
    return "1" if row is None else str(row.pk)


def answers(client: Client) -> Mapping[str, int]:
    return {address: client.get(address).status_code for address in addresses()}


@pytest.mark.usefixtures("house")
def test_no_page_breaks_for_an_admin() -> None:
    broken = {address: status for address, status in answers(factories.signed_in(ADMIN)).items() if status >= 500}
    assert broken == {}


@pytest.mark.usefixtures("house")
def test_staff_without_a_role_see_no_data() -> None:
    shown = {address for address, status in answers(factories.signed_in()).items() if status == 200}
    assert shown <= {"/admin/", "/admin/search/", "/admin/jsi18n/", "/admin/password_change/",
                     "/admin/password_change/done/"}  # fmt: skip


def listed() -> list[type[Model]]:
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


def page(model: type[Model], name: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.mark.parametrize("role", [VIEWER, MARKETER, LAUNCHER, ADMIN])
def test_each_role_may_look_at_every_list(role: str) -> None:
    client = factories.signed_in(role)
    # Some kinds have no list of their own: theirs leads to the list of campaigns.
    assert {client.get(page(model, "changelist")).status_code for model in listed()} <= {200, 302}


def test_a_viewer_is_offered_nothing_to_add() -> None:
    client = factories.signed_in(VIEWER)
    for model in listed():
        try:
            address = page(model, "add")
        except NoReverseMatch:
            continue
        assert client.get(address).status_code in (302, 403), address
