"""Segments over past texts: who was sent a message is in, whoever did not get it is the rest, wherever it is asked."""

import pytest
from django.test import Client

from campaigns.audience import members
from campaigns.models import Customer, Segment
from messaging.actions.runs.freezing import freeze_due
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.triggers import receive_event
from messaging.actions.sending.claiming import claim_recipients
from messaging.gates import estimate
from messaging.launch.fingerprint import digest
from messaging.models import Outbound, Run, SmsMessage
from optins.models import OptInCampaign
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


@pytest.fixture
def ada(programme: OptInCampaign) -> Customer:
    person = factories.customer(first_name="Ada", numbers=[factories.number()])
    factories.subscription(programme, person)
    return person


@pytest.fixture
def bob() -> Customer:
    """He opted in to nothing: his row is skipped."""
    return factories.customer(first_name="Bob", numbers=[factories.number()])


@pytest.fixture
def spring(programme: OptInCampaign, ada: Customer, bob: Customer) -> SmsMessage:
    """A launched message whose run has begun, and whose one text waits."""
    campaign = factories.messaging_campaign(factories.scheduled(programme, name="Spring"))
    start_due(seconds=5)
    assert freeze_due(seconds=5)
    return campaign.messages.get()


def asking(message: SmsMessage, operator: str) -> Segment:
    return factories.segment({"all": [{"field": "@message", "operator": operator, "value": message.pk}]})


def claim(message: SmsMessage) -> None:
    assert len(claim_recipients(run=Run.objects.get(message=message), parts=10).texts) == 1


def test_who_was_sent_a_message_and_who_did_not_get_it_are_everybody(
    spring: SmsMessage, ada: Customer, bob: Customer
) -> None:
    sent, rest = asking(spring, "was_sent"), asking(spring, "did_not_get")
    assert (list(members(sent)), set(members(rest))) == ([], {ada, bob})
    claim(spring)
    assert (list(members(sent)), list(members(rest))) == ([ada], [bob])


def test_a_follow_up_is_estimated_and_frozen_for_those_who_did_not_get_it(
    spring: SmsMessage, programme: OptInCampaign, bob: Customer
) -> None:
    claim(spring)
    late = factories.scheduled(programme, segment_in=asking(spring, "did_not_get"))
    factories.subscription(programme, bob)
    factories.messaging_campaign(late)
    assert estimate(late).reachable == 1
    start_due(seconds=5)
    assert freeze_due(seconds=5)
    assert [row.customer for row in Outbound.objects.filter(run__message=late)] == [bob]


def test_an_event_is_heard_of_those_whom_the_segment_means(
    spring: SmsMessage, programme: OptInCampaign, ada: Customer
) -> None:
    thanks = factories.triggered(programme, "order", segment_in=asking(spring, "was_sent"))
    factories.messaging_campaign(thanks)
    assert receive_event(event=factories.event(ada, "order")) == 0
    claim(spring)
    assert receive_event(event=factories.event(ada, "order")) == 1


def test_a_segment_that_changes_changes_what_a_message_is(spring: SmsMessage, programme: OptInCampaign) -> None:
    inner = factories.segment()
    outer = factories.segment({"all": [{"field": "@segment", "operator": "is_in", "value": inner.pk}]})
    message = factories.messaging_campaign(factories.scheduled(programme, segment_in=outer), live=False).messages.get()
    before = digest(message)
    Segment.objects.filter(pk=inner.pk).update(rule={"all": [{"field": "state", "operator": "is", "value": "TX"}]})
    assert digest(message) != before


def test_a_draft_that_a_segment_asks_about_stays(programme: OptInCampaign) -> None:
    draft = factories.messaging_campaign(factories.scheduled(programme), live=False).messages.get()
    segment = asking(draft, "did_not_get")
    client: Client = factories.signed_in("Marketer")
    told = client.post(f"/admin/messaging/smsmessage/{draft.pk}/discard/", follow=True).content.decode()
    assert f"“{segment}” asks who was sent this message" in told
    assert SmsMessage.objects.filter(pk=draft.pk).exists()
