"""`manage.py rebuild_subscriptions`: what the ledger alone explains, and what it does not."""

import io
import json
import random
from typing import Any

import pytest
from django.core.management import call_command

from campaigns.models import AuditEntry
from optins.actions.opting_out import opt_out_number
from optins.keywords import SenderKind
from optins.models import OptInCampaign, Subscription, Suppression
from tests import factories
from tests.commands import said, told
from tests.optins.tampering import tamper
from tests.optins.texting import ADA, BOB, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"])


def differences(*arguments: str) -> Any:
    out = io.StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("rebuild_subscriptions", "--json", *arguments, stdout=out)
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


# --- Repairing -----------------------------------------------------------------------------------


def test_consent_that_the_ledger_does_not_show_is_lowered_on_record(programme: OptInCampaign) -> None:
    joined(programme)
    text(programme.options.sender, "STOP")
    Subscription.objects.update(state="opted_in", stopped_on=None)
    answer = told("rebuild_subscriptions", "--write", "--by", "A. Clerk")
    assert (answer["agrees"], answer["repaired"]) == (True, 1)
    assert Subscription.objects.get().state == "opted_out"
    line = AuditEntry.objects.get(act="subscription.rebuild")
    assert (line.actor, line.detail["was"], line.detail["now"]) == ("A. Clerk", "opted_in", "opted_out")


def test_without_being_asked_to_write_nothing_is_repaired(programme: OptInCampaign) -> None:
    joined(programme)
    text(programme.options.sender, "STOP")
    Subscription.objects.update(state="opted_in", stopped_on=None)
    assert len(differences()) == 1
    assert Subscription.objects.get().state == "opted_in"


def test_what_was_lost_is_written_again(programme: OptInCampaign) -> None:
    row = joined(programme)
    opt_out_number(number=BOB, by=factories.TESTS)
    Subscription.objects.all().delete()
    Suppression.objects.all().delete()
    assert told("rebuild_subscriptions", "--write")["repaired"] == 2
    again = Subscription.objects.get()
    assert (again.state, again.consent_event_id, again.number) == ("opted_in", row.consent_event_id, ADA)
    assert Suppression.objects.get().number == BOB
    assert told("rebuild_subscriptions")["agrees"]


def test_what_allows_less_than_the_ledger_stays(programme: OptInCampaign) -> None:
    joined(programme)
    factories.suppression(BOB)
    Subscription.objects.update(state="expired")
    assert [row["on_file"].split()[0] for row in differences("--write")] == ["expired"]
    assert Subscription.objects.get().state == "expired"


def test_consent_is_not_written_again_from_a_chain_that_was_tampered_with(programme: OptInCampaign) -> None:
    row = joined(programme)
    Subscription.objects.all().delete()
    tamper("UPDATE optins_consentevent SET reason = 'x' WHERE id = %s", row.consent_event_id)
    assert len(differences("--write")) == 1
    assert not Subscription.objects.exists()


def test_consent_of_a_number_that_the_ledger_does_not_know_goes(programme: OptInCampaign) -> None:
    joined(programme)
    Subscription.objects.update(number=BOB)
    assert told("rebuild_subscriptions", "--write")["repaired"] == 2
    assert Subscription.objects.get().number == ADA
