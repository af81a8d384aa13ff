"""Campaigns & Content: all campaigns in one list, each leading to the page of its kind."""

import pytest
from pytest_django import DjangoAssertNumQueries

from config.roles import MARKETER, VIEWER
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db
LIST = "campaigns_campaign_changelist"


def test_an_empty_list_says_where_to_begin() -> None:
    assert "Begin with the Global SMS Opt-In" in signed_in(MARKETER).get(page(LIST)).text


def test_each_name_leads_to_the_page_of_its_kind() -> None:
    joins, sends = factories.opt_in_campaign(), factories.messaging_campaign(live=False)
    answer = signed_in(VIEWER).get(page(LIST))
    assert page("optins_optincampaign_change", joins.pk) in answer.text
    assert page("messaging_messagingcampaign_change", sends.pk) in answer.text
    assert page("optins_globalcampaign_change", factories.global_campaign().pk) in answer.text


def test_only_who_may_create_finds_the_button() -> None:
    create = f'data-kind="primary" href="{page("campaigns_campaign_create")}"'
    assert create in signed_in(MARKETER).get(page(LIST)).text
    assert create not in signed_in(VIEWER).get(page(LIST)).text


@pytest.mark.parametrize(
    ("search", "found"), [("q=offers", True), ("q=nothing", False), ("kind__exact=messaging", False)]
)
def test_it_is_searched_and_filtered(search: str, found: bool) -> None:
    campaign = factories.opt_in_campaign(name="Spring offers")
    assert (campaign.name in signed_in(VIEWER).get(f"{page(LIST)}?{search}").text) is found


def test_more_campaigns_ask_no_more_of_the_database(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(6):
        factories.messaging_campaign(live=False)
    client = signed_in(VIEWER)
    with django_assert_max_num_queries(12):
        assert client.get(page(LIST)).status_code == 200
