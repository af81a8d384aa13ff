"""Each page of opt-ins and consent, asked as each role."""

import pytest
from django.urls import reverse

from config.roles import ADMIN, LAUNCHER, MARKETER, VIEWER
from tests.factories import api_app, customer, global_campaign, opt_in_campaign, signed_in, subscription

pytestmark = pytest.mark.django_db

EVERYBODY = {VIEWER, MARKETER, LAUNCHER, ADMIN}
WHO_OPENS = [
    ("optins_globalcampaign_change", EVERYBODY),
    ("optins_globalcampaign_options", EVERYBODY),
    ("optins_optincampaign_change", EVERYBODY),
    ("optins_optincampaign_options", EVERYBODY),
    ("optins_optincampaign_move", {LAUNCHER, ADMIN}),
    ("optins_subscription_changelist", EVERYBODY),
    ("optins_subscription_change", EVERYBODY),
    ("optins_subscription_opt_out", {LAUNCHER, ADMIN}),
    ("optins_suppression_changelist", EVERYBODY),
    ("optins_consentevent_changelist", EVERYBODY),
    ("optins_verification_changelist", EVERYBODY),
    ("optins_apiapp_changelist", EVERYBODY),
    ("optins_apiapp_change", EVERYBODY),
    ("optins_apiapp_add", {ADMIN}),
    ("optins_apiapp_rotate", {ADMIN}),
]


def address(page: str) -> str:
    """The page of a fresh row, of the kind that its name says."""
    if page.endswith(("changelist", "add")):
        return reverse(f"admin:{page}")
    if "globalcampaign" in page:
        return reverse(f"admin:{page}", args=[global_campaign().pk])
    if "apiapp" in page:
        return reverse(f"admin:{page}", args=[api_app().pk])
    programme = opt_in_campaign()
    if "subscription" in page:
        return reverse(f"admin:{page}", args=[subscription(programme, customer()).pk])
    return reverse(f"admin:{page}", args=[programme.pk, *(["pause"] if page.endswith("move") else [])])


@pytest.mark.parametrize(("page", "allowed"), WHO_OPENS)
def test_each_page_opens_for_its_roles_alone(page: str, allowed: set[str]) -> None:
    url = address(page)
    opened = {role for role in EVERYBODY if signed_in(role).get(url).status_code == 200}
    assert opened == allowed


@pytest.mark.parametrize("page", [page for page, _ in WHO_OPENS])
def test_no_page_opens_for_staff_without_a_role(page: str) -> None:
    assert signed_in().get(address(page)).status_code == 403


@pytest.mark.parametrize(
    ("role", "saves", "launches"),
    [(VIEWER, False, False), (MARKETER, True, False), (LAUNCHER, True, True), (ADMIN, True, True)],
)
def test_each_role_has_its_buttons(role: str, saves: bool, launches: bool) -> None:
    page = signed_in(role).get(address("optins_optincampaign_change")).content.decode()
    assert (">Save<" in page) is saves
    assert (">Pause<" in page) is launches


@pytest.mark.parametrize("page", ["globalcampaign", "optincampaign"])
def test_campaigns_are_listed_in_one_place(page: str) -> None:
    answer = signed_in(VIEWER).get(reverse(f"admin:optins_{page}_changelist"))
    assert answer["Location"] == reverse("admin:campaigns_campaign_changelist")


def test_a_campaign_of_another_kind_is_not_found_here() -> None:
    url = reverse("admin:optins_optincampaign_change", args=[global_campaign().pk])
    assert signed_in(ADMIN).get(url).status_code == 404
