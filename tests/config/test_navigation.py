"""The sidebar: which pages a person finds, and which of them is marked."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils.html import strip_tags
from pytest_django import Settings

from config.theme import NAVIGATION, environment, navigation
from tests import factories

pytestmark = pytest.mark.django_db


def request_of(user: User, path: str = "/admin/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user
    return request


def items(request: HttpRequest) -> list[dict[str, object]]:
    return [item for group in navigation(request) for item in group["items"]]  # type: ignore[attr-defined]


def titles(request: HttpRequest) -> list[str]:
    return [str(item["title"]) for item in items(request)]


def marked(request: HttpRequest) -> list[str]:
    return [str(item["title"]) for item in items(request) if item["active"]]


def test_an_administrator_finds_every_page(admin_user: User, settings: Settings) -> None:
    settings.SIMULATOR_URL = ""
    assert titles(request_of(admin_user)) == [page.title for _, pages in NAVIGATION for page in pages]


def test_a_person_without_rights_finds_only_home(django_user_model: type[User], settings: Settings) -> None:
    settings.SIMULATOR_URL = ""
    user = django_user_model.objects.create_user("new", is_staff=True)
    assert titles(request_of(user)) == ["Home"]


def test_the_right_to_view_shows_what_it_is_about(django_user_model: type[User], settings: Settings) -> None:
    settings.SIMULATOR_URL = ""
    user = django_user_model.objects.create_user("inboxer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_inbound"))
    assert titles(request_of(user)) == ["Home", "Inbox", "Keyword laboratory"]


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/admin/", "Home"),
        ("/admin/campaigns/campaign/", "Campaigns"),
        ("/admin/campaigns/campaign/create/", "Create Campaign"),
        ("/admin/optins/optincampaign/7/change/", "Campaigns"),
        ("/admin/messaging/inbound/", "Inbox"),
        ("/admin/optins/sender/add/", "Phone numbers"),
    ],
)
def test_the_page_somebody_is_on_is_marked(admin_user: User, path: str, title: str) -> None:
    assert marked(request_of(admin_user, path)) == [title]


@pytest.mark.parametrize(
    ("path", "group", "entry"),
    [
        ("/admin/optins/apiapp/", "Set-up", "API apps"),
        ("/admin/campaigns/segment/", "Audience", "Segments"),
        ("/admin/campaigns/attribute/add/", "Audience", "Attributes"),
    ],
)
def test_the_heading_says_where_the_navigation_has_the_page(
    admin_client: Client, path: str, group: str, entry: str
) -> None:
    heading = strip_tags(re.findall(r"<h1.*?</h1>", admin_client.get(path).text, re.DOTALL)[0])
    assert heading.split() == f"{group} chevron_right {entry}".split()


def test_the_heading_names_the_thing_without_markup_of_its_own(admin_client: Client) -> None:
    saved = factories.segment({}, name="Teens <b>&")
    heading = re.findall(
        r"<h1.*?</h1>", admin_client.get(f"/admin/campaigns/segment/{saved.pk}/change/").text, re.DOTALL
    )
    assert "Teens &lt;b&gt;&amp;" in heading[0]


def test_with_the_simulated_carrier_there_are_handsets_and_a_badge(admin_user: User, settings: Settings) -> None:
    settings.SIMULATOR_URL = "http://127.0.0.1:8100"
    request = request_of(admin_user)
    assert items(request)[-1]["link"] == "http://127.0.0.1:8100"
    assert environment(request) == ["Simulated carrier", "warning"]


def test_with_a_real_carrier_there_is_neither(admin_user: User, settings: Settings) -> None:
    settings.SIMULATOR_URL = ""
    request = request_of(admin_user)
    assert "Handsets" not in titles(request)
    assert environment(request) is None
