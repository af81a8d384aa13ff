"""What waits, for the carrier's own time or for somebody to mend a setting, goes on without a restart."""

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns.actions.moves import move
from campaigns.lifecycle import Move
from campaigns.models import AuditEntry
from messaging.actions.campaigns import pause, resume
from messaging.actions.carriers import check_connection
from messaging.actions.providers import save_provider
from messaging.actions.sending.rounds import send_due
from messaging.actions.upkeep.mending import check_faulty_providers
from messaging.gateway.twilio import gateway_for
from messaging.models import MessagingCampaign, Outbound
from messaging.simulator.accounts import JAN
from messaging.states import Reason, State
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
    send_due(seconds=5)
    text = Outbound.objects.get()
    assert (text.state, text.requeued) == (State.QUEUED, 0)
    assert dt.timedelta(seconds=80) < text.due_at - timezone.now() <= dt.timedelta(seconds=90)
    later(90)
    gateway_for.cache_clear()  # the account is left alone for as long
    send_due(seconds=5)
    assert Outbound.objects.get().state == State.ACCEPTED


def test_a_busy_carrier_may_be_busy_as_often_as_it_likes(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA)
    carrier.order_fault(on="create", do="busy", times=6)
    for _ in range(7):
        send_due(seconds=5)
        later(60)
        gateway_for.cache_clear()
    assert Outbound.objects.get().state == State.ACCEPTED
    assert len(carrier.messages(ADA)) == 1


def revoke(token: str = "revoked") -> MessageProvider:
    provider = MessageProvider.objects.get(account_sid=JAN.sid)
    provider.auth_token = token
    provider.save(update_fields=["auth_token"])
    return provider


def refused(sender: Sender) -> MessagingCampaign:
    """A campaign that was paused because the carrier refused the account."""
    revoke()
    campaign = campaign_to(sender, ADA)
    send_due(seconds=5)
    campaign = MessagingCampaign.objects.get(pk=campaign.pk)
    assert (campaign.state, Outbound.objects.get().state) == ("paused", State.QUEUED)
    assert "token" in campaign.pause_reason
    return campaign


def state_of(campaign: MessagingCampaign) -> str:
    return MessagingCampaign.objects.get(pk=campaign.pk).state


def paused_for(seconds: float) -> None:
    """As if so much time had passed since the pause and the last test of the connection."""
    passed = dt.timedelta(seconds=seconds)
    MessagingCampaign.objects.update(paused_at=F("paused_at") - passed)
    MessageProvider.objects.update(checked_at=F("checked_at") - passed)


def test_a_revoked_credential_pauses_the_campaign_which_goes_on_by_itself_when_it_is_mended(
    carrier: Simulator, short_code: Sender
) -> None:
    campaign = refused(short_code)
    revoke(JAN.auth_token)
    assert check_faulty_providers() == 1
    assert state_of(campaign) == "live"
    gateway_for.cache_clear()  # the account is left alone for two seconds
    send_due(seconds=5)
    assert [text["body"] for text in carrier.messages(ADA)] == [BODY]
    entry = AuditEntry.objects.filter(act="campaign.resume").get()
    assert (entry.actor, entry.detail["reason"]) == ("connection check", "The provider's connection works again.")


@pytest.mark.parametrize("code", [20003, 21606])
def test_only_what_is_under_way_is_refused_before_the_campaign_is_paused(
    wire: ScriptedServer, short_code: Sender, settings: Settings, code: int
) -> None:
    settings.SEND_CONNECTIONS = 3
    wire.will(answer(401 if code == 20003 else 400, {"code": code}))
    campaign = campaign_to(short_code, *(f"+1313555{8000 + place}" for place in range(40)))
    send_due(seconds=5)
    assert 1 <= len(wire.requests) <= 6
    assert (state_of(campaign), Outbound.objects.filter(state=State.QUEUED).count()) == ("paused", 40)


def test_the_provider_is_asked_less_and_less_often(carrier: Simulator, short_code: Sender) -> None:
    campaign = refused(short_code)
    assert [check_faulty_providers(), check_faulty_providers()] == [1, 0]
    asked = []
    for _ in range(24):
        paused_for(10)
        asked.append(check_faulty_providers())
    # After 30 seconds, and then each time when the fault has lasted twice as long.
    assert asked[:3] == [0, 0, 1]
    assert 2 <= sum(asked[3:]) <= 3
    assert state_of(campaign) == "paused"


@pytest.mark.parametrize("mend", ["new credentials", "a test of the connection"])
def test_staff_that_mend_it_need_not_resume_it(carrier: Simulator, short_code: Sender, mend: str) -> None:
    campaign = refused(short_code)
    check_faulty_providers()
    if mend == "new credentials":
        account = MessageProvider.objects.get(account_sid=JAN.sid)
        save_provider(provider=account, secrets={"auth_token": JAN.auth_token}, by=factories.TESTS)
        check_faulty_providers()
    else:
        check_connection(provider=revoke(JAN.auth_token), by=factories.TESTS)
    assert state_of(campaign) == "live"


def test_what_a_person_paused_stays_paused(carrier: Simulator, short_code: Sender) -> None:
    campaign = refused(short_code)
    resume(campaign=campaign, by=factories.TESTS)
    pause(campaign=campaign, by=factories.TESTS)
    check_connection(provider=revoke(JAN.auth_token), by=factories.TESTS)
    assert (state_of(campaign), check_faulty_providers()) == ("paused", 0)


def test_a_refused_sender_is_tried_again_when_the_account_has_it(
    carrier: Simulator, provider: MessageProvider, short_code: Sender
) -> None:
    ours, theirs = campaign_to(short_code, ADA), campaign_to(factories.sender(address="99999", provider=provider), ADA)
    for campaign in (ours, theirs):
        move(campaign=campaign, move=Move.PAUSE, by=factories.TESTS, cause=Reason.SENDER_REFUSED)
    check_connection(provider=provider, by=factories.TESTS)
    assert (state_of(ours), state_of(theirs)) == ("live", "paused")
