"""What is forecast is what happens: a run is played on a frozen clock, and nothing differs."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from campaigns.models import Campaign
from messaging.actions.runs.lifecycle import follow_clock, start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.launch.forecast import forecast
from messaging.launch.timetable import Crowd, Terms, rehearse
from messaging.lawful.places import Known, place_of
from messaging.models import Run, SmsMessage
from messaging.states import Reason, State
from optins.models import OptInCampaign
from tests import factories
from tests.messaging.clocks import clock_at

pytestmark = pytest.mark.django_db

HALF_HOUR, HOUR = dt.timedelta(minutes=30), dt.timedelta(hours=1)
# 19:30 in Michigan, a Tuesday.
EVENING = dt.datetime(2031, 2, 5, 0, 30, tzinfo=dt.UTC)
MICHIGAN, FLORIDA, CALIFORNIA, HAWAII = "+1313555", "+1305555", "+1310555", "+1808555"


@pytest.fixture(autouse=True)
def hours_are_kept(settings: Settings) -> None:
    settings.QUIET_HOURS = True


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


def people(programme: OptInCampaign, **counts: int) -> None:
    prefixes = {"michigan": MICHIGAN, "florida": FLORIDA, "california": CALIFORNIA, "hawaii": HAWAII}
    for place, count in counts.items():
        for n in range(count):
            factories.subscription(programme, factories.customer(numbers=[f"{prefixes[place]}{4100 + n}"]))


def message(programme: OptInCampaign, **fields: Any) -> SmsMessage:
    made = factories.scheduled(programme, **fields)
    factories.messaging_campaign(made)
    return SmsMessage.objects.select_related("campaign", "programme", "sender").get(pk=made.pk)


def played(made: SmsMessage, *, each: int, begins: dt.datetime) -> tuple[dict[dt.datetime, int], Counter[str]]:
    """The real claim, twice an hour for some days, on a frozen clock: what left in each hour, and who did not."""
    start_due()
    run, left, now = Run.objects.get(message=made), Counter[dt.datetime](), begins
    Run.objects.filter(pk=run.pk).update(due_at=begins)
    run.recipients.update(due_at=begins)
    run.refresh_from_db()
    while now < begins + 4 * 24 * HOUR and (made.campaign.ends_at is None or now < made.campaign.ends_at):
        with clock_at(now):
            # A worker that only found sleepers looks again at once.
            texts = claim_recipients(run=run, parts=each).texts or claim_recipients(run=run, parts=each).texts
            left[now.replace(minute=0)] += len(texts)
        now += HALF_HOUR
    if made.campaign.ends_at is not None:
        Campaign.objects.filter(pk=made.campaign_id).update(ends_at=dt.datetime.now(dt.UTC))
        follow_clock()
    gone = run.recipients.filter(state__in=[State.SKIPPED, State.CANCELLED])
    return {hour: n for hour, n in left.items() if n}, Counter(gone.values_list("reason", flat=True))


def agrees(made: SmsMessage, *, each: int, begins: dt.datetime = EVENING) -> bool:
    """Whether the forecast is what happens when `each` texts leave every half hour."""
    told = forecast(made, begins=begins, per_second=each / HALF_HOUR.total_seconds())
    left, skipped = played(made, each=each, begins=begins)
    return (dict(told.leaving), Counter(told.skipped)) == (left, skipped)


def test_a_night_in_one_place_at_a_slow_rate(programme: OptInCampaign) -> None:
    people(programme, michigan=9)
    assert agrees(message(programme), each=1)


def test_several_places_each_by_their_own_night(programme: OptInCampaign) -> None:
    people(programme, michigan=3, florida=2, california=4, hawaii=2)
    assert agrees(message(programme), each=100)


def test_who_is_asleep_may_be_left_out(programme: OptInCampaign) -> None:
    people(programme, florida=4, michigan=3, hawaii=1)
    EVENING_IN_FLORIDA = EVENING + 29 * dt.timedelta(minutes=1)
    told = forecast(message(programme, outside_hours="skip"), begins=EVENING_IN_FLORIDA)
    assert told.skipped == {Reason.OUTSIDE_HOURS: 4}


def test_the_end_of_the_campaign_ends_the_forecast(programme: OptInCampaign) -> None:
    people(programme, michigan=4, hawaii=2)
    made = message(programme)
    Campaign.objects.filter(pk=made.campaign_id).update(ends_at=EVENING + 2 * HOUR)
    made.campaign.refresh_from_db()
    assert agrees(made, each=1)


def test_too_late_is_forecast(programme: OptInCampaign) -> None:
    people(programme, michigan=8)
    assert agrees(message(programme, late_after_hours=2), each=1)


def had_one(programme: OptInCampaign, settings: Settings, *, at: dt.datetime) -> None:
    """Everybody who is in the programme so far has had a text at that moment, and may have one a day."""
    settings.FREQUENCY_CAP, settings.QUIET_HOURS = 1, False
    earlier = message(programme)
    start_due()
    Run.objects.update(due_at=at)
    with clock_at(at):
        assert claim_recipients(run=Run.objects.get(message=earlier), parts=100).texts
    settings.QUIET_HOURS = True


def test_who_has_had_enough_is_forecast_to_be_left_out(programme: OptInCampaign, settings: Settings) -> None:
    people(programme, michigan=2, hawaii=1)
    had_one(programme, settings, at=EVENING - 10 * HOUR)
    people(programme, california=3)
    made = message(programme)
    assert forecast(made, begins=EVENING).skipped == {Reason.FREQUENCY_CAP: 3}
    assert agrees(made, each=100)


@pytest.mark.parametrize(("hours_ago", "leave"), [(12, 0), (14, 3)])
def test_who_sleeps_is_asked_in_the_morning_whether_they_have_had_enough(
    programme: OptInCampaign, settings: Settings, hours_ago: int, leave: int
) -> None:
    people(programme, michigan=3)
    # In Michigan it is half past nine, and eight at 13:00 by UTC; the day since the text is over before, or after.
    begins = EVENING + 2 * HOUR
    had_one(programme, settings, at=begins - hours_ago * HOUR)
    made = message(programme)
    assert sum(forecast(made, begins=begins).leaving.values()) == leave
    assert agrees(made, each=100, begins=begins)


def test_it_tells_how_many_wait_at_first(programme: OptInCampaign) -> None:
    people(programme, florida=3, hawaii=2)
    told = forecast(message(programme), begins=EVENING + HALF_HOUR)
    assert told.held == 3
    assert sum(told.leaving.values()) == 5


def test_without_quiet_hours_the_rate_alone_decides(programme: OptInCampaign, settings: Settings) -> None:
    settings.QUIET_HOURS = False
    people(programme, michigan=3)
    told = forecast(message(programme), begins=EVENING, per_second=1 / 3600)
    assert list(told.leaving.values()) == [1, 1, 1]


@settings_of(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from([MICHIGAN, FLORIDA, CALIFORNIA, HAWAII, "+1800555", "+1850555"]),
                       st.integers(0, 500)), st.floats(0.001, 5), st.integers(1, 96), st.booleans())  # fmt: skip
def test_nobody_is_lost_in_a_forecast(counts: dict[str, int], rate: float, hours: int, holds: bool) -> None:
    from_law = Counter[Crowd]()
    for prefix, count in counts.items():
        from_law[Crowd(place_of(Known(f"{prefix}0101")), EVENING + count % 9 * HOUR)] += count
    terms = Terms(EVENING, EVENING + hours * HOUR, Reason.TOO_LATE, rate, None, HOUR, holds)
    told = rehearse(from_law, terms)
    assert sum(told.leaving.values()) + sum(told.skipped.values()) == sum(from_law.values())
