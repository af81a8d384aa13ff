"""The drift check: what the carrier's list has and we do not, on the simulated carrier."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns.models import AuditEntry
from config.roles import ADMIN
from messaging.actions.listening.drifting import check_drift
from messaging.actions.listening.receiving import take_inbound
from messaging.models import Inbound, Outbound
from messaging.simulator.accounts import JAN_SERVICE
from messaging.states import Reason
from optins.models import ConsentEvent, Notice, OptInCampaign, Sender, Subscription, Suppression
from tests import factories
from tests.commands import said, told
from tests.fixtures.simulator import Simulator
from tests.messaging.recovery import campaign_to

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
POOLED = "+13125550166"
NOTHING = {"texts": 0, "stops": 0, "refusals": 0, "unasked": 0}


@pytest.fixture(autouse=True)
def at_once(settings: Settings, short_code: Sender) -> None:
    """What was sent this second counts as lost; all that texts is this one account's."""
    factories.global_campaign(sender=short_code)
    settings.DRIFT_IN_FLIGHT = dt.timedelta(seconds=-60)


@pytest.fixture
def programme(carrier: Simulator, short_code: Sender) -> OptInCampaign:
    """Ada is in it. Her texts reach the carrier and no webhook of ours."""
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=short_code)
    factories.subscription(programme, factories.customer(numbers=[ADA]))
    return programme


def lost(carrier: Simulator, body: str) -> None:
    carrier.text_in(ADA, "97865", body)


def test_a_stop_that_never_reached_us_holds(carrier: Simulator, programme: OptInCampaign) -> None:
    lost(carrier, "STOP")
    assert check_drift() == {**NOTHING, "texts": 1, "stops": 1}
    assert Subscription.objects.get().state == "opted_out"
    assert Suppression.objects.filter(sender=None, lifted_at=None).exists()
    event = ConsentEvent.objects.of(ADA).get(action="suppressed", scope=None)
    assert (event.method, event.inbound_text, event.inbound_sid) == ("stop", "STOP", Inbound.objects.get().sid)


@pytest.mark.parametrize("is_added", [True, False])
def test_a_stop_to_a_number_of_a_pool_holds_also_where_the_number_was_never_added(
    carrier: Simulator, programme: OptInCampaign, short_code: Sender, is_added: bool
) -> None:
    kind, address = factories.SenderKind.MESSAGING_SERVICE, JAN_SERVICE.sid
    service = factories.sender(kind, address=address, provider=short_code.provider, advanced_opt_out=True)
    if is_added:
        factories.sender(factories.SenderKind.LONG_CODE, address=POOLED, provider=short_code.provider, pool=service)
    carrier.text_in(ADA, POOLED, "STOP")
    assert check_drift() == {**NOTHING, "texts": 1, "stops": 1}
    standing = Suppression.objects.filter(lifted_at=None).values_list("sender", flat=True)
    assert set(standing) == {None, service.pk}


def test_a_service_that_is_gone_at_the_carrier_keeps_no_number_from_being_asked_about(
    carrier: Simulator, programme: OptInCampaign, short_code: Sender
) -> None:
    factories.sender(factories.SenderKind.MESSAGING_SERVICE, provider=short_code.provider)
    lost(carrier, "STOP")
    assert check_drift() == {**NOTHING, "texts": 1, "stops": 1, "unasked": 1}


def test_the_home_page_says_what_was_healed(carrier: Simulator, programme: OptInCampaign) -> None:
    assert "lost opt-out" not in factories.signed_in(ADMIN).get("/admin/").text
    lost(carrier, "STOP")
    check_drift()
    assert "1 lost opt-out found at the carrier this week" in factories.signed_in(ADMIN).get("/admin/").text


def test_nobody_is_answered_about_a_text_of_long_ago(carrier: Simulator, programme: OptInCampaign) -> None:
    for body in ("STOP", "HELP", "what is this"):
        lost(carrier, body)
    check_drift()
    assert not Notice.objects.exists()
    assert Inbound.objects.count() == 3


def test_a_lost_text_never_raises_consent(carrier: Simulator, short_code: Sender) -> None:
    factories.opt_in_campaign(keywords=["SPRING"], sender=short_code)
    factories.suppression(ADA)
    for body in ("SPRING", "YES", "START"):
        lost(carrier, body)
    assert check_drift() == {**NOTHING, "texts": 3}
    assert not Subscription.objects.exists()
    assert Suppression.objects.get().lifted_at is None


def test_who_came_back_after_the_lost_stop_stays(programme: OptInCampaign, short_code: Sender) -> None:
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    take_inbound(
        account_sid=short_code.provider.account_sid, sid="SM1", number=ADA, to="97865", body="STOP", sent_at=an_hour_ago
    )  # fmt: skip
    assert Subscription.objects.get().state == "opted_in"
    assert not Suppression.objects.exists()


def test_a_text_that_we_have_changes_nothing_and_twice_is_once(carrier: Simulator, programme: OptInCampaign) -> None:
    lost(carrier, "STOP")
    check_drift()
    before = factories.ledger_of(ADA)
    assert check_drift() == NOTHING
    assert factories.ledger_of(ADA) == before


def test_a_text_that_is_just_being_taken_is_not_lost(
    carrier: Simulator, programme: OptInCampaign, settings: Settings
) -> None:
    settings.DRIFT_IN_FLIGHT = dt.timedelta(minutes=5)
    lost(carrier, "STOP")
    assert check_drift() == NOTHING


def test_what_the_carrier_refused_is_suppressed(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA)
    Outbound.objects.update(
        state="failed", reason=Reason.OPTED_OUT_AT_CARRIER, error_code=21610, settled_at=timezone.now(),
        attempt_id="00000000-0000-0000-0000-000000000001", claimed_at=timezone.now(),
    )  # fmt: skip
    assert check_drift() == {**NOTHING, "refusals": 1}
    assert Suppression.objects.get().sender == short_code
    assert check_drift() == NOTHING


def test_a_carrier_that_does_not_answer_is_asked_again_for_that_time(
    carrier: Simulator, programme: OptInCampaign
) -> None:
    lost(carrier, "STOP")
    carrier.order_fault(on="list", do="unavailable")
    assert check_drift() == {**NOTHING, "unasked": 1}
    assert not AuditEntry.objects.filter(act="drift.check").exists()
    assert check_drift()["stops"] == 1


def test_beat_asks_once_a_day(carrier: Simulator, programme: OptInCampaign, settings: Settings) -> None:
    check_drift(is_due_only=True)
    lost(carrier, "STOP")
    assert check_drift(is_due_only=True) == NOTHING
    settings.DRIFT_CHECK_EVERY = dt.timedelta(0)
    assert check_drift(is_due_only=True)["stops"] == 1


def test_the_command_says_what_it_healed(carrier: Simulator, programme: OptInCampaign) -> None:
    lost(carrier, "STOP")
    assert "1 texts had not reached us; 1 of them ask to stop" in said("check_drift")
    assert told("check_drift") == {"status": "ok", **NOTHING}
    assert AuditEntry.objects.filter(act="drift.check").latest("id").detail == {"texts": 0, "stops": 0, "refusals": 0}
