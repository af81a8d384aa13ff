"""Status callbacks: late, twice, out of order, unknown; once merged they moved a text forward or changed nothing."""

import pytest
from django.db.models.functions import Now

from messaging.actions.listening.callbacks import merge_callbacks
from messaging.actions.runs.outbox import carry_notices
from messaging.attempts import new_attempt
from messaging.models import Outbound, StatusCallback
from messaging.states import Reason, State
from optins.actions.notices import owe
from optins.models import Notice, Suppression
from tests import factories
from tests.messaging.signed import STATUS, post, status_of

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
SID = "SM" + "2" * 32


@pytest.fixture
def text() -> Outbound:
    """A text on the wire: claimed, and not answered yet."""
    owe(kind=Notice.Kind.HELP, number=ADA, sender=factories.sender(), body="Help")
    carry_notices()
    attempt = new_attempt(Outbound.objects.get().pk)
    Outbound.objects.update(state=State.SENDING, attempt_id=attempt, claimed_at=Now())
    return Outbound.objects.select_related("sender__provider").get()


def told(text: Outbound, status: str, *, attempt: object = None, sid: str = SID, code: str = "") -> Outbound:
    """The carrier tells `status` of our attempt; the text as it stands afterwards."""
    provider = text.sender.provider
    error = {"ErrorCode": code} if code else {}
    path = f"{STATUS}?attempt={attempt if attempt is not None else text.attempt_id}"
    answer = post(path, status_of(provider, MessageStatus=status, MessageSid=sid, **error), provider.auth_token)
    assert answer.status_code == 204
    merge_callbacks(seconds=1)
    return Outbound.objects.get(pk=text.pk)


def test_a_text_goes_its_way(text: Outbound) -> None:
    assert [told(text, status).state for status in ("queued", "sent", "delivered")] == ["accepted", "sent", "delivered"]
    assert Outbound.objects.get().settled_at is not None
    assert StatusCallback.objects.filter(moved=True).count() == 3


def test_a_callback_before_the_answer_brings_the_message_id(text: Outbound) -> None:
    after = told(text, "sent")
    assert (after.state, after.sid) == (State.SENT, SID)


def test_late_news_changes_nothing_and_is_kept(text: Outbound) -> None:
    told(text, "delivered")
    settled_at = Outbound.objects.get().settled_at
    for late in ("queued", "sent", "failed", "delivered", "canceled"):
        after = told(text, late, code="30003")
        assert (after.state, after.reason, after.settled_at, after.error_code) == ("delivered", "", settled_at, None)
    assert StatusCallback.objects.count() == 6
    assert StatusCallback.objects.filter(moved=True).count() == 1


@pytest.mark.parametrize("word", ["", "brand-new", "DELIVERED!", "x" * 500, "receiving", "null"])
def test_an_unknown_word_is_kept_and_moves_nothing(text: Outbound, word: str) -> None:
    assert told(text, word).state == State.SENDING
    assert StatusCallback.objects.get().status == word[:32]


@pytest.mark.parametrize("attempt", ["", "nonsense", "00000000-0000-0000-0000-000000000000", "%00", "x" * 5000])
def test_an_unknown_attempt_is_kept_and_moves_nothing(text: Outbound, attempt: str) -> None:
    assert told(text, "delivered", attempt=attempt).state == State.SENDING
    assert not StatusCallback.objects.get().moved


def test_without_an_attempt_the_message_id_finds_the_text(text: Outbound) -> None:
    Outbound.objects.update(sid=SID, state=State.ACCEPTED)
    assert told(text, "delivered", attempt="").state == State.DELIVERED


def test_another_message_id_for_our_attempt_moves_nothing(text: Outbound) -> None:
    Outbound.objects.update(sid=SID, state=State.ACCEPTED)
    assert told(text, "delivered", sid="SM" + "3" * 32).state == State.ACCEPTED


def test_a_message_id_that_another_text_has_moves_nothing(text: Outbound) -> None:
    owe(kind=Notice.Kind.HELP, number=ADA, sender=text.sender, body="Help")
    carry_notices()
    Outbound.objects.exclude(pk=text.pk).update(sid=SID)
    assert told(text, "delivered").state == State.SENDING


def test_another_account_cannot_speak_of_our_text(text: Outbound) -> None:
    other = factories.provider()
    post(f"{STATUS}?attempt={text.attempt_id}", status_of(other), other.auth_token)
    assert merge_callbacks(seconds=1) == {"unmoved": 1}
    assert Outbound.objects.get().state == State.SENDING


def test_news_of_the_last_attempt_takes_a_text_out_of_the_queue(text: Outbound) -> None:
    Outbound.objects.update(state=State.QUEUED)
    assert told(text, "delivered").state == State.DELIVERED


def test_a_text_that_no_attempt_was_made_for_is_moved_by_no_callback(text: Outbound) -> None:
    Outbound.objects.update(state=State.QUEUED, attempt_id=None)
    assert told(text, "delivered").state == State.QUEUED


def test_a_failure_says_why(text: Outbound) -> None:
    after = told(text, "undelivered", code="30005")
    assert (after.state, after.reason, after.error_code) == (State.FAILED, Reason.INVALID_NUMBER, 30005)


@pytest.mark.parametrize("code", ["", "0", "abc", "99999999999999999999", "99999"])
def test_a_failure_with_any_code_is_a_failure(text: Outbound, code: str) -> None:
    after = told(text, "failed", code=code)
    assert after.state == State.FAILED
    assert after.reason in (Reason.UNDELIVERED, Reason.CARRIER_UNKNOWN)


def test_a_refusal_by_callback_suppresses_the_number_for_that_sender(text: Outbound) -> None:
    after = told(text, "failed", code="21610")
    assert after.reason == Reason.OPTED_OUT_AT_CARRIER
    suppression = Suppression.objects.get()
    assert (suppression.number, suppression.sender, suppression.reason) == (ADA, text.sender, "carrier")


def test_a_late_copy_of_the_refusal_does_not_block_who_came_back(text: Outbound) -> None:
    told(text, "failed", code="21610")
    Suppression.objects.update(lifted_at=Now())
    told(text, "failed", code="21610")
    assert not Suppression.objects.filter(lifted_at__isnull=True).exists()


def test_an_uncertain_text_is_cleared_up_by_its_callback(text: Outbound) -> None:
    Outbound.objects.update(state=State.UNCERTAIN, reason=Reason.NO_ANSWER)
    after = told(text, "delivered")
    assert (after.state, after.reason) == (State.DELIVERED, "")


def test_a_code_is_wiped_as_soon_as_the_carrier_speaks_of_it(text: Outbound) -> None:
    text.sealed_body = "Your code is 123456"
    text.save()
    assert told(text, "queued").sealed_body == ""
