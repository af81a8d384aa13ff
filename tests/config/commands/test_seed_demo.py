"""`manage.py seed_demo`: what a newcomer finds."""

import pytest
from pytest_django.fixtures import Settings

from campaigns.models import Customer
from optins.models import ApiApp, MessageProvider
from tests.commands import refused, said, told

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_user_for_each_role_two_apps_and_two_providers() -> None:
    answer = told("seed_demo")
    assert [row["role"] for row in answer["users"]] == ["Admin", "Launcher", "Marketer", "Viewer"]
    assert {row["key"] for row in answer["apps"]} == set(ApiApp.objects.values_list("key", flat=True))
    assert len(answer["providers"]) == MessageProvider.objects.count() == 2


def test_run_again_it_adds_nothing_and_says_the_same() -> None:
    first, people = told("seed_demo"), Customer.objects.count()
    assert told("seed_demo") == first
    assert Customer.objects.count() == people
    assert f"key {first['apps'][0]['key']}, secret {first['apps'][0]['secret']}" in said("seed_demo")


def test_production_refuses_known_passwords(settings: Settings) -> None:
    settings.OPTLINE_ENV = "production"
    assert refused("seed_demo")["code"] == "not_local"
