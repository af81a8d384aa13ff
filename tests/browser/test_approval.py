"""Approval by another person in a real Chromium: asked for, found on Home, given by keyboard, void when changed."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from messaging.actions.campaigns import launch
from messaging.launch.fingerprint import digest, facts
from messaging.models import Approval, LaunchRules, MessagingCampaign, SmsMessage
from tests import factories
from tests.browser.conftest import SignIn
from tests.browser.test_keyboard import tab_to
from tests.fixtures.browser import Album

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = "document.documentElement.scrollWidth"


@pytest.fixture
def campaign() -> MessagingCampaign:
    LaunchRules.objects.update_or_create(only=True, defaults={"needs_approval": True})
    programme = factories.opt_in_campaign()
    for name in ("Ada", "Grace"):
        factories.subscription(programme, factories.customer(numbers=[factories.number()], first_name=name))
    body = "hi {{ first_name }}, spring has come. Reply STOP to cancel."
    at = timezone.now() + dt.timedelta(days=2)
    message = factories.scheduled(programme, body, scheduled_for=at, time_zone="America/Detroit", name="Spring")
    return factories.messaging_campaign(message, live=False, due=False)


def ask(page: Page, campaign: MessagingCampaign) -> None:
    page.goto(reverse("admin:messaging_messagingcampaign_move", args=[campaign.pk, "launch"]))
    press_ask(page)


def press_ask(page: Page) -> None:
    expect(page.get_by_role("button", name="Ask for approval")).to_be_visible()
    for box in page.locator(".ol-cautions").get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Approval was asked for.")).to_be_visible()


def approved_and_launched(campaign: MessagingCampaign) -> None:
    message = campaign.messages.get()
    Approval.objects.create(
        message=message, state=Approval.State.APPROVED, fingerprint=digest(message), facts=dict(facts(message)),
        currency="USD", asked_label="ada", decided_label="barbara", decided_at=timezone.now(),
    )  # fmt: skip
    launch(campaign=campaign, by=factories.TESTS)


def approve_by_keyboard(page: Page) -> None:
    page.goto(reverse("admin:index"))
    tab_to(page, page.get_by_role("link", name="grace asks you to approve “Spring”"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("You decide about exactly what stands above.")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Approve"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved. It can be launched as it is.")).to_be_visible()


def test_one_asks_another_approves_and_it_is_launched(
    sign_in: SignIn, campaign: MessagingCampaign, complaints: list[str], album: Album
) -> None:
    grace = factories.staff("Launcher", username="grace")
    ask(sign_in(grace), campaign)
    page = sign_in(factories.staff("Launcher", username="edsger"))
    approve_by_keyboard(page)
    album.keep(page, "approval", begin=page.locator("#approval-form"))
    for box in page.locator(".ol-cautions").get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Send 2 messages").click()
    expect(page.get_by_text("was launched.")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_what_was_changed_since_is_shown_beside_what_it_was(
    sign_in: SignIn, campaign: MessagingCampaign, complaints: list[str], width: int
) -> None:
    page = sign_in(factories.staff("Launcher", username="grace"))
    page.set_viewport_size({"width": width, "height": 844})
    ask(page, campaign)
    assert page.evaluate(WIDE) <= width
    SmsMessage.objects.update(body="hi {{ first_name }}, it rains. Reply STOP to cancel.")
    page.reload()
    expect(page.get_by_text("Void: changed since")).to_be_visible()
    row = page.get_by_role("row", name="Text")
    expect(row.get_by_role("deletion")).to_contain_text("spring has come")
    expect(row.get_by_role("insertion")).to_contain_text("it rains")
    assert page.evaluate(WIDE) <= width
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_what_was_changed_after_the_launch_waits_and_is_approved_anew(
    sign_in: SignIn, campaign: MessagingCampaign, complaints: list[str], album: Album, width: int
) -> None:
    message = campaign.messages.get()
    segment = factories.segment({}, name="Near us")
    SmsMessage.objects.update(segment_in=segment)
    approved_and_launched(campaign)
    type(segment).objects.update(rule={"all": [{"field": "state", "operator": "is_not_set"}]})
    page = sign_in(factories.staff("Launcher", username="grace"))
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(reverse("admin:messaging_messagingcampaign_change", args=[campaign.pk]))
    notice = page.get_by_role("alert").filter(has_text="It will not start at its time")
    expect(notice.get_by_role("row", name="Only people in")).to_contain_text("Near us: All customers.")
    assert page.evaluate(WIDE) <= width
    album.keep(page, f"held-{width}", begin=notice)
    tab_to(page, notice.get_by_role("link", name="Review it and ask for approval"))
    page.keyboard.press("Enter")
    press_ask(page)
    page = sign_in(factories.staff("Launcher", username="edsger"))
    page.goto(reverse("admin:messaging_smsmessage_launch", args=[message.pk]))
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved. It goes on as it is.")).to_be_visible()
    assert complaints == []
