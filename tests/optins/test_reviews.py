"""A doubtful text: nothing is answered, marketing waits, and a person decides."""

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.actors import Actor
from campaigns.models import AuditEntry
from campaigns.refusals import Refused
from config.roles import LAUNCHER, MARKETER
from messaging.gates import estimate
from messaging.states import Reason
from optins.actions.opting_out import opt_out_number
from optins.actions.reviews import read_as_no_opt_out, read_as_opt_out
from optins.keywords import Meaning
from optins.models import ConsentEvent, OptInCampaign, OptOutReview, Sender
from tests import factories
from tests.optins.texting import ADA, BOB, answers, standing, text

pytestmark = pytest.mark.django_db

DOUBTFUL = "I never signed up for this"
State = OptOutReview.State


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"])


@pytest.fixture
def sender(programme: OptInCampaign) -> Sender:
    chosen = programme.options.sender
    assert chosen is not None
    for number in (ADA, BOB):
        factories.subscription(programme, factories.customer(numbers=[number]))
    return chosen


def asked(sender: Sender, body: str = DOUBTFUL) -> OptOutReview:
    assert text(sender, body, sid="SM" + "d" * 32) is Meaning.REVIEW
    return OptOutReview.objects.get(state=State.WAITING)


def launcher() -> Actor:
    return Actor.staff(factories.staff(LAUNCHER))


def reached(programme: OptInCampaign) -> tuple[int, dict[str, int]]:
    found = estimate(factories.scheduled(programme, campaign=factories.messaging_campaign(live=False)))
    return found.reachable, dict(found.skipped)


def test_a_doubtful_text_waits_for_a_person_and_is_not_answered(sender: Sender) -> None:
    review = asked(sender)
    assert (review.number, review.sender, review.text) == (ADA, sender, DOUBTFUL)
    assert answers() == []
    assert standing() == ["opted_in"]


def test_marketing_to_that_number_waits_at_once(sender: Sender, programme: OptInCampaign) -> None:
    asked(sender)
    assert reached(programme) == (1, {Reason.IN_REVIEW: 1})


def test_read_as_an_opt_out_it_does_what_a_stop_does_without_an_answer(sender: Sender) -> None:
    read_as_opt_out(review=asked(sender), by=launcher(), reason="Plainly angry")
    assert standing() == ["opted_out"]
    assert answers() == []
    event = ConsentEvent.objects.of(ADA).filter(action="opted_out").get()
    assert (event.method, event.inbound_text, event.inbound_sid) == ("stop", DOUBTFUL, "SM" + "d" * 32)
    assert event.staff
    assert text(sender, "START") is Meaning.RESTORE
    assert standing() == ["opted_in"]


def test_read_otherwise_marketing_goes_on(sender: Sender, programme: OptInCampaign) -> None:
    review = asked(sender)
    read_as_no_opt_out(review=review, by=launcher(), reason="Asks about the shop's card")
    assert reached(programme) == (2, {})
    review.refresh_from_db()
    assert (review.state, review.reason) == (State.KEPT, "Asks about the shop's card")


def test_as_long_as_another_text_waits_marketing_waits(sender: Sender, programme: OptInCampaign) -> None:
    first = asked(sender)
    text(sender, "spam")
    read_as_no_opt_out(review=first, by=launcher(), reason="A joke")
    assert reached(programme)[0] == 1


def test_not_an_opt_out_needs_a_reason(sender: Sender) -> None:
    with pytest.raises(Refused, match="Say why"):
        read_as_no_opt_out(review=asked(sender), by=launcher(), reason=" ")


def test_a_marketer_may_not_decide(sender: Sender) -> None:
    review, marketer = asked(sender), Actor.staff(factories.staff(MARKETER))
    for verb in (read_as_opt_out, read_as_no_opt_out):
        with pytest.raises(PermissionDenied):
            verb(review=review, by=marketer, reason="No")
    review.refresh_from_db()
    assert review.state == State.WAITING


def test_the_second_of_two_decisions_is_refused(sender: Sender) -> None:
    review = asked(sender)
    read_as_opt_out(review=review, by=launcher())
    with pytest.raises(Refused, match="already"):
        read_as_no_opt_out(review=review, by=launcher(), reason="Late")
    assert standing() == ["opted_out"]


def test_a_stop_of_the_person_settles_what_waits(sender: Sender) -> None:
    asked(sender)
    text(sender, "STOP")
    assert OptOutReview.objects.get().state == State.OPTED_OUT


def test_an_opt_out_by_staff_settles_what_waits(sender: Sender) -> None:
    asked(sender)
    opt_out_number(number=ADA, by=launcher(), reason="Called us")
    assert OptOutReview.objects.get().state == State.OPTED_OUT


def test_a_decision_is_in_the_audit_trail_without_the_text_and_the_number(sender: Sender) -> None:
    read_as_no_opt_out(review=asked(sender), by=launcher(), reason="A joke")
    entry = AuditEntry.objects.get(act="review.keep")
    assert DOUBTFUL not in str(entry.detail)
    assert ADA not in f"{entry.detail}{entry.object_label}"


@pytest.mark.parametrize("body", ["Don't stop!", "Liked “Reply STOP to cancel”", "stop by the store?"])
def test_what_only_sounds_like_stop_is_not_answered(sender: Sender, body: str) -> None:
    assert text(sender, body) is Meaning.NONE
    assert answers() == []
    assert not OptOutReview.objects.exists()
