"""A restored database stops by itself, learns from the carrier what it forgot, and waits for a person."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.models import F

from campaigns.refusals import Refused
from messaging.actions.campaigns import cancel
from messaging.actions.listening.reconciling import reconcile
from messaging.actions.sending.rounds import send_due
from messaging.actions.stopping import release_sending
from messaging.actions.upkeep.restoring import reconcile_restored
from messaging.actions.upkeep.watching import watch_database
from messaging.models import DatabaseMark, Inbound, Outbound, SendingHold
from messaging.states import State
from optins.models import MessageProvider, Sender, Suppression
from tests import factories
from tests.factories import TESTS
from tests.fixtures.simulator import Simulator
from tests.messaging.recovery import ADA, BOB, campaign_to

pytestmark = pytest.mark.django_db
CAROL = "+13135550103"


@pytest.fixture(autouse=True)
def _seen_before(short_code: Sender) -> Iterator[None]:
    factories.global_campaign(sender=short_code)
    # The one that the factory would have used: a carrier that nobody can ask.
    Sender.objects.exclude(pk=short_code.pk).delete()
    MessageProvider.objects.exclude(pk=short_code.provider_id).delete()
    memory().delete(key())
    assert watch_database() is False
    yield
    memory().delete(key())


def memory() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL)


def key() -> str:
    return f"optline:database:{connection.settings_dict['NAME']}"


def held() -> list[str]:
    return list(SendingHold.objects.filter(released_at=None).values_list("reason", flat=True))


def forget_what_was_sent() -> None:
    """As a backup from before the send: its rows wait, and know of no attempt."""
    Outbound.objects.update(state=State.QUEUED, sid=None, attempt_id=None, claimed_at=None, attempts=0, body="")
    DatabaseMark.objects.update(system_identifier=1)


def restored_a_while_ago() -> bool:
    """Notice it, as if so long ago that nothing that was on the wire then is still missing from the carrier's list."""
    noticed = watch_database()
    passed = settings.RESCUE_AFTER + settings.RECONCILE_SETTLE
    SendingHold.objects.update(held_at=F("held_at") - passed)
    return noticed


def test_the_same_database_is_left_alone() -> None:
    assert [watch_database(), watch_database()] == [False, False]
    assert held() == []


def test_a_dump_that_was_loaded_elsewhere_is_noticed() -> None:
    DatabaseMark.objects.update(system_identifier=1)
    assert [watch_database(), watch_database()] == [True, False]
    assert held() == ["The database was loaded into another cluster."]


def test_a_recovery_is_noticed() -> None:
    DatabaseMark.objects.update(timeline=99)
    assert watch_database()
    assert held() == ["The database was recovered, or a standby took over."]


def test_a_snapshot_is_noticed_by_what_redis_remembers() -> None:
    memory().hincrby(key(), "written", 10**9)
    assert watch_database()
    assert held() == ["The database is older than what was last seen of it."]


def test_what_the_carrier_has_is_not_sent_again(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA, BOB)
    send_due(seconds=20)
    carrier.settle()
    campaign_to(short_code, CAROL, body="Not sent yet")
    forget_what_was_sent()
    restored_a_while_ago()
    assert send_due(seconds=0.1) == 0
    assert reconcile_restored()["matched"] == 2
    release_sending(by=TESTS)
    send_due(seconds=20)
    carrier.settle()
    assert [len(carrier.messages(number)) for number in (ADA, BOB, CAROL)] == [1, 1, 1]


def test_a_stop_that_the_backup_does_not_know_holds_again(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA)
    carrier.text_in(ADA, short_code.address, "STOP")
    assert not Inbound.objects.exists()
    DatabaseMark.objects.update(system_identifier=1)
    restored_a_while_ago()
    assert reconcile_restored()["inbound"] == 1
    assert Suppression.objects.filter(number=ADA).exists()
    assert Outbound.objects.get(kind="campaign").state == State.CANCELLED


def test_what_was_called_back_since_had_left_before(carrier: Simulator, short_code: Sender) -> None:
    campaign = campaign_to(short_code, ADA, BOB)
    send_due(seconds=20)
    carrier.settle()
    carrier.text_in(ADA, short_code.address, "STOP")
    forget_what_was_sent()
    restored_a_while_ago()
    cancel(campaign=campaign, by=TESTS)
    assert set(Outbound.objects.values_list("state", flat=True)) == {State.CANCELLED}
    assert reconcile_restored()["matched"] == 2
    assert set(Outbound.objects.filter(kind="campaign").values_list("state", "reason")) == {(State.DELIVERED, "")}


def test_what_was_on_the_wire_when_the_database_went_back_is_waited_for(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA)
    DatabaseMark.objects.update(timeline=99)
    watch_database()
    assert reconcile_restored() == {}
    with pytest.raises(Refused, match="have not been asked"):
        release_sending(by=TESTS)


def test_a_database_that_went_back_once_more_waits_once_more() -> None:
    DatabaseMark.objects.update(timeline=98)
    assert restored_a_while_ago()
    DatabaseMark.objects.update(timeline=99)
    assert watch_database()
    assert reconcile_restored() == {}


def test_it_is_not_released_before_the_carriers_were_asked(carrier: Simulator, short_code: Sender) -> None:
    DatabaseMark.objects.update(timeline=99)
    restored_a_while_ago()
    carrier.order_fault(on="list", do="error")
    with pytest.raises(Refused, match="have not been asked"):
        release_sending(by=TESTS)
    reconcile_restored()
    assert held()
    release_sending(by=TESTS, unreconciled=True)
    assert held() == []


def test_thousands_of_uncertain_texts_take_one_listing(carrier: Simulator, short_code: Sender) -> None:
    numbers = [f"+1313555{6000 + place}" for place in range(40)]
    campaign_to(short_code, *numbers)
    send_due(seconds=20)
    Outbound.objects.update(state=State.UNCERTAIN, sid=None, ask_at="2020-01-01T00:00Z")
    assert reconcile() == {"found": 40}
