"""Approval by another person, on the review page: asked, given or refused, void when anything is changed."""

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from campaigns.actors import Actor
from campaigns.models import AuditEntry
from campaigns.refusals import Refused
from config.roles import ADMIN, MARKETER
from messaging.actions.approving import approve
from messaging.actions.reviewing import messages_of
from messaging.models import Approval, Census, LaunchRules, MessagingCampaign, SmsMessage
from tests import factories
from tests.factories import browser_of, signed_in, staff
from tests.messaging.admin.screens import looked_at, page, reviewed

pytestmark = pytest.mark.django_db

BODY = "Acme: hi, spring has come. Reply STOP to cancel."


@pytest.fixture(autouse=True)
def rules() -> None:
    LaunchRules.objects.update_or_create(only=True, defaults={"needs_approval": True})


@pytest.fixture
def campaign() -> MessagingCampaign:
    programme = factories.opt_in_campaign()
    for _ in range(3):
        factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    at = timezone.now() + dt.timedelta(days=2)
    message = factories.scheduled(programme, BODY, name="Spring", scheduled_for=at)
    return factories.messaging_campaign(message, live=False, due=False)


def address(campaign: MessagingCampaign) -> str:
    return page("messaging_messagingcampaign_move", campaign.pk, "launch")


def act(client: Client, campaign: MessagingCampaign, act: str = "", **typed: str) -> Any:
    """Look at the review page, tick what is to be seen, and press one of its buttons."""
    return reviewed(client, address(campaign), act=act, **typed)


def state_of(campaign: MessagingCampaign) -> str:
    campaign.refresh_from_db()
    return campaign.state


def test_what_another_person_approved_is_launched(grace: Client, edsger: Client, campaign: MessagingCampaign) -> None:
    assert "launch-form" not in looked_at(grace, address(campaign))
    assert "Approval was asked for." in act(grace, campaign, "ask").text
    shown = looked_at(edsger, address(campaign))
    for words in ("Asked for by", "grace", "USD 0.03", "Acme: hi, spring has come.", "of 3 people"):
        assert words in shown
    assert "Approved. It can be launched as it is." in act(edsger, campaign, "approve").text
    assert "was launched" in act(grace, campaign).text
    assert state_of(campaign) == "live"
    acts = AuditEntry.objects.filter(act__startswith="approval.").order_by("pk")
    assert list(acts.values_list("act", "actor")) == [("approval.ask", "grace"), ("approval.approve", "edsger")]


def test_nobody_approves_what_they_asked_for(grace: Client, campaign: MessagingCampaign) -> None:
    act(grace, campaign, "ask")
    assert 'value="approve"' not in looked_at(grace, address(campaign))
    assert "somebody else has to decide" in act(grace, campaign, "approve").text
    assert Approval.objects.get().state == "asked"


def test_the_database_has_no_approval_by_who_asked(grace: Client, campaign: MessagingCampaign) -> None:
    act(grace, campaign, "ask")
    asker = User.objects.get(username="grace")
    decided = {"state": "approved", "decided_at": timezone.now()}
    for who in ({"decided_by": asker, "decided_label": "somebody"}, {"decided_label": "grace"}):
        with pytest.raises(IntegrityError, match="approval_is_by_another"), transaction.atomic():
            Approval.objects.update(**decided, **who)


def test_without_an_approval_neither_screen_nor_command_launches(grace: Client, campaign: MessagingCampaign) -> None:
    assert "needs another person's approval first" in " ".join(act(grace, campaign).text.replace("&#x27;", "'").split())
    for further in ([], ["--now"]):
        with pytest.raises(CommandError, match="needs another person's approval"):
            call_command("launch_campaign", str(campaign.pk), "--by", "cron", *further)
    act(grace, campaign, "ask")
    with pytest.raises(CommandError, match="waits for another person's approval, which grace asked for"):
        call_command("launch_campaign", str(campaign.pk), "--by", "cron")
    assert state_of(campaign) == "draft"


CHANGES: dict[str, dict[str, Any]] = {
    "Text": {"body": "Acme: hi, it rains. Reply STOP to cancel."},
    "Delivery date and time": {"scheduled_for": timezone.now() + dt.timedelta(days=3)},
    "Outside lawful hours": {"outside_hours": "skip"},
    "First wave": {"first_wave": 10},
}


@pytest.mark.parametrize("what", CHANGES)
def test_any_change_voids_it_and_is_shown(
    grace: Client, edsger: Client, campaign: MessagingCampaign, what: str
) -> None:
    act(grace, campaign, "ask")
    act(edsger, campaign, "approve")
    SmsMessage.objects.update(**CHANGES[what])
    shown = looked_at(grace, address(campaign))
    assert "Void: changed since" in shown
    assert f'<th scope="row">{what}</th>' in shown
    with pytest.raises(CommandError, match=f"was changed after approval was asked for .{what.lower()}."):
        call_command("launch_campaign", str(campaign.pk), "--by", "cron")
    act(grace, campaign, "ask")
    act(edsger, campaign, "approve")
    assert "was launched" in act(grace, campaign).text
    assert sorted(Approval.objects.values_list("state", flat=True)) == ["approved", "withdrawn"]


def test_a_changed_text_is_shown_as_it_is_also_where_it_looks_like_a_rule(
    grace: Client, campaign: MessagingCampaign
) -> None:
    act(grace, campaign, "ask")
    SmsMessage.objects.update(body="Acme: {} is back. Reply STOP to cancel.")
    assert "<ins>Acme: {} is back. Reply STOP to cancel.</ins>" in looked_at(grace, address(campaign))


def test_a_segments_rule_and_the_sender_count_as_changes(
    grace: Client, edsger: Client, campaign: MessagingCampaign
) -> None:
    segment = factories.segment({}, name="Teens")
    SmsMessage.objects.update(segment_in=segment)
    act(grace, campaign, "ask")
    type(segment).objects.update(rule={"all": [{"field": "country", "operator": "is", "value": "CA"}]})
    SmsMessage.objects.update(sender=factories.sender())
    shown = looked_at(edsger, address(campaign))
    assert '<th scope="row">Target phone number</th>' in shown
    assert '<th scope="row">Only people in</th>' in shown
    assert 'value="approve"' not in shown


def test_it_is_not_approved_when_it_was_changed_while_it_was_looked_at(
    grace: Client, edsger: Client, campaign: MessagingCampaign
) -> None:
    act(grace, campaign, "ask")
    message = campaign.messages.get()
    given = {f"mark-{message.pk}": "0" * 64, "act": "approve"}
    assert "was changed since" in edsger.post(address(campaign), given, follow=True).text
    assert Approval.objects.get().state == "asked"


def test_declined_with_a_reason_it_stays_a_draft_and_whoever_asked_is_told(
    grace: Client, edsger: Client, campaign: MessagingCampaign
) -> None:
    act(grace, campaign, "ask")
    assert "Say why" in act(edsger, campaign, "decline").text
    act(edsger, campaign, "decline", reason="The price is wrong.")
    assert "The price is wrong." in looked_at(grace, address(campaign))
    home = grace.get(page("index")).text
    assert "“Spring” was declined by edsger" in home
    assert "The price is wrong." in home
    assert 'value="ask"' in looked_at(grace, address(campaign))


def test_home_lists_requests_for_those_who_may_approve_and_did_not_ask(
    grace: Client, edsger: Client, campaign: MessagingCampaign
) -> None:
    act(grace, campaign, "ask")
    asked = "grace asks you to approve “Spring”"
    assert asked in edsger.get(page("index")).text
    assert asked not in grace.get(page("index")).text
    assert asked not in signed_in(MARKETER).get(page("index")).text
    act(edsger, campaign, "approve")
    assert asked not in edsger.get(page("index")).text
    assert "“Spring” was approved by edsger" in grace.get(page("index")).text


def test_a_launch_that_became_dearer_than_its_ceiling_is_refused(
    grace: Client, edsger: Client, campaign: MessagingCampaign
) -> None:
    act(grace, campaign, "ask")
    act(edsger, campaign, "approve")
    programme = campaign.messages.get().programme
    assert programme is not None
    for _ in range(2):
        factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    Census.objects.update(finished_at=timezone.now() - dt.timedelta(hours=1))
    with pytest.raises(CommandError, match=r"was approved for USD 0.03 at most, and would now cost 0.04"):
        call_command("launch_campaign", str(campaign.pk), "--by", "cron")


@pytest.mark.parametrize("ceiling", ["0.01", "", "much"])
def test_a_ceiling_below_what_it_costs_is_refused(grace: Client, campaign: MessagingCampaign, ceiling: str) -> None:
    answer = act(grace, campaign, "ask", **{f"ceiling-{campaign.messages.get().pk}": ceiling})
    assert "costs more than the ceiling" in answer.text
    assert not Approval.objects.exists()


def test_who_asked_takes_the_request_back(grace: Client, edsger: Client, campaign: MessagingCampaign) -> None:
    act(grace, campaign, "ask")
    assert 'value="withdraw"' not in looked_at(edsger, address(campaign))
    assert "The request was taken back." in act(grace, campaign, "withdraw").text
    assert "Nobody asks for approval" in act(edsger, campaign, "approve").text


def test_who_may_approve_alone_looks_and_approves_and_cannot_launch(grace: Client, campaign: MessagingCampaign) -> None:
    user = staff(MARKETER, username="barbara")
    user.user_permissions.add(Permission.objects.get(codename="approve_message"))
    barbara = browser_of(user)
    act(grace, campaign, "ask")
    assert "Approved." in act(barbara, campaign, "approve").text
    assert "Somebody who may launch can launch it." in looked_at(barbara, address(campaign))
    assert act(barbara, campaign).status_code == 403


def test_a_marketer_neither_sees_nor_approves(grace: Client, campaign: MessagingCampaign) -> None:
    act(grace, campaign, "ask")
    assert signed_in(MARKETER).post(address(campaign), {"act": "approve"}).status_code == 403


def test_only_a_person_approves(grace: Client, campaign: MessagingCampaign) -> None:
    act(grace, campaign, "ask")
    marks = {message.pk: "" for message in messages_of(campaign)}
    with pytest.raises(Refused, match="Only a person"):
        approve(what=campaign, marks=marks, by=Actor.system("cron"))


def test_a_message_added_later_and_a_triggered_one_are_approved_too(grace: Client, edsger: Client) -> None:
    LaunchRules.objects.update(needs_approval=False)
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    LaunchRules.objects.update(needs_approval=True)
    later = factories.triggered(programme, "paid", BODY, name="Thanks", campaign=campaign)
    later.save()
    review = page("messaging_smsmessage_launch", later.pk)
    mark = re.search(r'name="(mark-\d+)" value="(\w+)"', looked_at(grace, review))
    assert mark is not None
    given = {mark[1]: mark[2]}
    grace.post(review, {**given, "act": "ask"})
    edsger.post(review, {**given, "act": "approve"})
    assert "was launched" in grace.post(review, given, follow=True).text
    later.refresh_from_db()
    assert later.state == "launched"


def test_the_approved_time_of_a_launched_message_cannot_be_moved(
    grace: Client, edsger: Client, campaign: MessagingCampaign
) -> None:
    act(grace, campaign, "ask")
    act(edsger, campaign, "approve")
    act(grace, campaign)
    day = timezone.now() + dt.timedelta(days=5)
    where = page("messaging_smsmessage_move", campaign.messages.get().pk)
    assert "approved for its time" in grace.post(where, {"date": f"{day:%Y-%m-%d}", "time": "10:00"}, follow=True).text


def test_the_rule_is_off_by_default_and_admins_turn_it_on(grace: Client, campaign: MessagingCampaign) -> None:
    rule = LaunchRules.objects.get()
    where = page("messaging_launchrules_change", rule.pk)
    assert grace.post(where, {}).status_code == 403
    signed_in(ADMIN).post(where, {})
    assert not LaunchRules.objects.get().needs_approval
    assert "approval-form" not in looked_at(grace, address(campaign))
    signed_in(ADMIN).post(where, {"needs_approval": "on"})
    assert AuditEntry.objects.filter(act="launch_rules.save").first().detail == {"needs_approval": True}  # type: ignore[union-attr]
    assert "approval-form" in looked_at(grace, address(campaign))
