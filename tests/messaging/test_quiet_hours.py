"""Lawful hours at the claim: by day a text leaves, by night it waits or is left out, and nothing is lost."""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from campaigns.models import Campaign
from messaging.actions.runs.lifecycle import finish_runs, start_due
from messaging.actions.sending.claiming import Claimed, claim_recipients
from messaging.actions.sending.rounds import send_due
from messaging.models import LawfulHours, Outbound, Run
from messaging.queries import open_runs
from messaging.states import Reason, State
from optins.models import OptInCampaign, Sender
from tests import factories
from tests.messaging.clocks import clock_at
from tests.messaging.gateway.scripted import ScriptedServer, created

pytestmark = pytest.mark.django_db

ADA, BOB = "+13135550101", "+13105550102"  # Michigan and California
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def hours_are_kept(settings: Settings) -> None:
    settings.QUIET_HOURS = True


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


def at(wall: str, zone: str = "America/New_York") -> dt.datetime:
    """A moment of a week in which no clock changes, by the clock of a zone."""
    return dt.datetime.fromisoformat(f"2031-02-{wall}").replace(tzinfo=zoneinfo.ZoneInfo(zone))


NOON, NIGHT, MORNING = at("04T12:00"), at("04T22:00"), at("05T09:00")  # Michigan's hours begin at 9


def frozen(programme: OptInCampaign, began: dt.datetime, *numbers: str, person: Any = None, **message: Any) -> Run:
    for number in numbers or (ADA,):
        factories.subscription(programme, factories.customer(numbers=[number], **(person or {})))
    factories.messaging_campaign(factories.scheduled(programme, **message))
    start_due()
    Run.objects.update(due_at=began)
    Outbound.objects.update(due_at=began)
    return Run.objects.get()


def claim(run: Run, when: dt.datetime) -> Sequence[Claimed]:
    with clock_at(when):
        return claim_recipients(run=run, parts=10).texts


def outcome(number: str = ADA) -> tuple[str, str]:
    row = Outbound.objects.get(number=number)
    return row.state, row.reason


def test_by_day_it_leaves(programme: OptInCampaign) -> None:
    claim(frozen(programme, NOON), NOON)
    assert outcome() == (State.SENDING, "")


def test_by_night_it_waits_for_the_hours_to_begin(programme: OptInCampaign) -> None:
    run = frozen(programme, NIGHT)
    claim(run, NIGHT)
    assert outcome() == (State.QUEUED, Reason.HELD_FOR_HOURS)
    assert Outbound.objects.get().due_at == MORNING


def test_what_waits_is_not_looked_at_again_before_its_time(programme: OptInCampaign) -> None:
    run = frozen(programme, NIGHT)
    claim(run, NIGHT)
    for when, runs in ((MORNING - dt.timedelta(seconds=1), 0), (MORNING, 1)):
        with clock_at(when):
            assert open_runs(run.sender).count() == runs


def test_what_waited_leaves_in_the_morning(programme: OptInCampaign) -> None:
    run = frozen(programme, NIGHT)
    claim(run, NIGHT)
    claim(run, MORNING)
    assert outcome() == (State.SENDING, "")


def test_a_message_may_leave_them_out_instead(programme: OptInCampaign) -> None:
    claim(frozen(programme, NIGHT, outside_hours="skip"), NIGHT)
    assert outcome() == (State.SKIPPED, Reason.OUTSIDE_HOURS)


def test_where_it_is_day_it_leaves_while_others_wait(programme: OptInCampaign) -> None:
    claim(frozen(programme, NIGHT, ADA, BOB), NIGHT)
    assert (outcome(ADA)[0], outcome(BOB)) == (State.QUEUED, (State.SENDING, ""))


def test_a_slow_sender_does_not_find_sleepers_one_by_one(programme: OptInCampaign) -> None:
    run = frozen(programme, NIGHT, *(f"+1313555{n}" for n in range(4000, 4020)), BOB)
    with clock_at(NIGHT):
        claim_recipients(run=run, parts=1)
        claim_recipients(run=run, parts=1)
    assert outcome(BOB)[0] == State.SENDING


def test_the_profile_goes_before_the_number(programme: OptInCampaign) -> None:
    run = frozen(programme, NIGHT, person={"time_zone": "Pacific/Honolulu", "state": "HI"})
    claim(run, NIGHT)
    assert outcome()[0] == State.SENDING


def test_who_must_not_be_texted_is_not_held(programme: OptInCampaign) -> None:
    run = frozen(programme, NIGHT)
    factories.suppression(ADA)
    claim(run, NIGHT)
    assert outcome() == (State.SKIPPED, Reason.SUPPRESSED)


def test_what_staff_change_in_the_table_holds_at_once(programme: OptInCampaign) -> None:
    times = {f"{day}_{end}": time for day in ("weekdays", "saturday", "sunday")
             for end, time in (("opens", "00:00"), ("closes", "00:00"))}  # fmt: skip
    for region in ("US", "US-MI"):
        LawfulHours.objects.create(region=region, source="A test", **times)
    claim(frozen(programme, NIGHT), NIGHT)
    assert outcome()[0] == State.SENDING


def test_with_the_switch_off_it_leaves_at_night(programme: OptInCampaign, settings: Settings) -> None:
    settings.QUIET_HOURS = False
    claim(frozen(programme, NIGHT), NIGHT)
    assert outcome()[0] == State.SENDING


def test_nothing_leaves_the_carriers_queue_after_the_hours(programme: OptInCampaign, settings: Settings) -> None:
    half_past_eight = at("04T20:30")
    [text] = claim(frozen(programme, NOON), half_past_eight)
    assert text.validity_seconds is not None
    handed_over = half_past_eight + settings.RESCUE_AFTER + dt.timedelta(seconds=2 * settings.TWILIO_TIMEOUT)
    last_moment = handed_over + dt.timedelta(seconds=text.validity_seconds)
    assert last_moment <= at("04T21:00")


def test_the_request_bounds_how_long_the_carrier_may_wait(wire: ScriptedServer, short_code: Sender) -> None:
    wire.will(created())
    frozen(factories.opt_in_campaign(sender=short_code), NOON)
    with clock_at(at("04T20:30")):
        send_due(seconds=2)
    [request] = wire.requests
    assert 0 < int(request.form["ValidityPeriod"]) <= 30 * 60


def test_a_window_that_closes_within_minutes_is_closed(programme: OptInCampaign) -> None:
    claim(frozen(programme, NOON), at("04T20:59"))
    assert outcome() == (State.QUEUED, Reason.HELD_FOR_HOURS)


def test_nothing_leaves_the_carriers_queue_after_the_campaigns_end(programme: OptInCampaign) -> None:
    run = frozen(programme, NOON)
    Campaign.objects.filter(pk=run.campaign_id).update(ends_at=NOON + HOUR)
    [text] = claim(Run.objects.get(), NOON)
    assert text.validity_seconds is not None
    assert text.validity_seconds < HOUR.total_seconds()


def test_too_late_is_not_sent(programme: OptInCampaign) -> None:
    run = frozen(programme, NOON, late_after_hours=6)
    claim(run, NOON + 6 * HOUR)
    assert outcome() == (State.SKIPPED, Reason.TOO_LATE)


def test_a_held_text_is_as_late_as_it_would_be_without(programme: OptInCampaign) -> None:
    run = frozen(programme, NIGHT, late_after_hours=6)
    claim(run, NIGHT)
    claim(run, MORNING)
    assert outcome() == (State.SKIPPED, Reason.TOO_LATE)
    finish_runs()
    assert Run.objects.get().state == Run.State.FINISHED


def test_the_usual_limit_is_a_setting(programme: OptInCampaign, settings: Settings) -> None:
    settings.LATE_AFTER = 2 * HOUR
    run = frozen(programme, NOON)
    claim(run, NOON + 2 * HOUR)
    assert outcome() == (State.SKIPPED, Reason.TOO_LATE)
