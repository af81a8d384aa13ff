"""The calendar: what leaves when, and moving it while nothing of it has started."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import AuditEntry
from config.roles import LAUNCHER, MARKETER, VIEWER
from messaging.actions.runs.lifecycle import start_due
from messaging.models import MessagingCampaign, SmsMessage
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db

NEXT_WEEK = timezone.localdate() + dt.timedelta(days=7)


def at(date: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(hour), tzinfo=dt.UTC)


def campaign(*, live: bool = True, when: dt.datetime | None = None, **fields: Any) -> MessagingCampaign:
    factories.customer()
    message = factories.scheduled(factories.opt_in_campaign(), name="Spring", scheduled_for=when or at(NEXT_WEEK))
    return factories.messaging_campaign(message, live=live, due=False, **fields)


def moved(message: SmsMessage, role: str, date: str, time: str = "15:30") -> str:
    answer = signed_in(role).post(
        page("messaging_smsmessage_move", message.pk), {"date": date, "time": time}, follow=True
    )
    message.refresh_from_db()
    return str(answer.text)


def test_a_week_shows_its_messages_on_their_days() -> None:
    campaign()
    client = signed_in(VIEWER)
    there = client.get(page("messaging_calendar"), {"day": f"{NEXT_WEEK}"}).text
    assert "Spring" in there
    assert "Spring" not in client.get(page("messaging_calendar"), {"day": f"{NEXT_WEEK + dt.timedelta(days=7)}"}).text


@pytest.mark.parametrize("day", ["", "soon", "2026-13-45"])
def test_without_a_day_it_is_this_week(day: str) -> None:
    text = signed_in(VIEWER).get(page("messaging_calendar"), {"day": day}).text
    assert "is-today" in text


def test_home_shows_the_week() -> None:
    campaign(when=timezone.now() + dt.timedelta(minutes=1))
    assert "Spring" in signed_in(VIEWER).get(page("index")).text


@pytest.mark.parametrize(("live", "role"), [(True, LAUNCHER), (False, MARKETER)])
def test_a_message_is_moved_with_a_line_in_the_audit_trail(live: bool, role: str) -> None:
    message = campaign(live=live).messages.get()
    assert "was moved" in moved(message, role, f"{NEXT_WEEK + dt.timedelta(days=1)}")
    assert message.scheduled_for == at(NEXT_WEEK + dt.timedelta(days=1), 15) + dt.timedelta(minutes=30)
    assert AuditEntry.objects.filter(act="message.reschedule").count() == 1


@pytest.mark.parametrize(("live", "role"), [(True, MARKETER), (False, VIEWER)])
def test_who_may_not_launch_or_write_moves_nothing(live: bool, role: str) -> None:
    message = campaign(live=live).messages.get()
    answer = signed_in(role).post(
        page("messaging_smsmessage_move", message.pk), {"date": f"{NEXT_WEEK}", "time": "11:00"}
    )
    message.refresh_from_db()
    assert (answer.status_code, message.scheduled_for) == (403, at(NEXT_WEEK))


@pytest.mark.parametrize(
    ("date", "time", "said"),
    [
        ("2020-01-01", "10:00", "This is in the past"),
        ("", "10:00", "Give both"),
        (f"{NEXT_WEEK}", "25:99", "Give both"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_why(date: str, time: str, said: str) -> None:
    message = campaign().messages.get()
    assert said in moved(message, LAUNCHER, date, time)
    assert message.scheduled_for == at(NEXT_WEEK)


def test_it_stays_within_the_campaigns_runtime() -> None:
    message = campaign(ends_at=at(NEXT_WEEK, 12)).messages.get()
    assert "The campaign ends on" in moved(message, LAUNCHER, f"{NEXT_WEEK + dt.timedelta(days=1)}")
    assert message.scheduled_for == at(NEXT_WEEK)


def test_what_has_started_cannot_be_moved() -> None:
    message = campaign().messages.get()
    SmsMessage.objects.update(scheduled_for=timezone.now())
    start_due()
    assert "It has started already" in moved(message, LAUNCHER, f"{NEXT_WEEK}")
    assert "<summary>Move" not in signed_in(LAUNCHER).get(page("messaging_calendar")).text


def test_a_moved_message_starts_at_its_new_time_alone() -> None:
    message = campaign().messages.get()
    moved(message, LAUNCHER, f"{NEXT_WEEK + dt.timedelta(days=1)}")
    assert start_due() == 0
    SmsMessage.objects.update(scheduled_for=timezone.now())
    assert start_due() == 1
