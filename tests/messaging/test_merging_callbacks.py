"""Callbacks in bulk: many texts and accounts in one go, each as if its callbacks had come one by one."""

from collections.abc import Sequence

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django.fixtures import Settings

from campaigns.locks import alone
from messaging.actions.listening import callbacks
from messaging.actions.listening.advancing import Report, advance
from messaging.actions.listening.callbacks import merge_callbacks, store_callback
from messaging.actions.runs.outbox import carry_notices
from messaging.attempts import new_attempt
from messaging.models import Outbound, PendingCallback, StatusCallback
from messaging.states import State, from_twilio
from optins.actions.notices import owe
from optins.models import Notice, Sender, Suppression
from tests import factories
from tests.fixtures.together import together

WORDS = ("queued", "sent", "delivered", "undelivered", "failed", "canceled", "receiving")


def on_the_wire(count: int, sender: Sender | None = None) -> list[Outbound]:
    """So many texts, claimed and not answered yet."""
    sender = sender or factories.sender()
    for place in range(count):
        owe(kind=Notice.Kind.HELP, number=f"+1313555{4000 + place}", sender=sender, body="Help")
    carry_notices()
    texts = list(Outbound.objects.filter(sender=sender).select_related("sender__provider").order_by("pk"))
    for text in texts:
        text.state, text.attempt_id = State.SENDING, new_attempt(text.pk)
        Outbound.objects.filter(pk=text.pk).update(state=text.state, attempt_id=text.attempt_id, claimed_at=Now())
    return texts


def told(text: Outbound, *words: str, code: int | None = None) -> None:
    """The carrier tells these of a text, and nobody has merged them yet."""
    for word in words:
        store_callback(
            account_sid=text.sender.provider.account_sid,
            attempt_id=text.attempt_id,
            sid=sid(text),
            status=word,
            error_code=code,
        )


def sid(text: Outbound) -> str:
    return f"SM{text.pk:032x}"


def states() -> Sequence[str]:
    return list(Outbound.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.django_db
def test_a_text_whose_sid_is_known_is_not_looked_up_by_it() -> None:
    answered, asked = on_the_wire(2)
    Outbound.objects.filter(pk=answered.pk).update(sid=sid(answered), state=State.ACCEPTED)
    for text, looked_up in ((answered, False), (asked, True)):
        report = Report(text.sender.provider_id, text.attempt_id, sid(text), State.DELIVERED, None)
        with CaptureQueriesContext(connection) as asked_of_database:
            assert advance(report)
        assert any('"sid" IN' in query["sql"] for query in asked_of_database) is looked_up


@pytest.mark.django_db
def test_a_chunk_moves_many_texts_and_tells_what_moved() -> None:
    first, second, third = on_the_wire(3)
    told(first, "sent", "delivered")
    told(second, "delivered", "sent")
    told(third, "queued", code=30001)
    assert merge_callbacks(seconds=5) == {"moved": 4, "unmoved": 1}
    assert states() == ["delivered", "delivered", "accepted"]
    assert not PendingCallback.objects.exists()
    kept = StatusCallback.objects.order_by("pk").values_list("sid", "status", "moved")
    assert list(kept)[2:4] == [(sid(second), "delivered", True), (sid(second), "sent", False)]


@pytest.mark.django_db
def test_more_than_a_chunk_is_merged_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "MERGE_AT_ONCE", 2)
    texts = on_the_wire(3)
    for text in texts:
        told(text, "queued", "sent", "delivered")
    assert merge_callbacks(seconds=5) == {"moved": 9}
    assert merge_callbacks(seconds=5) == {}


@pytest.mark.django_db
def test_the_time_of_a_callback_is_when_it_came() -> None:
    told(on_the_wire(1)[0], "sent")
    came = PendingCallback.objects.get().received_at
    merge_callbacks(seconds=5)
    assert StatusCallback.objects.get().received_at == came


@pytest.mark.django_db
def test_two_texts_that_are_told_one_message_id_do_not_share_it() -> None:
    first, second = on_the_wire(2)
    for text in (first, second):
        store_callback(
            account_sid=text.sender.provider.account_sid,
            attempt_id=text.attempt_id,
            sid="SM1",
            status="sent",
            error_code=None,
        )
    assert merge_callbacks(seconds=5) == {"moved": 1, "unmoved": 1}
    assert states() == ["sent", "sending"]


@pytest.mark.django_db
def test_a_callback_of_an_account_that_is_gone_goes_too() -> None:
    store_callback(account_sid="AC" + "f" * 32, attempt_id=None, sid="SM1", status="sent", error_code=None)
    merge_callbacks(seconds=5)
    assert not PendingCallback.objects.exists()
    assert not StatusCallback.objects.exists()


@pytest.mark.django_db
def test_many_refusals_suppress_each_number_once() -> None:
    texts = on_the_wire(3)
    for text in texts[:2]:
        told(text, "failed", "failed", code=21610)
    told(texts[2], "failed", code=30005)
    assert merge_callbacks(seconds=5) == {"moved": 3, "unmoved": 2}
    assert sorted(Suppression.objects.values_list("number", flat=True)) == [text.number for text in texts[:2]]


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_holds_is_left_for_the_next_time() -> None:
    held, free = on_the_wire(2)
    told(held, "sent")
    told(free, "sent")
    with transaction.atomic():
        Outbound.objects.select_for_update().get(pk=held.pk)
        assert together(lambda: merge_callbacks(seconds=5)) == [{"moved": 1, "left": 1}]
    assert states() == ["sending", "sent"]
    assert merge_callbacks(seconds=5) == {"moved": 1}


@pytest.mark.django_db(transaction=True)
def test_only_one_merges_at_a_time() -> None:
    told(on_the_wire(1)[0], "sent")
    with alone(callbacks._LOCK):
        assert together(lambda: merge_callbacks(seconds=5)) == [{}]
    assert merge_callbacks(seconds=5) == {"moved": 1}


@pytest.mark.django_db
def test_a_callback_that_the_database_will_not_have_holds_up_no_other() -> None:
    first, second = on_the_wire(2)
    told(first, "sent")
    store_callback(
        account_sid=first.sender.provider.account_sid, attempt_id=None, sid="", status="sent", error_code=None
    )
    told(second, "delivered")
    assert merge_callbacks(seconds=5) == {"moved": 2, "put_aside": 1}
    assert states() == ["sent", "delivered"]
    assert PendingCallback.objects.get().problem == "CheckViolation"
    assert merge_callbacks(seconds=5) == {}


@pytest.mark.django_db
def test_callbacks_are_stored_while_the_broker_is_down_and_merged_when_it_is_back(settings: Settings) -> None:
    (text,) = on_the_wire(1)
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    told(text, "sent", "delivered")
    assert merge_callbacks(seconds=5) == {"moved": 2}
    assert states() == ["delivered"]


@pytest.mark.django_db(transaction=True)
def test_a_merger_that_dies_in_the_middle_loses_nothing_and_applies_nothing_twice() -> None:
    texts = on_the_wire(3)
    for text in texts:
        told(text, "sent", "delivered")

    def die_before_the_end() -> None:
        with transaction.atomic():
            merge_callbacks(seconds=5)
            connection.connection.close()  # as the database sees a process that was killed

    with pytest.raises((OperationalError, InterfaceError)):
        die_before_the_end()
    connection.close()
    assert (states(), PendingCallback.objects.count()) == (["sending"] * 3, 6)
    assert merge_callbacks(seconds=5) == {"moved": 6}
    assert StatusCallback.objects.count() == 6


class OneByOneAndInBulk(TestCase):
    """Whatever is told of two texts, in whatever order: bulk and single agree."""

    @hypothesis_settings(max_examples=30, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(WORDS), st.sampled_from([None, 30005])), max_size=8))
    def test_they_agree(self, news: list[tuple[int, str, int | None]]) -> None:
        bulk = on_the_wire(2)
        single = on_the_wire(2)
        for which, word, code in news:
            told(bulk[which], word, code=code)
            text = single[which]
            target = from_twilio(word)
            advance(Report(text.sender.provider_id, text.attempt_id, sid(text), target, code))
        merge_callbacks(seconds=5)
        assert _outcomes(bulk) == _outcomes(single)


def _outcomes(texts: Sequence[Outbound]) -> list[tuple[object, ...]]:
    rows = Outbound.objects.filter(pk__in=[text.pk for text in texts]).order_by("pk")
    return [(row.state, row.reason, row.error_code, row.settled_at is None, bool(row.sid)) for row in rows]
