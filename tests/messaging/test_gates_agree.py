"""One person or many, before or at the send: every surface gives the same answer about generated people."""

import datetime as dt
import uuid
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from campaigns.models import Customer
from messaging.actions.claiming import claim_recipients
from messaging.actions.runs import start_due
from messaging.gates import estimate
from messaging.models import Outbound, Run, SmsMessage
from messaging.states import Reason, State
from messaging.why import why
from optins.actions.opting_out import opt_out_number
from optins.models import OptInCampaign
from tests import factories
from tests.messaging.clocks import clock_at

pytestmark = pytest.mark.django_db

HELD = Reason.HELD_FOR_HOURS
NUMBERS = ("+13135550101", "+13135550102", "+13105550103", "+18085550104", "+447400123456", "")
person = st.fixed_dictionaries(
    {
        "number": st.sampled_from(NUMBERS),
        "subscribed": st.sampled_from(["yes", "yes", "no", "out"]),
        "suppressed": st.sampled_from([False, False, True]),
        "state": st.sampled_from(["", "MI", "FL", "TX"]),
        "time_zone": st.sampled_from(["", "", "America/Denver", "Pacific/Honolulu"]),
        "first_name": st.sampled_from(["Ada", ""]),
        "birth_date": st.sampled_from([None, "1990-01-01", "2020-01-01"]),
    }
)


@pytest.fixture
def programme(request: pytest.FixtureRequest) -> OptInCampaign:
    product: Settings = request.getfixturevalue("settings")
    product.QUIET_HOURS = True
    return factories.opt_in_campaign(restriction="minimum_age", minimum_age=18)


def live_in(programme: OptInCampaign, given: dict[str, Any]) -> Customer:
    kept = {name: given[name] for name in ("state", "time_zone", "first_name", "birth_date")}
    number = given["number"]
    made = factories.customer(numbers=[number] if number else [], **kept)
    if number and given["subscribed"] != "no":
        factories.subscription(programme, made, number)
    if number and given["subscribed"] == "out":
        opt_out_number(number=number, by=factories.TESTS, programme_id=programme.pk)
    if number and given["suppressed"]:
        factories.suppression(number)
    return made


def texted(programme: OptInCampaign, number: str, times: int) -> None:
    """So many texts of other campaigns within the last minutes."""
    for _ in range(times):
        other = factories.triggered(programme, "never")
        factories.messaging_campaign(other)
        run = Run.objects.get(message=other)
        sent = {"state": State.DELIVERED, "claimed_at": timezone.now(), "attempt_id": uuid.uuid4()}
        Outbound.objects.create(kind="campaign", run=run, number=number, sender=run.sender, **sent)


def claimed(run: Run, now: dt.datetime) -> dict[int | None, tuple[str, dt.datetime | None]]:
    """What became of each person: the reason that left them out, or blank, and until when they wait."""
    with clock_at(now):
        claim_recipients(run=run, parts=1000)
    return {
        row.customer_id: (row.reason if row.state == State.SKIPPED else "", row.due_at if row.reason == HELD else None)
        for row in Outbound.objects.filter(run=run)
    }


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(person, min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(NUMBERS[:4]), st.integers(1, 4), max_size=2),
    st.integers(1, 47),
)
def test_all_gates_agree(programme: OptInCampaign, people: list[Any], had: dict[str, int], hours: int) -> None:
    with transaction.atomic():
        customers = [live_in(programme, given) for given in people]
        for number, times in had.items():
            texted(programme, number, times)
        made = factories.scheduled(programme, "Hi {{ first_name }}")
        factories.messaging_campaign(made)
        message = SmsMessage.objects.select_related("campaign", "programme", "sender").get(pk=made.pk)
        now = timezone.now() + hours * dt.timedelta(hours=1)
        with clock_at(now):
            one_by_one = {row.pk: why(message, row, now=now) for row in customers}
            together = estimate(message)
        start_due()
        sent = claimed(Run.objects.get(message=message), now)
        assert {pk: (told.reason, told.leaves_at) for pk, told in one_by_one.items()} == sent
        reasons = Counter(told.reason for told in one_by_one.values())
        assert (reasons.pop("", 0), reasons) == (together.reachable, Counter(together.skipped))
        # And the list of answers says no exactly where the first reason does.
        for told in one_by_one.values():
            noes = [answer.reason for answer in told.answers if not answer.passes]
            assert told.reason in noes if told.reason else noes in ([], [Reason.OUTSIDE_HOURS])
        transaction.set_rollback(True)
