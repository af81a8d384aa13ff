"""The keyword laboratory: it tells what would happen, and changes nothing."""

import pytest

from config.roles import VIEWER
from messaging.models import Outbound
from optins.models import ConsentEvent, Notice, OptInCampaign, OptOutReview, Sender, Subscription, Suppression
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page
from tests.optins.texting import ADA

pytestmark = pytest.mark.django_db
LABORATORY = "messaging_laboratory"


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"], name="Spring offers")


@pytest.fixture
def sender(programme: OptInCampaign) -> Sender:
    chosen = programme.options.sender
    assert chosen is not None
    return chosen


def shown(sender: Sender, body: str, **given: str) -> str:
    posted = {"body": body, "sender": str(sender.pk), "before": "subscribed", **given}
    answer = signed_in(VIEWER).post(page(LABORATORY), posted)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_it_tells_the_rule_the_change_and_the_answer_word_for_word(sender: Sender, programme: OptInCampaign) -> None:
    said = shown(sender, "please take me off your list")
    assert "opt_out_phrase" in said
    assert f"Opted out: {programme.preference}" in said
    assert factories.OPT_OUT in said
    assert "Neither Twilio nor a network acts on this text" in said


@pytest.mark.parametrize(
    ("before", "body", "expected"),
    [
        ("stranger", "SPRING", "Acme Offers: you are in."),
        ("pending", "YES", "Acme Offers: you are in."),
        ("stopped", "START", "Acme Offers: you are in."),
        ("stranger", "YES", factories.NO_MATCH),
        ("stopped", "hello", "We answer nothing."),
        ("subscribed", "I never signed up for this", "waits in the review queue"),
        ("subscribed", "how do I stop?", factories.HELP),
    ],
)
def test_each_situation(sender: Sender, before: str, body: str, expected: str) -> None:
    assert expected in shown(sender, body, before=before)


def test_it_says_when_the_carrier_answers(sender: Sender) -> None:
    long_code = factories.sender(factories.SenderKind.LONG_CODE, provider=sender.provider)
    said = shown(long_code, "STOP")
    assert "Twilio knows this word" in said
    assert "We answer nothing." in said
    advanced = factories.sender(factories.SenderKind.LONG_CODE, provider=sender.provider, advanced_opt_out=True)
    assert "Twilio knows this word" in shown(advanced, "help")


def test_a_real_number_is_read_as_it_stands(sender: Sender, programme: OptInCampaign) -> None:
    factories.subscription(programme, factories.customer(numbers=[ADA]))
    factories.suppression(ADA)
    assert "We answer nothing." in shown(sender, "hello", number=ADA)
    assert "We answer nothing." in shown(sender, "hello", number="(313) 555-0101")


def test_a_number_that_is_none_is_refused_beside_its_field(sender: Sender) -> None:
    assert "errors" in shown(sender, "STOP", number="12")


def test_nothing_is_changed_and_nothing_is_sent(sender: Sender, programme: OptInCampaign) -> None:
    factories.subscription(programme, factories.customer(numbers=[ADA]))
    models = (ConsentEvent, Notice, Outbound, OptOutReview, Subscription, Suppression)
    before = [list(model.objects.values_list()) for model in models]
    for number in ("", ADA):
        for body in ("STOP", "SPRING", "spam"):
            shown(sender, body, number=number)
    assert [list(model.objects.values_list()) for model in models] == before


def test_what_was_typed_is_escaped(sender: Sender) -> None:
    assert "<script>alert" not in shown(sender, "<script>alert(1)</script>")


def test_staff_without_a_role_see_no_laboratory() -> None:
    assert signed_in().get(page(LABORATORY)).status_code == 403
