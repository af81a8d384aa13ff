"""Demo data goes in one step, from Home or by command; what is used stays, and nobody is locked out."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import AuditEntry, Customer, Segment
from config.demo import LOGINS, PASSWORD
from config.roles import MARKETER
from optins.models import ApiApp, ConsentEvent, MessageProvider, Sender
from tests import factories
from tests.commands import refused, told

pytestmark = pytest.mark.django_db

REMOVE = "/admin/demo/remove/"


@pytest.fixture
def admin() -> Client:
    """The demo's administrator, who has chosen a password."""
    told("seed_demo")
    user = User.objects.get(username="admin")
    user.set_password("a password of my own")
    user.save()
    client = Client()
    client.force_login(user)
    return client


def said(answer: object) -> str:
    return " ".join(str(message) for message in answer.context["messages"])  # type: ignore[attr-defined]


def test_everything_goes_in_one_step(admin: Client) -> None:
    assert "holds demo data" in admin.get(reverse("admin:index")).content.decode()
    answer = admin.post(REMOVE, follow=True)
    assert said(answer).startswith("Removed: 12 customers, 1 segments, ")
    assert "holds demo data" not in answer.content.decode()
    assert not any(model.objects.exists() for model in (Customer, Segment, Sender, MessageProvider))
    assert not ApiApp.objects.filter(active=True).exists()
    assert AuditEntry.objects.get(act="demo.remove").actor == "admin"


def test_logins_with_the_known_password_are_switched_off(admin: Client) -> None:
    admin.post(REMOVE)
    active = User.objects.filter(username__in=LOGINS, is_active=True)
    assert [user.username for user in active] == ["admin"]
    known = {"username": "launcher", "password": PASSWORD}
    assert "correct username and password" in Client().post(reverse("admin:login"), known).content.decode()


def test_it_does_not_come_back(admin: Client) -> None:
    admin.post(REMOVE)
    assert told("seed_demo")["users"] == []
    assert not Customer.objects.exists()
    assert refused("remove_demo")["code"] == "no_demo_data"


def test_what_a_campaign_uses_stays_and_is_told(admin: Client) -> None:
    sender = Sender.objects.filter(kind="short_code").earliest("pk")
    factories.opt_in_campaign(sender=sender)
    answer = admin.post(REMOVE, follow=True)
    assert f"“{sender}” cannot be deleted, because it is in use by" in said(answer)
    assert list(Sender.objects.filter(provider=sender.provider)) == [sender]


def test_proof_of_consent_outlives_it(admin: Client, tmp_path: Path) -> None:
    number = Customer.objects.earliest("pk").phone_numbers.get().number
    left = tmp_path / "left.csv"
    left.write_text(number)
    told("opt_out_numbers", str(left), "--reason", "Asked on the phone")
    admin.post(REMOVE)
    assert ConsentEvent.objects.of(number).exists()


def test_nobody_is_locked_out() -> None:
    told("seed_demo")
    assert refused("remove_demo")["code"] == "nobody_left"
    assert Customer.objects.exists()


def test_who_may_not_delete_logins_is_not_offered_it() -> None:
    told("seed_demo")
    client = factories.signed_in(MARKETER)
    assert "holds demo data" not in client.get(reverse("admin:index")).content.decode()
    assert client.post(REMOVE).status_code == 403
    assert Customer.objects.exists()
