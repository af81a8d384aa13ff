"""The inbound webhook: each text stored once, acted upon at once, and answered with silence."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from messaging.actions.runs.lifecycle import start_due
from messaging.models import Inbound, Outbound
from messaging.states import State
from optins.models import Notice, OptInCampaign, Sender, Subscription, Suppression
from tests import factories
from tests.messaging.signed import INBOUND, inbound_of, post

ADA = "+13135550101"
SID = "SM" + "1" * 32

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"])


@pytest.fixture
def sender(programme: OptInCampaign) -> Sender:
    chosen = programme.options.sender
    assert chosen is not None
    return chosen


def text_in(sender: Sender, body: str, **given: str) -> HttpResponse:
    provider = sender.provider
    pairs = inbound_of(provider, to=given.pop("To", sender.address), Body=body, **given)
    return post(INBOUND, pairs, provider.auth_token)


def test_a_text_is_answered_at_once_with_an_empty_response(sender: Sender) -> None:
    answer = text_in(sender, "SPRING")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml"
    assert answer.content == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def test_a_text_is_stored_with_what_it_was_taken_for(sender: Sender, programme: OptInCampaign) -> None:
    text_in(sender, " Spring ")
    inbound = Inbound.objects.get()
    assert (inbound.number, inbound.sender, inbound.body) == (ADA, sender, " Spring ")
    assert (inbound.meaning, inbound.rule, inbound.campaign_id) == ("keyword", "campaign_keyword", programme.pk)


def test_a_replay_is_answered_alike_and_changes_nothing(sender: Sender) -> None:
    first, again = text_in(sender, "SPRING"), text_in(sender, "SPRING")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (Inbound.objects.count(), Notice.objects.count(), Subscription.objects.count()) == (1, 1, 1)


def test_a_replay_of_a_join_does_not_undo_a_later_stop(sender: Sender) -> None:
    text_in(sender, "SPRING")
    text_in(sender, "STOP", MessageSid="SM" + "2" * 32)
    text_in(sender, "SPRING")
    assert Subscription.objects.get().state == Subscription.State.OPTED_OUT


def test_a_picture_without_words_is_kept(sender: Sender) -> None:
    assert text_in(sender, "", NumMedia="1", MediaUrl0="https://api.twilio.com/x").status_code == 200
    assert Inbound.objects.get().meaning == "none"


def test_a_text_without_a_body_at_all_is_kept(sender: Sender) -> None:
    pairs = [pair for pair in inbound_of(sender.provider, to=sender.address) if pair[0] != "Body"]
    assert post(INBOUND, pairs, sender.provider.auth_token).status_code == 200
    assert Inbound.objects.get().body == ""


@pytest.mark.parametrize("body", ["x" * 1600, "𝕊" * 1600, "\0stop\0", "<Response>&amp;", "'; DROP TABLE", "a\u202eb"])
def test_any_body_is_kept_and_no_error(sender: Sender, body: str) -> None:
    assert text_in(sender, body).status_code == 200
    assert Inbound.objects.get().body == body.replace("\0", "")


def test_a_stop_to_a_number_that_nobody_added_holds(sender: Sender) -> None:
    programme = factories.opt_in_campaign(sender=sender)
    factories.subscription(programme, factories.customer(numbers=[ADA]))
    assert text_in(sender, "STOP", To="+18005550000").status_code == 200
    added = Sender.objects.get(address="+18005550000")
    assert (added.provider, added.kind) == (sender.provider, factories.SenderKind.TOLL_FREE)
    assert Subscription.objects.get().state == Subscription.State.OPTED_OUT


def test_a_text_to_what_is_no_number_is_kept_and_nothing_follows(sender: Sender) -> None:
    assert text_in(sender, "SPRING", To="ACME").status_code == 200
    assert Inbound.objects.get().sender is None
    assert not Subscription.objects.exists()
    assert not Notice.objects.exists()


def test_a_number_that_was_never_added_counts_as_its_messaging_service() -> None:
    service = factories.sender(factories.SenderKind.MESSAGING_SERVICE)
    factories.opt_in_campaign(keywords=["SPRING"], sender=service)
    text_in(service, "SPRING", To="+13125550188", MessagingServiceSid=service.address)
    assert Subscription.objects.get().state == Subscription.State.OPTED_IN
    text_in(service, "STOP", To="+13125550189", MessagingServiceSid=service.address, MessageSid="SM" + "2" * 32)
    assert Subscription.objects.get().state == Subscription.State.OPTED_OUT


def test_another_accounts_number_is_not_ours(sender: Sender) -> None:
    stranger = factories.sender()
    factories.opt_in_campaign(keywords=["SPRING"], sender=stranger)
    text_in(sender, "SPRING", To=stranger.address)
    assert Inbound.objects.get().sender != stranger
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    "number", ["97865", "ACME", "", "whatsapp:+13135550101", "+0", "x" * 500, "anonymous", "+1313555010\u0661"]
)
def test_what_is_no_phone_is_kept_and_never_answered(sender: Sender, number: str) -> None:
    assert text_in(sender, "STOP", From=number).status_code == 200
    assert Inbound.objects.count() == 1
    assert not Notice.objects.exists()
    assert not Suppression.objects.exists()


def test_one_of_our_own_numbers_is_never_answered(sender: Sender) -> None:
    ours = factories.sender(factories.SenderKind.LONG_CODE, provider=sender.provider)
    text_in(sender, "HELP", From=ours.address)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("word", ["", "UNSUBSCRIBE-ALL", "START", "😀" * 50])
def test_an_opt_out_type_of_any_kind_is_no_error(sender: Sender, word: str) -> None:
    assert text_in(sender, "hello", OptOutType=word).status_code == 200


def test_advanced_opt_out_stops_by_its_own_word(sender: Sender) -> None:
    text_in(sender, "SPRING")
    text_in(sender, "nunca mas", OptOutType="STOP", MessageSid="SM" + "2" * 32)
    assert Subscription.objects.get().state == Subscription.State.OPTED_OUT
    assert not Notice.objects.filter(kind="opt_out").exists()


def test_a_stop_cancels_what_waits_for_that_number_only(sender: Sender, programme: OptInCampaign) -> None:
    for number in (ADA, "+13135550102"):
        factories.subscription(programme, factories.customer(numbers=[number]))
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    text_in(sender, "STOP")
    assert dict(Outbound.objects.values_list("number", "state")) == {
        ADA: State.CANCELLED,
        "+13135550102": State.QUEUED,
    }


def test_an_inbound_text_takes_a_bounded_number_of_queries(sender: Sender) -> None:
    with CaptureQueriesContext(connection) as queries:
        text_in(sender, "SPRING")
    assert len(queries) <= 40
