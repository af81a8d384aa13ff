"""What was approved and launched starts as it was approved, or waits until somebody approves what it is now."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.actors import Actor
from campaigns.models import AuditEntry, Customer, Segment
from config.roles import ADMIN
from messaging.actions.campaigns import cancel
from messaging.actions.runs.freezing import freeze_chunk
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.triggers import receive_event
from messaging.models import Approval, Census, LaunchRules, MessagingCampaign, Outbound, Run, SmsMessage
from optins.models import OptInCampaign
from tests import factories
from tests.commands import said, told
from tests.factories import signed_in
from tests.messaging.admin.screens import looked_at, page, reviewed

pytestmark = pytest.mark.django_db

BODY = "Acme: hi, spring has come. Reply STOP to cancel."
MICHIGAN = {"all": [{"field": "state", "operator": "is", "value": "MI"}]}
OHIO = {"all": [{"field": "state", "operator": "is", "value": "OH"}]}
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def rules() -> None:
    LaunchRules.objects.update_or_create(only=True, defaults={"needs_approval": True})


@pytest.fixture
def programme() -> OptInCampaign:
    made = factories.opt_in_campaign()
    for state in ("MI", "MI", "OH"):
        factories.subscription(made, factories.customer(numbers=[factories.number()], state=state))
    return made


@pytest.fixture
def segment() -> Segment:
    return factories.segment(MICHIGAN, name="Near us")


def launch(message: SmsMessage, grace: Client, edsger: Client) -> MessagingCampaign:
    """A campaign with this message, approved and launched."""
    campaign = factories.messaging_campaign(message, live=False, due=False)
    address = page("messaging_messagingcampaign_move", campaign.pk, "launch")
    reviewed(grace, address, act="ask")
    reviewed(edsger, address, act="approve")
    assert "was launched" in reviewed(grace, address).text
    return campaign


@pytest.fixture
def campaign(grace: Client, edsger: Client, programme: OptInCampaign, segment: Segment) -> MessagingCampaign:
    """Two people of Michigan, in two days."""
    at = timezone.now() + 2 * HOUR
    return launch(
        factories.scheduled(programme, BODY, name="Spring", scheduled_for=at, segment_in=segment), grace, edsger
    )


def its_time_comes(*, late: dt.timedelta = dt.timedelta(0)) -> None:
    """The clock reaches the time of what is launched, which is what was approved."""
    for message in SmsMessage.objects.all():
        at = timezone.now() - late
        SmsMessage.objects.filter(pk=message.pk).update(scheduled_for=at)
        for approval in message.approvals.all():
            told = {**approval.facts, "Delivery date and time": at.astimezone(dt.UTC).isoformat(timespec="seconds")}
            Approval.objects.filter(pk=approval.pk).update(facts=told)
    start_due()


def change(segment: Segment) -> None:
    Segment.objects.filter(pk=segment.pk).update(rule=OHIO)


def review_of(campaign: MessagingCampaign) -> str:
    return page("messaging_smsmessage_launch", campaign.messages.get().pk)


def approve_again(campaign: MessagingCampaign, grace: Client, edsger: Client) -> Any:
    reviewed(grace, review_of(campaign), act="ask")
    return reviewed(edsger, review_of(campaign), act="approve")


def test_what_is_as_it_was_approved_starts_at_its_time(campaign: MessagingCampaign) -> None:
    its_time_comes()
    assert (Outbound.objects.count(), Run.objects.get().held_at) == (2, None)


def test_a_segment_changed_after_the_launch_holds_everybody_until_it_is_approved_anew(
    campaign: MessagingCampaign, segment: Segment, grace: Client, edsger: Client
) -> None:
    change(segment)
    its_time_comes()
    start_due()
    assert (Outbound.objects.count(), Run.objects.get().state) == (0, "open")
    assert AuditEntry.objects.get(act="run.hold").detail == {"differs": ["Only people in"]}
    assert "Approved. It goes on as it is." in approve_again(campaign, grace, edsger).text
    start_due()
    assert list(Outbound.objects.values_list("customer__state", flat=True)) == ["OH"]


def test_the_difference_stands_on_home_campaign_message_report_and_review(
    campaign: MessagingCampaign, segment: Segment, grace: Client
) -> None:
    change(segment)
    its_time_comes()
    home = grace.get(page("index")).text
    assert "“Spring” waits for a new approval" in home
    assert "Not as it was approved: Only people in." in home
    pk = campaign.messages.get().pk
    for where in (
        page("messaging_messagingcampaign_change", campaign.pk), page("messaging_smsmessage_change", pk),
        page("messaging_smsmessage_report", pk), page("messaging_messagingcampaign_report", campaign.pk),
        page("messaging_smsmessage_progress", pk), review_of(campaign),
    ):  # fmt: skip
        shown = looked_at(grace, where)
        assert "it is not what another person approved" in shown
        assert "<del>Near us: People in MI.</del>" in shown, where
        assert "<ins>Near us: People in OH.</ins>" in shown, where


def test_it_is_foretold_before_its_time_and_can_be_approved_then(
    campaign: MessagingCampaign, segment: Segment, grace: Client, edsger: Client
) -> None:
    assert "waits for a new approval" not in grace.get(page("index")).text
    assert "This message is launched already." in looked_at(grace, review_of(campaign))
    change(segment)
    assert "It will not start at its time" in looked_at(grace, page("messaging_messagingcampaign_change", campaign.pk))
    assert "waits for a new approval" in grace.get(page("index")).text
    approve_again(campaign, grace, edsger)
    assert "waits for a new approval" not in grace.get(page("index")).text
    its_time_comes()
    assert Outbound.objects.count() == 1


def test_once_held_the_old_approval_does_not_come_back_with_the_old_rule(
    campaign: MessagingCampaign, segment: Segment, grace: Client
) -> None:
    change(segment)
    its_time_comes()
    Segment.objects.filter(pk=segment.pk).update(rule=MICHIGAN)
    start_due()
    assert not Outbound.objects.exists()
    assert 'value="ask"' in looked_at(grace, review_of(campaign))


@pytest.mark.parametrize("answer", ["ask", "decline", "withdraw"])
def test_while_nobody_has_approved_it_anew_it_waits(
    campaign: MessagingCampaign, segment: Segment, grace: Client, edsger: Client, answer: str
) -> None:
    change(segment)
    reviewed(grace, review_of(campaign), act="ask")
    if answer != "ask":
        reviewed(edsger if answer == "decline" else grace, review_of(campaign), act=answer, reason="No.")
    Segment.objects.filter(pk=segment.pk).update(rule=MICHIGAN)
    its_time_comes()
    assert not Outbound.objects.exists()
    assert Run.objects.get().held_at is not None


def test_a_rule_that_changes_while_the_audience_is_written_holds_the_rest(
    campaign: MessagingCampaign, segment: Segment, settings: Any, grace: Client, edsger: Client
) -> None:
    settings.FREEZE_CHUNK = 1
    SmsMessage.objects.update(scheduled_for=timezone.now())
    Approval.objects.update(facts={**Approval.objects.get().facts, "Delivery date and time": _now_of(campaign)})
    start_due(seconds=0)
    change(segment)
    assert not freeze_chunk(run_id=Run.objects.get().pk)
    assert Outbound.objects.filter(state="queued").count() == 1
    approve_again(campaign, grace, edsger)
    start_due()
    assert list(Outbound.objects.order_by("pk").values_list("customer__state", flat=True)) == ["MI", "OH"]


def _now_of(campaign: MessagingCampaign) -> str:
    at = campaign.messages.get().scheduled_for
    assert at is not None
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")


def test_what_became_dearer_than_its_ceiling_waits(
    campaign: MessagingCampaign, programme: OptInCampaign, grace: Client, edsger: Client
) -> None:
    for _ in range(3):
        factories.subscription(programme, factories.customer(numbers=[factories.number()], state="MI"))
    Census.objects.all().delete()
    its_time_comes()
    assert not Outbound.objects.exists()
    shown = looked_at(grace, review_of(campaign))
    assert re.search(r"Cost</th><td><del>USD 0.02</del></td><td><ins>USD 0.04", shown)
    approve_again(campaign, grace, edsger)
    start_due()
    assert Outbound.objects.count() == 5


def test_a_triggered_message_takes_nobody_until_it_is_approved_anew(
    grace: Client, edsger: Client, programme: OptInCampaign, segment: Segment
) -> None:
    campaign = launch(factories.triggered(programme, "paid", BODY, segment_in=segment), grace, edsger)
    one, two, ohioan = Customer.objects.order_by("pk")
    assert receive_event(event=factories.event(one, "paid")) == 1
    change(segment)
    assert receive_event(event=factories.event(ohioan, "paid")) == 0
    assert Run.objects.get().held_at is not None
    assert "Approved. It goes on" in approve_again(campaign, grace, edsger).text
    assert receive_event(event=factories.event(two, "paid")) == 0
    assert receive_event(event=factories.event(ohioan, "paid")) == 1


def test_what_waits_can_be_cancelled(campaign: MessagingCampaign, segment: Segment, grace: Client) -> None:
    change(segment)
    its_time_comes()
    cancel(campaign=campaign, by=Actor.system("somebody"))
    start_due()
    assert (Run.objects.get().state, Outbound.objects.count()) == ("cancelled", 0)
    assert "waits for a new approval" not in grace.get(page("index")).text


def test_when_it_is_too_late_nobody_is_asked_for_approval(
    campaign: MessagingCampaign, segment: Segment, grace: Client
) -> None:
    change(segment)
    its_time_comes(late=dt.timedelta(days=30))
    assert "nobody would get it" in looked_at(grace, review_of(campaign))
    reviewed(grace, review_of(campaign), act="ask")
    assert not Approval.objects.filter(state="asked").exists()


def test_when_nobody_has_to_approve_any_more_it_goes_on(campaign: MessagingCampaign, segment: Segment) -> None:
    change(segment)
    its_time_comes()
    signed_in(ADMIN).post(page("messaging_launchrules_change", LaunchRules.objects.get().pk), {})
    start_due()
    assert Outbound.objects.count() == 1


def test_what_was_launched_without_an_approval_is_bound_by_none(programme: OptInCampaign, segment: Segment) -> None:
    LaunchRules.objects.update(needs_approval=False)
    factories.messaging_campaign(factories.scheduled(programme, BODY, segment_in=segment))
    LaunchRules.objects.update(needs_approval=True)
    change(segment)
    start_due()
    assert Outbound.objects.count() == 1


def test_the_status_says_which_message_waits(campaign: MessagingCampaign, segment: Segment) -> None:
    change(segment)
    its_time_comes()
    assert told("campaign_status", campaign.pk)["unapproved"] == [campaign.messages.get().pk]
    assert "waits: it is not what another person approved" in said("campaign_status", campaign.pk)


def test_whoever_reads_another_language_approves_the_same_facts(
    campaign: MessagingCampaign, grace: Client, edsger: Client, segment: Segment
) -> None:
    change(segment)
    edsger.cookies["django_language"] = "es"
    reviewed(grace, review_of(campaign), act="ask")
    reviewed(edsger, review_of(campaign), act="approve")
    its_time_comes()
    assert Outbound.objects.count() == 1
