"""One person or many, before, at or after the send: every surface says the same about generated people."""

import datetime as dt
import json
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
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.census.counting import count_people
from messaging.census.tally import Tally
from messaging.census.whom import people_of
from messaging.census.why import Why, why
from messaging.gates import EVERYBODY, estimate
from messaging.models import Outbound, Run, SmsMessage
from messaging.states import Reason, State
from optins.actions.opting_out import opt_out_number
from optins.models import OptInCampaign
from tests import factories
from tests.commands import said, told
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


def foretold(message: SmsMessage) -> dict[str, Counter[str]]:
    """How many people each surface would leave out for each reason; the blank one are those who get it."""
    card, rendered = estimate(message), Tally()
    count_people(message, rendered, between=EVERYBODY)
    listed = {reason: people_of(message, reason).people for reason in ("", *card.skipped)}
    return {
        "the audience card": Counter({"": card.reachable, **card.skipped}),
        "the census of the review page": Counter({"": rendered.reachable, **rendered.skipped}),
        "the people behind each figure": Counter({reason: len(people) for reason, people in listed.items()}),
    }


def told_afterwards(message: SmsMessage) -> dict[str, Counter[str]]:
    """The same by the commands, once the send worker has looked at everybody."""
    status = told("campaign_status", message.campaign_id)
    skipped = {row["reason"]: row["count"] for row in status["reasons"] if row["state"] == State.SKIPPED}
    lines = map(json.loads, said("export_messages", message.campaign_id, "--json").splitlines())
    return {
        "campaign_status": Counter({"": status["planned"] - status["skipped"], **skipped}),
        "export_messages": Counter(line["reason"] if line["state"] == State.SKIPPED else "" for line in lines),
    }


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(person, min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(NUMBERS[:4]), st.integers(1, 4), max_size=2),
    st.integers(1, 47),
)
def test_all_surfaces_agree(programme: OptInCampaign, people: list[Any], had: dict[str, int], hours: int) -> None:
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
            before = foretold(message)
        start_due()
        sent = claimed(Run.objects.get(message=message), now)
        assert {pk: (answer.reason, answer.leaves_at) for pk, answer in one_by_one.items()} == sent
        for surface, counted in told_afterwards(message).items():
            assert counted == Counter(reason for reason, _ in sent.values()), surface
        for surface, counted in before.items():
            assert counted == Counter(reason_now(answer) for answer in one_by_one.values()), surface
        for answer in one_by_one.values():
            check_list(answer)
        transaction.set_rollback(True)


def noes(told: Why) -> list[str]:
    return [answer.reason for answer in told.answers if not answer.passes]


def reason_now(told: Why) -> str:
    """Figures before a send count who has had enough now, also those who are asked again in the morning."""
    return Reason.FREQUENCY_CAP if not told.reason and Reason.FREQUENCY_CAP in noes(told) else told.reason


def check_list(told: Why) -> None:
    """The list of answers says no exactly where the first reason does; at night the cap only waits."""
    if told.reason:
        assert told.reason in noes(told)
    else:
        assert noes(told) in ([], [Reason.OUTSIDE_HOURS], [Reason.FREQUENCY_CAP, Reason.OUTSIDE_HOURS])
