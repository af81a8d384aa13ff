"""What a load balancer asks: is the process there, and can it do its work."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.local.ports import free_port
from messaging.models import Outbound
from optins.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


def waiting_since(seconds: int) -> None:
    """A notice in the outbox whose time came so long ago."""
    sender, number = factories.sender(), factories.number()
    notice = Notice.objects.create(kind=Notice.Kind.HELP, number=number, sender=sender, body="Help")
    due = timezone.now() - dt.timedelta(seconds=seconds)
    Outbound.objects.create(kind="notice", notice=notice, number=number, sender=sender, due_at=due)


def test_healthz_says_that_the_process_answers(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_readyz_says_that_postgres_and_redis_answer(client: Client) -> None:
    answer = client.get("/readyz")
    expected = {"status": "ok", "postgres": "ok", "redis": "ok", "oldest_waiting_seconds": 0.0, "sending_held": []}
    assert (answer.status_code, answer.json()) == (200, expected)


def test_readyz_says_how_late_the_oldest_text_is(client: Client) -> None:
    waiting_since(90)
    waiting_since(30)
    waiting_since(-60)
    assert 90 <= client.get("/readyz").json()["oldest_waiting_seconds"] < 100


def test_without_redis_the_process_is_there_and_not_ready(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["redis"] == "does not answer"
    assert answer.json()["postgres"] == "ok"
    assert client.get("/healthz").status_code == 200
