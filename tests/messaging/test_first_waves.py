"""First waves: some people are texted first, and how they take it decides about the others."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.roles import LAUNCHER, MARKETER
from messaging.actions.campaigns import cancel
from messaging.actions.runs.judging import judge_waves
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.models import MessagingCampaign, Outbound, Run
from messaging.states import Reason, State
from optins.actions.opting_out import opt_out_number
from tests import factories
from tests.factories import TESTS, signed_in
from tests.fixtures.product import Product
from tests.messaging.admin.screens import add, only_message, page, typed
from tests.messaging.clocks import clock_at

pytestmark = pytest.mark.django_db(transaction=True)

REACHED = [f"+1313555{5000 + place}" for place in range(8)]
UNREACHABLE = [f"+1500555030{place}" for place in range(3, 9)]
HELD = Reason.HELD_FOR_FIRST_WAVE


def campaign_to(product: Product, *numbers: str, wait: int = 0, **fields: Any) -> MessagingCampaign:
    """To these numbers, one of whom is texted first unless `fields` say otherwise, and judged at once."""
    programme = factories.opt_in_campaign(sender=product.short_code)
    for number in numbers:
        factories.subscription(programme, factories.customer(numbers=[number]))
    wave: dict[str, Any] = {"first_wave": 1, "first_wave_unit": "people", "first_wave_wait": wait, **fields}
    return factories.messaging_campaign(factories.scheduled(programme, **wave))


def work(product: Product) -> None:
    """What beat and the workers do, two rounds of it."""
    for _ in range(2):
        product.work()
        judge_waves()


def states() -> list[str]:
    return sorted(Outbound.objects.values_list("state", flat=True))


def run() -> Run:
    return Run.objects.get()


@pytest.mark.parametrize(("size", "unit", "first"), [(3, "people", 3), (50, "percent", 4), (1, "percent", 1)])
def test_only_the_first_wave_leaves_and_the_others_are_held(product: Product, size: int, unit: str, first: int) -> None:
    campaign_to(product, *REACHED, wait=30, first_wave=size, first_wave_unit=unit)
    work(product)
    assert states() == [State.DELIVERED] * first + [State.QUEUED] * (8 - first)
    assert set(Outbound.objects.filter(state=State.QUEUED).values_list("reason", flat=True)) == {HELD}
    assert (run().wave, run().wave_people) == (Run.Wave.FIRST, first)


def test_the_first_leave_while_the_others_are_still_written(product: Product, settings: Settings) -> None:
    settings.FREEZE_CHUNK = 2
    campaign_to(product, *REACHED, wait=30, first_wave=50, first_wave_unit="percent")
    start_due(seconds=0)
    assert (run().frozen_at, run().wave, run().wave_people) == (None, Run.Wave.WAITING, 1)
    assert len(claim_recipients(run=run(), parts=10).texts) == 1
    judge_waves()
    assert run().wave == Run.Wave.WAITING


@pytest.mark.parametrize(("size", "unit"), [(4, "people"), (50, "percent"), (45, "percent")])
def test_each_part_of_the_audience_has_its_share_of_the_first(
    product: Product, settings: Settings, size: int, unit: str
) -> None:
    settings.FREEZE_CHUNK = 2
    campaign_to(product, *REACHED, wait=30, first_wave=size, first_wave_unit=unit)
    start_due()
    judge_waves()
    first = [reason != HELD for reason in Outbound.objects.order_by("customer").values_list("reason", flat=True)]
    assert (sum(first), run().wave_people) == (4, 4)
    if size != 45:
        assert [sum(first[place : place + 2]) for place in range(0, 8, 2)] == [1, 1, 1, 1]


def test_more_people_than_there_are_are_all_first(product: Product, settings: Settings) -> None:
    settings.FREEZE_CHUNK = 3
    campaign_to(product, *REACHED, wait=30, first_wave=20)
    work(product)
    assert states() == [State.DELIVERED] * 8
    assert run().wave_people == 8


def test_the_others_follow_by_themselves_when_it_turned_out_well(product: Product, settings: Settings) -> None:
    settings.FREEZE_CHUNK = 3
    campaign_to(product, *REACHED, first_wave=2)
    work(product)
    work(product)
    assert states() == [State.DELIVERED] * 8
    assert (run().wave, run().state) == (Run.Wave.REST, Run.State.FINISHED)
    assert run().wave_verdict.startswith("Of the first 2 people 0 failed and 0 opted out: within the limits")


def test_nothing_is_judged_before_there_was_time_to_answer(product: Product) -> None:
    campaign_to(product, *REACHED, wait=30)
    work(product)
    for minutes, wave in ((29, Run.Wave.FIRST), (31, Run.Wave.REST)):
        with clock_at(timezone.now() + dt.timedelta(minutes=minutes)):
            judge_waves()
        assert run().wave == wave


def test_failures_above_the_limit_pause_the_campaign_with_the_reason(product: Product) -> None:
    campaign = campaign_to(product, *UNREACHABLE, first_wave=2)
    work(product)
    campaign.refresh_from_db()
    assert states() == [State.FAILED] * 2 + [State.QUEUED] * 4
    assert (campaign.state, campaign.pause_cause, run().wave) == ("paused", "", Run.Wave.STOPPED)
    said = "The first wave stopped itself: of 2 people 2 failed (100 %; at most 10 % may)."
    assert campaign.pause_reason.startswith(said)
    home = signed_in(LAUNCHER).get(page("index")).text
    assert said in home


def test_a_share_at_the_limit_is_no_reason_to_stop(product: Product) -> None:
    campaign_to(product, *UNREACHABLE, first_wave=4, first_wave_failed=100)
    work(product)
    assert run().wave == Run.Wave.REST


def test_a_wave_that_was_everybody_needs_no_verdict(product: Product) -> None:
    campaign = campaign_to(product, *REACHED[:2], first_wave=5)
    work(product)
    assert run().state == Run.State.FINISHED
    assert "wave" not in piece(campaign)


def test_opt_outs_above_the_limit_pause_it_too(product: Product) -> None:
    campaign = campaign_to(product, *REACHED, wait=30, first_wave=2)
    work(product)
    first = Outbound.objects.filter(state=State.DELIVERED).order_by("pk")[0]
    product.text_in(first.number, "STOP")
    with clock_at(timezone.now() + dt.timedelta(minutes=31)):
        judge_waves()
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    assert "1 opted out (50 %; at most 2 % may)" in campaign.pause_reason


def test_to_resume_lets_the_others_go_and_to_cancel_lets_none(product: Product) -> None:
    campaign = campaign_to(product, *UNREACHABLE)
    work(product)
    answer = signed_in(LAUNCHER).post(page("messaging_messagingcampaign_move", campaign.pk, "resume"), follow=True)
    assert "was resumed" in answer.text
    judge_waves()
    work(product)
    assert states() == [State.FAILED] * 6
    assert run().wave_verdict.endswith("Somebody resumed it.")


def test_to_cancel_gives_up_who_is_held(product: Product) -> None:
    campaign = campaign_to(product, *UNREACHABLE)
    work(product)
    cancel(campaign=campaign, by=TESTS)
    judge_waves()
    assert states() == [State.CANCELLED] * 5 + [State.FAILED]


def test_with_nobody_left_to_judge_by_others_are_the_first(product: Product) -> None:
    campaign_to(product, *REACHED[:3], wait=30)
    start_due()
    judge_waves()
    chosen = Outbound.objects.exclude(reason=HELD).get()
    opt_out_number(number=chosen.number, reason="asked by phone", by=TESTS)
    work(product)
    product.work()
    assert states() == [State.DELIVERED, State.QUEUED, State.SKIPPED]


def test_who_is_held_until_it_is_too_late_is_left_out(product: Product) -> None:
    campaign_to(product, *REACHED[:2], wait=30, late_after_hours=1)
    work(product)
    with clock_at(timezone.now() + dt.timedelta(hours=2)):
        product.work()
    assert Outbound.objects.get(state=State.SKIPPED).reason == Reason.TOO_LATE


def piece(campaign: MessagingCampaign) -> str:
    answer = signed_in(LAUNCHER).get(page("messaging_smsmessage_progress", campaign.messages.get().pk))
    return " ".join(answer.text.split())


def test_the_running_page_tells_how_it_goes_and_the_verdict(product: Product) -> None:
    campaign = campaign_to(product, *UNREACHABLE, wait=30, first_wave=2)
    product.work()
    assert "The first wave leaves while the others are still written: 2 people so far." in piece(campaign)
    work(product)
    shown = piece(campaign)
    assert "First wave of 2." in shown
    assert "Of the first 2 people 2 failed and 0 opted out: above the limits. 4 people wait" in shown
    assert "It is judged at" in shown
    with clock_at(timezone.now() + dt.timedelta(minutes=31)):
        judge_waves()
    assert "4 people wait. To resume the campaign sends to all of them" in piece(campaign)


@pytest.fixture
def marketer() -> Client:
    return signed_in(MARKETER)


def save(client: Client, **fields: str) -> str:
    """Post a new message; the page that answers."""
    factories.global_campaign()
    campaign = factories.messaging_campaign(live=False)
    answer = add(client, campaign.pk, **fields)
    return answer.text if answer.status_code == 200 else ""


def test_a_message_has_no_first_wave_unless_somebody_sets_one(marketer: Client) -> None:
    save(marketer)
    assert not only_message().has_first_wave
    where = page("messaging_smsmessage_change", only_message().pk)
    rules = {"first_wave_wait": "45", "first_wave_failed": "7.5", "first_wave_opt_outs": "1"}
    marketer.post(where, typed(first_wave="10", first_wave_unit="percent", **rules))
    stored = only_message()
    assert (stored.first_wave, stored.first_wave_wait, float(stored.first_wave_failed)) == (10, 45, 7.5)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"first_wave": "100", "first_wave_unit": "percent"}, "A first wave is 1 to 99 % of the people"),
        ({"first_wave": "0", "first_wave_unit": "people"}, "A first wave is 1 to 99 % of the people"),
        ({"first_wave": "5", "first_wave_wait": ""}, "A first wave needs this."),
        ({"first_wave": "5", "first_wave_failed": "101"}, "less than or equal to 100"),
    ],
)
def test_a_first_wave_that_makes_no_sense_is_refused(marketer: Client, fields: dict[str, str], said: str) -> None:
    assert said in save(marketer, **fields)


def test_a_triggered_message_has_none(marketer: Client) -> None:
    save(marketer, delivery="triggered", event_name="paid", first_wave="5", first_wave_unit="people")
    assert only_message().first_wave is None
