"""The makers make what the product would: the whole, live, with its keywords held."""

import pytest

from campaigns.lifecycle import State
from optins.keywords import SenderKind
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_opt_in_campaign_is_live_and_holds_its_keywords() -> None:
    campaign = factories.opt_in_campaign(keywords=["SPRING"])

    assert campaign.state == State.LIVE
    assert campaign.keywords.get().held


def test_a_subscription_stands_with_its_ledger_line() -> None:
    person = factories.customer(numbers=["+13139711649"])

    factories.subscription(factories.opt_in_campaign(), person)

    assert factories.ledger_of("+13139711649") == ["opted_in"]


def test_every_kind_of_sender_can_be_made() -> None:
    for kind in SenderKind:
        assert factories.sender(kind).kind == kind
