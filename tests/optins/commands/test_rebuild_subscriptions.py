"""`manage.py rebuild_subscriptions`: what the ledger alone explains, and what it does not."""

import io
import json
import random
from typing import Any

import pytest
from django.core.management import call_command

from optins.actions.opting_out import opt_out_number
from optins.keywords import SenderKind
from optins.models import OptInCampaign, Subscription, Suppression
from tests import factories
from tests.commands import said, told
from tests.optins.texting import ADA, BOB, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"])


def differences() -> Any:
    out = io.StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("rebuild_subscriptions", "--json", stdout=out)
    return json.loads(out.getvalue())["differences"]


def joined(programme: OptInCampaign) -> Subscription:
    text(programme.options.sender, "SPRING")
    return Subscription.objects.get()


def test_the_ledger_explains_what_is_on_file(programme: OptInCampaign) -> None:
    joined(programme)
    text(programme.options.sender, "STOP")
    opt_out_number(number=BOB, by=factories.TESTS)
    answer = told("rebuild_subscriptions")
    assert (answer["agrees"], answer["subscriptions"], answer["suppressions"]) == (True, 1, 2)
    assert "The ledger explains all of them" in said("rebuild_subscriptions")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_people_text_the_ledger_explains_their_standing(programme: OptInCampaign, seed: int) -> None:
    chance = random.Random(seed)
    pool = factories.sender(SenderKind.MESSAGING_SERVICE)
    asked = factories.opt_in_campaign(keywords=["ASK"], sender=factories.sender(pool=pool), double_opt_in=True)
    senders = [programme.options.sender, asked.options.sender]
    words = ["SPRING", "ASK", "YES", "STOP", "START", "HELP"]
    for _ in range(20):
        text(chance.choice(senders), chance.choice(words), number=chance.choice([ADA, BOB]))
    assert told("rebuild_subscriptions")["agrees"]


def test_a_state_that_was_changed_by_hand_is_told(programme: OptInCampaign) -> None:
    row = joined(programme)
    Subscription.objects.update(state="expired")
    (difference,) = differences()
    assert difference == {
        "number": "+1313•••0101",
        "what": f"subscription to programme {programme.pk}",
        "ledger": f"opted_in by entry {row.consent_event_id}",
        "on_file": f"expired by entry {row.consent_event_id}",
    }


def test_a_lost_subscription_is_told(programme: OptInCampaign) -> None:
    joined(programme)
    Subscription.objects.all().delete()
    assert differences()[0]["on_file"] == "none"


def test_a_subscription_without_an_entry_of_its_number_is_told(programme: OptInCampaign) -> None:
    joined(programme)
    Subscription.objects.update(number=BOB)
    assert [row["ledger"] for row in differences()][1:] == ["no entry of this number"]


def test_a_lost_suppression_is_told_and_one_too_many(programme: OptInCampaign) -> None:
    factories.suppression(ADA)
    factories.suppression(BOB)
    Suppression.objects.filter(number=ADA).delete()
    assert [(row["ledger"], row["on_file"]) for row in differences()] == [("standing", "none")]
