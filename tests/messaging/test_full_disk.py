"""A database that takes nothing stops the sending rather than lets it run unrecorded, and nothing is lost by it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from messaging.actions.listening.reconciling import reconcile
from messaging.actions.sending.leasing import flag_stuck
from messaging.models import Inbound, Outbound, PendingCallback
from messaging.states import State
from messaging.tasks import merge_callbacks, send_due
from optins.models import MessageProvider, Sender
from tests.commands import refused, told
from tests.fixtures.simulator import Simulator
from tests.messaging.recovery import ADA, campaign_to, later
from tests.messaging.signed import INBOUND, STATUS, inbound_of, post, status_of

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def full(table: str, *, when: str = "true", sqlstate: str = "53100") -> Iterator[None]:
    """As when the disk is full, for writes to a table `when` the condition on the new row holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE 'could not extend file' USING ERRCODE = '{sqlstate}'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW WHEN ({when}) "
            f"EXECUTE FUNCTION full_disk()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION full_disk CASCADE")


def state() -> str:
    return Outbound.objects.get().state


@pytest.mark.parametrize("sqlstate", ["53100", "25006"])
def test_nothing_leaves_without_its_row_and_sending_goes_on_by_itself(
    carrier: Simulator, short_code: Sender, sqlstate: str
) -> None:
    campaign_to(short_code, ADA)
    with full("messaging_outbound", when="NEW.state = 'sending'", sqlstate=sqlstate):
        send_due()
        send_due()
        assert (state(), carrier.messages(ADA)) == (State.QUEUED, [])
    send_due()
    assert (state(), len(carrier.messages(ADA))) == (State.ACCEPTED, 1)


def test_it_is_said_once(carrier: Simulator, short_code: Sender, caplog: pytest.LogCaptureFixture) -> None:
    campaign_to(short_code, ADA)
    with full("messaging_outbound", when="NEW.state = 'sending'"):
        send_due()
        send_due()
    send_due()
    said = [record.getMessage() for record in caplog.records if "'database_" in record.getMessage()]
    assert [word in line for line, word in zip(said, ("takes_nothing", "works_again"), strict=True)] == [True, True]


def test_an_answer_that_cannot_be_written_is_asked_about_later(carrier: Simulator, short_code: Sender) -> None:
    campaign_to(short_code, ADA)
    with full("messaging_outbound", when="NEW.state = 'accepted'"):
        send_due()
    assert state() == State.SENDING
    later(1000)
    assert flag_stuck() == 1
    carrier.settle()
    assert reconcile() == {"found": 1}
    assert (state(), len(carrier.messages(ADA))) == (State.DELIVERED, 1)


def test_a_callback_that_cannot_be_stored_is_sent_again(provider: MessageProvider) -> None:
    with full("messaging_pendingcallback"):
        assert post(STATUS, status_of(provider), provider.auth_token).status_code == 500
    assert post(STATUS, status_of(provider), provider.auth_token).status_code == 204
    assert PendingCallback.objects.count() == 1


def test_a_text_from_a_phone_that_cannot_be_stored_is_sent_again(provider: MessageProvider, short_code: Sender) -> None:
    with full("messaging_inbound"):
        assert post(INBOUND, inbound_of(provider), provider.auth_token).status_code == 500
    assert post(INBOUND, inbound_of(provider), provider.auth_token).status_code == 200
    assert Inbound.objects.count() == 1


def test_a_command_says_that_nothing_is_taken(short_code: Sender) -> None:
    campaign = campaign_to(short_code, ADA)
    with full("campaigns_campaign", sqlstate="25006"):
        assert refused("pause_campaign", campaign.pk)["code"] == "unavailable"
    assert told("pause_campaign", campaign.pk)["status"] == "ok"


def test_a_callback_that_cannot_be_merged_for_now_is_not_put_aside(provider: MessageProvider) -> None:
    assert post(STATUS, status_of(provider), provider.auth_token).status_code == 204
    with full("messaging_statuscallback", sqlstate="25006"):
        merge_callbacks()
    assert PendingCallback.objects.get().problem == ""
    merge_callbacks()
    assert not PendingCallback.objects.exists()
