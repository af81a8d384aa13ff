"""Staff answer a person: who may be answered, by whom, and that a STOP wins until the text has left."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils import timezone

from campaigns.actors import Actor
from campaigns.models import AuditEntry
from campaigns.refusals import Refused
from config.roles import LAUNCHER, MARKETER, VIEWER
from messaging.actions.conversations import reply
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs.outbox import carry_notices
from messaging.actions.sending.claiming import claim_notices
from messaging.models import Inbound, Outbound
from messaging.states import Reason, State
from optins.models import Notice, OptInCampaign, Sender
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
LIST = "messaging_inbound_changelist"


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"])


@pytest.fixture
def sender(programme: OptInCampaign) -> Sender:
    assert programme.options.sender is not None
    return programme.options.sender


def text_in(sender: Sender, body: str) -> None:
    take_inbound(
        account_sid=sender.provider.account_sid, sid=f"SM{abs(hash(body)):032x}"[:34], number=ADA, to=sender.address,
        body=body,
    )  # fmt: skip


def answer(sender: Sender, text: str = "Yes, from 10 to 6.", by: Actor = factories.TESTS) -> None:
    reply(number=ADA, sender=sender, text=text, by=by)


def the_reply() -> Outbound:
    carry_notices()
    return Outbound.objects.get(notice__kind=Notice.Kind.REPLY)


def long_ago() -> None:
    Inbound.objects.update(received_at=timezone.now() - settings.REPLY_WITHIN - dt.timedelta(minutes=1))


def test_a_reply_leaves_by_the_one_door_and_is_audited_without_its_words(sender: Sender) -> None:
    text_in(sender, "Do you open on Sundays?")
    answer(sender)
    assert the_reply().body == "Yes, from 10 to 6."
    claimed = claim_notices(sender=sender, parts=100).texts
    assert "Yes, from 10 to 6." in [text.body for text in claimed]
    (entry,) = AuditEntry.objects.filter(act="text.reply")
    assert "10 to 6" not in f"{entry.detail}"


def test_a_stop_that_comes_before_it_left_wins(sender: Sender) -> None:
    text_in(sender, "Do you open on Sundays?")
    answer(sender)
    waiting = the_reply()
    text_in(sender, "STOP")
    claim_notices(sender=sender, parts=100)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.SKIPPED, Reason.SUPPRESSED)


def test_who_is_suppressed_is_not_answered(sender: Sender) -> None:
    text_in(sender, "STOP")
    with pytest.raises(Refused, match="must not be texted"):
        answer(sender)


def test_who_is_out_of_touch_is_not_answered(sender: Sender) -> None:
    text_in(sender, "Do you open on Sundays?")
    answer(sender)
    waiting = the_reply()
    long_ago()
    with pytest.raises(Refused, match="has not texted us lately"):
        answer(sender)
    claim_notices(sender=sender, parts=100)
    waiting.refresh_from_db()
    assert waiting.reason == Reason.OUT_OF_TOUCH


def test_who_is_opted_in_is_answered_at_any_time(programme: OptInCampaign, sender: Sender) -> None:
    factories.subscription(programme, factories.customer(numbers=[ADA]))
    answer(sender)
    assert the_reply().state == State.QUEUED


@pytest.mark.parametrize(("text", "sentence"), [("  ", "Write the reply first"), ("ж" * 700, "at most 10 parts")])
def test_what_cannot_be_a_text_is_refused(sender: Sender, text: str, sentence: str) -> None:
    text_in(sender, "Hello?")
    with pytest.raises(Refused, match=sentence):
        answer(sender, text)


def test_so_many_replies_an_hour_and_no_more(sender: Sender) -> None:
    text_in(sender, "Hello?")
    for _ in range(settings.ANSWERS_PER_HOUR):
        answer(sender)
    with pytest.raises(Refused, match="many replies"):
        answer(sender)


def test_launchers_reply_from_the_conversation_which_handles_it(sender: Sender) -> None:
    text_in(sender, "Do you open on Sundays?")
    client, talk = signed_in(LAUNCHER), page("messaging_conversation", ADA)
    assert "This person waits for an answer." in client.get(talk).text
    assert "1 part · GSM-7" in client.post(talk, {"act": "count", "text": "Yes."}).text
    assert "Write the reply first." in client.post(talk, {"act": "reply", "sender": sender.pk, "text": " "}).text
    client.post(talk, {"act": "reply", "sender": sender.pk, "text": "Yes, from 10 to 6."})
    assert the_reply().body == "Yes, from 10 to 6."
    shown = client.get(talk).text
    assert "Handled by" in shown
    assert "This person waits for an answer" not in shown


def test_others_do_not_reply(sender: Sender) -> None:
    text_in(sender, "Do you open on Sundays?")
    client, talk = signed_in(MARKETER), page("messaging_conversation", ADA)
    assert "Replying takes a right that your role does not have." in client.get(talk).text
    assert client.post(talk, {"act": "reply", "sender": sender.pk, "text": "Yes."}).status_code == 403
    assert not Notice.objects.filter(kind=Notice.Kind.REPLY).exists()


def test_the_inbox_tells_what_needs_an_answer(sender: Sender) -> None:
    for body in ("SPRING", "Do you open on Sundays?", "I never signed up for this"):
        text_in(sender, body)
    client = signed_in(VIEWER)
    assert client.get(page(LIST), {"todo": "all"}).text.count("Needs an answer</span>") == 2
    assert "SPRING" not in client.get(f"{page(LIST)}?todo=answer").text
    assert "Sundays" not in client.get(f"{page(LIST)}?todo=doubtful").text


def test_marketers_say_that_a_text_is_handled_and_take_it_back(sender: Sender) -> None:
    text_in(sender, "Do you open on Sundays?")
    client, talk = signed_in(MARKETER), page("messaging_conversation", ADA)
    assert "nobody needs to answer any more" in client.post(talk, {"act": "handled"}, follow=True).text
    assert "Sundays" not in client.get(f"{page(LIST)}?todo=answer").text
    client.post(talk, {"act": "unhandled"})
    assert "Sundays" in client.get(f"{page(LIST)}?todo=answer").text
    assert signed_in(VIEWER).post(talk, {"act": "handled"}).status_code == 403
    assert list(AuditEntry.objects.filter(act__startswith="text.").values_list("act", flat=True)) == [
        "text.reopen", "text.handle",
    ]  # fmt: skip


def test_a_doubtful_text_is_decided_beside_the_conversation(sender: Sender) -> None:
    text_in(sender, "I never signed up for this")
    client, talk = signed_in(LAUNCHER), page("messaging_conversation", ADA)
    review = client.get(talk).context["reviews"][0][0]
    assert "Say why" in client.post(talk, {"act": "keep", "review": review.pk}, follow=True).text
    assert "Read as an opt-out" in client.post(talk, {"act": "opt_out", "review": review.pk}, follow=True).text
    assert "this number is not texted" in client.get(talk).text
    assert "Sundays" not in client.get(f"{page(LIST)}?todo=doubtful").text
