"""What waits, for the carrier's own time or for somebody to mend a setting, goes on without a restart."""

import datetime as dt

import pytest
from django.utils import timezone

from messaging.actions.campaigns import resume
from messaging.actions.sending import send_due
from messaging.models import MessagingCampaign, Outbound
from messaging.simulator.accounts import JAN
from messaging.states import State
from optins.models import MessageProvider, Sender
from tests import factories
from tests.fixtures.simulator import Simulator
from tests.messaging.gateway.scripted import ScriptedServer, answer, created
from tests.messaging.recovery import ADA, BODY, campaign_to, later

pytestmark = pytest.mark.django_db


def test_a_busy_carrier_is_given_the_time_it_asks_for_and_no_try_is_used_up(
    wire: ScriptedServer, short_code: Sender
) -> None:
    wire.will(answer(429, {"code": 20429}, Retry_After="90"), created())
    campaign_to(short_code, ADA)
    send_due(seconds=0.2)
    text = Outbound.objects.get()
    assert (text.state, text.requeued) == (State.QUEUED, 0)
    assert dt.timedelta(seconds=80) < text.due_at - timezone.now() <= dt.timedelta(seconds=90)
    later(90)
    send_due(seconds=0.2)
    assert Outbound.objects.get().state == State.ACCEPTED


def test_a_busy_carrier_may_be_busy_as_often_as_it_likes(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA)
    carrier.order_fault(on="create", do="busy", times=6)
    for _ in range(7):
        send_due(seconds=0.2)
        later(60)
    assert Outbound.objects.get().state == State.ACCEPTED
    assert len(carrier.messages(ADA)) == 1


def test_a_revoked_credential_pauses_the_campaign_which_goes_on_with_the_new_one(
    carrier: Simulator, short_code: Sender
) -> None:
    provider = MessageProvider.objects.get()
    provider.auth_token = "revoked"
    provider.save(update_fields=["auth_token"])
    campaign = campaign_to(short_code, ADA)
    send_due(seconds=0.2)
    campaign = MessagingCampaign.objects.get(pk=campaign.pk)
    assert (campaign.state, Outbound.objects.get().state) == ("paused", State.QUEUED)
    assert "token" in campaign.pause_reason

    provider.auth_token = JAN.auth_token
    provider.save(update_fields=["auth_token"])
    resume(campaign=campaign, by=factories.TESTS)
    later(60)
    send_due(seconds=0.2)
    assert Outbound.objects.get().state == State.ACCEPTED
    assert [text["body"] for text in carrier.messages(ADA)] == [BODY]
