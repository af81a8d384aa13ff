"""Moving a campaign: only along the diagram, once, by who may, and on record."""

import datetime as dt
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.actions.moves import begin_due, end_due, move
from campaigns.actors import Actor
from campaigns.lifecycle import CLOSED, MOVES, Kind, Move, State
from campaigns.models import AuditEntry, Campaign
from campaigns.refusals import Refused
from tests import factories
from tests.fixtures.together import together

pytestmark = pytest.mark.django_db

BY = factories.TESTS
HOUR = dt.timedelta(hours=1)


def campaign(state: State = State.DRAFT, **fields: object) -> Campaign:
    times = {
        "launched_at": None if state is State.DRAFT else timezone.now(),
        "closed_at": timezone.now() if state in CLOSED else None,
    }
    serial = Campaign.objects.count()
    shell = {"kind": Kind.MESSAGING, "name": "News", "slug": f"news-{serial}", "state": state}
    return Campaign.objects.create(**{**shell, **times, **fields})


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("step", list(Move))
def test_a_campaign_moves_along_the_diagram_and_no_other_way(state: State, step: Move) -> None:
    # One that waits for its time, so that launch and resume stay visible as they are.
    moved = campaign(state, starts_at=timezone.now() + HOUR)
    if state in MOVES[step].sources:
        move(campaign=moved, move=step, by=BY)
        assert moved.state == MOVES[step].target
        assert (moved.closed_at is not None) == (moved.state in CLOSED)
        return
    with pytest.raises(Refused, match=r"already|Reload the page"):
        move(campaign=moved, move=step, by=BY)
    assert Campaign.objects.get().state == state


def test_what_is_launched_without_a_start_is_live_at_once() -> None:
    moved = campaign()
    move(campaign=moved, move=Move.LAUNCH, by=BY)
    assert moved.state == State.LIVE
    assert moved.launched_at is not None


def test_what_has_a_start_waits_for_it() -> None:
    moved = campaign(starts_at=timezone.now() + HOUR)
    move(campaign=moved, move=Move.LAUNCH, by=BY)
    assert moved.state == State.SCHEDULED
    assert begin_due() == 0
    Campaign.objects.update(starts_at=Now())
    assert begin_due() == 1


def test_resumed_before_its_time_it_waits_again() -> None:
    moved = campaign(State.SCHEDULED, starts_at=timezone.now() + HOUR)
    move(campaign=moved, move=Move.PAUSE, by=BY)
    move(campaign=moved, move=Move.RESUME, by=BY)
    assert moved.state == State.SCHEDULED


def test_a_pause_keeps_its_reason_until_it_is_resumed() -> None:
    moved = campaign(State.LIVE)
    move(campaign=moved, move=Move.PAUSE, by=BY, reason="x" * 300)
    assert moved.pause_reason == "x" * 255
    move(campaign=moved, move=Move.RESUME, by=BY)
    assert moved.pause_reason == ""


@pytest.mark.parametrize("state", [State.SCHEDULED, State.LIVE, State.PAUSED])
def test_what_runs_ends_at_its_time_and_not_before(state: State) -> None:
    ending = campaign(state, ends_at=timezone.now() + HOUR)
    assert end_due() == []
    Campaign.objects.update(ends_at=Now())
    assert end_due() == [ending.pk]
    assert end_due() == []
    ending.refresh_from_db()
    assert (ending.state, ending.closed_at) == (State.ENDED, ending.ends_at)


@pytest.mark.parametrize("state", [State.DRAFT, State.ENDED, State.CANCELLED])
def test_what_does_not_run_is_not_ended(state: State) -> None:
    campaign(state, ends_at=timezone.now())
    assert end_due() == []


def test_every_move_is_in_the_audit_trail_and_a_refused_one_is_not() -> None:
    moved = campaign()
    move(campaign=moved, move=Move.LAUNCH, by=BY)
    with pytest.raises(Refused):
        move(campaign=moved, move=Move.LAUNCH, by=BY)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.object_id) == ("campaign.launch", "tests", str(moved.pk))


def test_who_may_not_launch_moves_nothing() -> None:
    moved = campaign()
    with pytest.raises(PermissionDenied):
        move(campaign=moved, move=Move.LAUNCH, by=Actor.staff(factories.staff("Marketer")))
    move(campaign=moved, move=Move.LAUNCH, by=Actor.staff(factories.staff("Launcher")))
    assert moved.state == State.LIVE


@pytest.mark.parametrize(
    "wrong",
    [{"state": "ended"}, {"state": "live"}, {"closed_at": timezone.now()}, {"state": "live", "launched_at": None}],
)
def test_the_database_refuses_a_state_without_its_time(wrong: dict[str, object]) -> None:
    campaign()
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_move() -> None:
    moved = campaign(State.LIVE)
    clicks = [partial(move, campaign=Campaign.objects.get(pk=moved.pk), move=Move.PAUSE, by=BY) for _ in range(3)]
    done = together(*map(in_a_transaction, clicks))
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "Refused", "Refused"]
    assert AuditEntry.objects.count() == 1


def in_a_transaction(deed: partial[None]) -> partial[None]:
    return partial(transaction.atomic(deed))
