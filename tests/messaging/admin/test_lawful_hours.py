"""The table of lawful hours: what holds is shown with its source, changed by admins, and reset."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import AuditEntry
from config.roles import ADMIN, MARKETER
from messaging.lawful.law import law
from messaging.lawful.places import Known, place_of
from messaging.models import LawfulHours
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "admin:messaging_lawfulhours_changelist"
FLORIDA = {
    "weekdays_opens": "10:00", "weekdays_closes": "18:00", "saturday_opens": "10:00", "saturday_closes": "18:00",
    "sunday_opens": "", "sunday_closes": "", "source": "Our counsel, letter of 3 May",
}  # fmt: skip


@pytest.fixture
def admin_client() -> Client:
    return factories.signed_in(ADMIN)


def page(region: str = "US-FL") -> str:
    return reverse("admin:messaging_lawfulhours_change", args=[region])


def days_of(region: str) -> tuple[str, ...]:
    hours = law().hours[region]
    spans = (hours.weekdays, hours.saturday, hours.sunday)
    return tuple("none" if span is None else f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in spans)


def test_the_shipped_table_is_shown_with_its_sources(admin_client: Client) -> None:
    shown = admin_client.get(reverse(LIST)).content.decode()
    assert "47 CFR 64.1200" in shown
    assert "Florida" in shown


@pytest.mark.parametrize(
    ("region", "days"),
    [
        ("US", ("08:00-21:00",) * 3),
        ("US-FL", ("08:00-20:00",) * 3),
        ("US-OK", ("08:00-20:00",) * 3),
        ("US-WA", ("08:00-20:00",) * 3),
        ("US-CT", ("09:00-20:00",) * 3),
        ("US-NV", ("09:00-20:00",) * 3),
        ("US-TX", ("09:00-21:00", "09:00-21:00", "12:00-21:00")),
        ("CA", ("09:00-21:30", "10:00-18:00", "10:00-18:00")),
    ],
)
def test_the_shipped_hours_are_those_of_the_sources(region: str, days: tuple[str, ...]) -> None:
    assert days_of(region) == days


def test_an_admin_decides_otherwise_and_it_is_on_record(admin_client: Client) -> None:
    answer = admin_client.post(page(), FLORIDA)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert days_of("US-FL") == ("10:00-18:00", "10:00-18:00", "none")
    entry = AuditEntry.objects.get(act="hours.save")
    assert (entry.object_id, entry.detail["sunday"]) == ("US-FL", "none")
    assert "Changed</span>" in admin_client.get(reverse(LIST)).content.decode()


def test_changing_twice_keeps_one_row(admin_client: Client) -> None:
    for closes in ("18:00", "19:00"):
        admin_client.post(page(), {**FLORIDA, "weekdays_closes": closes})
    assert days_of("US-FL")[0] == "10:00-19:00"
    assert LawfulHours.objects.count() == 1


def test_the_hours_of_every_other_country_can_be_changed_too(admin_client: Client) -> None:
    assert admin_client.get(page("*")).status_code == 200


def test_a_reset_brings_the_shipped_hours_back(admin_client: Client) -> None:
    admin_client.post(page(), FLORIDA)
    answer = admin_client.post(reverse("admin:messaging_lawfulhours_delete", args=["US-FL"]), {"post": "yes"})
    assert answer.status_code == 302
    assert days_of("US-FL") == ("08:00-20:00",) * 3
    assert AuditEntry.objects.filter(act="hours.reset", object_id="US-FL").exists()


def test_a_region_can_be_added(admin_client: Client) -> None:
    admin_client.post(reverse("admin:messaging_lawfulhours_add"), {**FLORIDA, "region": "GB"})
    assert law().regions_for(place_of(Known("+447400123456"))) == ["GB"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays_opens": "19:00"},
        {"weekdays_closes": ""},
        {"source": ""},
    ],
)
def test_hours_that_make_no_sense_are_refused(admin_client: Client, wrong: dict[str, str]) -> None:
    assert admin_client.post(page(), {**FLORIDA, **wrong}).status_code == 200
    assert not LawfulHours.objects.exists()


def test_a_marketer_reads_and_does_not_write() -> None:
    marketer = factories.signed_in(MARKETER)
    assert marketer.get(reverse(LIST)).status_code == 200
    assert marketer.post(page(), FLORIDA).status_code == 403
    assert not LawfulHours.objects.exists()
