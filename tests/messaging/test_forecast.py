"""What is forecast is what happens: a run is played on a frozen clock, and nothing differs."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from campaigns.models import Campaign
from messaging.actions.claiming import claim_recipients
from messaging.actions.runs import follow_clock, start_due
from messaging.forecast import forecast
from messaging.models import Outbound, Run, SmsMessage
from messaging.places import Known, place_of
from messaging.states import Reason, State
from messaging.timetable import Terms, rehearse
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


def played(made: SmsMessage, *, each: int, days: int = 4) -> tuple[dict[dt.datetime, int], Counter[str]]:
    """The real claim, twice an hour for some days, on a frozen clock: what left in each hour, and who did not."""
    start_due()
    Run.objects.update(due_at=EVENING)
    Outbound.objects.update(due_at=EVENING)
    run, left, now = Run.objects.get(message=made), Counter[dt.datetime](), EVENING
    while now < EVENING + days * 24 * HOUR and (made.campaign.ends_at is None or now < made.campaign.ends_at):
        with clock_at(now):
            # A worker that only found sleepers looks again at once.
            texts = claim_recipients(run=run, parts=each).texts or claim_recipients(run=run, parts=each).texts
            left[now.replace(minute=0)] += len(texts)
        now += HALF_HOUR
    if made.campaign.ends_at is not None:
        Campaign.objects.filter(pk=made.campaign_id).update(ends_at=dt.datetime.now(dt.UTC))
        follow_clock()
    gone = Outbound.objects.filter(state__in=[State.SKIPPED, State.CANCELLED])
    return {hour: n for hour, n in left.items() if n}, Counter(gone.values_list("reason", flat=True))


def agrees(made: SmsMessage, *, each: int) -> bool:
    """Whether the forecast is what happens when `each` texts leave every half hour."""
    told = forecast(made, begins=EVENING, per_second=each / HALF_HOUR.total_seconds())
    left, skipped = played(made, each=each)
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


@given(st.dictionaries(st.sampled_from([MICHIGAN, FLORIDA, CALIFORNIA, HAWAII, "+1800555", "+1850555"]),
                       st.integers(0, 500)), st.floats(0.001, 5), st.integers(1, 96), st.booleans())  # fmt: skip
def test_nobody_is_lost_in_a_forecast(counts: dict[str, int], rate: float, hours: int, holds: bool) -> None:
    from_law = {place_of(Known(f"{prefix}0101")): count for prefix, count in counts.items()}
    terms = Terms(EVENING, EVENING + hours * HOUR, Reason.TOO_LATE, rate, None, HOUR, holds)
    told = rehearse(from_law, terms)
    assert sum(told.leaving.values()) + sum(told.skipped.values()) == sum(from_law.values())
