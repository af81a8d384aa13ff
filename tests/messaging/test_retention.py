"""Retention: old bodies and callbacks go in small steps, and everything that proves something stays."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from messaging.actions.upkeep.retaining import retain
from messaging.models import Inbound, Outbound, StatusCallback
from messaging.states import State
from optins.models import ConsentEvent, MessageProvider, Notice, OptInCampaign
from tests import factories

pytestmark = pytest.mark.django_db

ADA = "+13135550101"
DAY = dt.timedelta(days=1)


@pytest.fixture
def programme(settings: Settings) -> OptInCampaign:
    settings.BODY_RETENTION, settings.CALLBACK_RETENTION = 100 * DAY, 50 * DAY
    made = factories.opt_in_campaign()
    factories.subscription(made, factories.customer(numbers=[ADA]))
    return made


def notice(programme: OptInCampaign, *, days: int, state: str = State.DELIVERED) -> Outbound:
    """An answer that was given so many days ago."""
    sender, then = factories.sender(), timezone.now() - days * DAY
    said = Notice.objects.create(
        kind="help", number=ADA, sender=sender, body="Acme help", created_at=then, carried_at=then
    )
    claimed = {"state": state, "claimed_at": then, "attempt_id": uuid.uuid4()}
    return Outbound.objects.create(
        kind="notice", notice=said, number=ADA, sender=sender, body="Acme help", created_at=then, **claimed
    )


def bodies() -> list[str]:
    return list(Outbound.objects.order_by("pk").values_list("body", flat=True))


def test_the_body_of_an_old_text_goes_and_the_text_stays(programme: OptInCampaign) -> None:
    for days in (102, 101, 99):
        notice(programme, days=days)
    assert retain() == {"outbound": 2, "notice": 2}
    assert bodies() == ["", "", "Acme help"]
    assert list(Notice.objects.order_by("pk").values_list("body", flat=True)) == bodies()
    assert set(Outbound.objects.values_list("state", "number")) == {(State.DELIVERED, ADA)}
    assert not retain()


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.UNCERTAIN])
def test_what_may_still_leave_or_be_asked_about_keeps_its_body(programme: OptInCampaign, state: str) -> None:
    notice(programme, days=101, state=state)
    retain()
    assert bodies() == ["Acme help"]


def test_what_a_person_texted_goes_and_its_meaning_stays(programme: OptInCampaign) -> None:
    provider = MessageProvider.objects.get(senders=programme.options.sender)
    then = timezone.now() - 101 * DAY
    row = Inbound.objects.create(
        sid="SM1", provider=provider, number=ADA, body="stop it", meaning="stop", received_at=then
    )
    retain()
    row.refresh_from_db()
    assert (row.body, row.meaning, row.number) == ("", "stop", ADA)


def test_old_callbacks_are_deleted_and_young_ones_stay(programme: OptInCampaign) -> None:
    provider = MessageProvider.objects.get(senders=programme.options.sender)
    for days in (51, 49):
        told = timezone.now() - days * DAY
        StatusCallback.objects.create(provider=provider, sid="SM1", status="sent", moved=True, received_at=told)
    assert retain() == {"callbacks": 1}
    assert StatusCallback.objects.get().received_at > timezone.now() - 50 * DAY


def test_a_round_ends_when_its_time_is_up_and_the_next_goes_on(programme: OptInCampaign) -> None:
    notice(programme, days=101)
    retain(seconds=0)
    notice(programme, days=101)
    retain(seconds=0)
    assert bodies() == ["", ""]


def test_proof_is_older_than_any_retention(programme: OptInCampaign, settings: Settings) -> None:
    settings.BODY_RETENTION = settings.CALLBACK_RETENTION = dt.timedelta(0)
    proof = list(ConsentEvent.objects.values_list("pk", "digest", "personal__number"))
    retain()
    assert proof == list(ConsentEvent.objects.values_list("pk", "digest", "personal__number"))
    assert proof
