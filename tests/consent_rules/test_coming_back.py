"""Item 26: who left comes back by their own act, to what they had; YES is consent only to a question of ours."""

import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from optins.models import OptInCampaign
from tests import factories
from tests.fixtures.handset import Handset, NewHandset
from tests.fixtures.product import Product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def double(product: Product) -> OptInCampaign:
    """A programme that asks for YES."""
    return factories.opt_in_campaign(keywords=["DOUBLE"], sender=product.short_code, double_opt_in=True)


@pytest.mark.parametrize("word", ["START", "unstop"])
def test_start_gives_back_what_the_person_had_and_no_more(
    product: Product, spring: OptInCampaign, phone: Handset, word: str
) -> None:
    other = factories.opt_in_campaign(keywords=["SUMMER"], sender=product.short_code)
    assert phone.says("SPRING", "STOP", word)[2:] == [factories.WELCOME]
    for programme in (spring, other):
        factories.messaging_campaign(factories.scheduled(programme))
    product.work()
    assert sorted(phone.offers) == [("delivered", ""), ("skipped", "not_opted_in")]


def test_start_of_who_never_left_joins_nothing(spring: OptInCampaign, phone: Handset) -> None:
    assert phone.says("START") == [factories.NO_MATCH]
    assert (phone.stands, factories.ledger_of(phone.number)) == ([], [])


def test_yes_without_a_question_is_no_consent_and_lifts_no_stop(spring: OptInCampaign, handset: NewHandset) -> None:
    stranger, gone = handset(), handset()
    gone.says("SPRING", "STOP")
    assert (stranger.says("YES"), gone.says("YES")) == ([factories.NO_MATCH], [])
    assert (stranger.stands, gone.stands, gone.is_barred) == ([], ["opted_out"], True)


def test_yes_confirms_the_question_that_waits_and_only_once(double: OptInCampaign, phone: Handset) -> None:
    asked = phone.says("DOUBLE")
    assert (asked, phone.stands) == ([double.options.confirmation_request], ["pending"])
    assert phone.says("yes!", "YES") == [factories.WELCOME, factories.NO_MATCH]
    assert factories.ledger_of(phone.number) == ["asked", "opted_in"]


def test_a_question_that_lapsed_is_not_confirmed(double: OptInCampaign, phone: Handset, settings: Settings) -> None:
    settings.DOUBLE_OPT_IN_TTL = dt.timedelta(0)
    phone.says("DOUBLE")
    assert phone.says("YES") == [factories.NO_MATCH]
    assert phone.stands != ["opted_in"]


def test_an_unanswered_question_lets_no_campaign_text_out(
    product: Product, double: OptInCampaign, phone: Handset
) -> None:
    phone.says("DOUBLE")
    factories.messaging_campaign(factories.scheduled(double, "Sale today"))
    product.work()
    assert phone.offers == [("skipped", "not_opted_in")]
    assert "Sale today" not in phone.hears
