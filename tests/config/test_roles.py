"""The four groups: each holds all that the one before it holds, and sending is a right of its own."""

from itertools import pairwise

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from config.roles import ADMIN, LAUNCHER, MARKETER, VIEWER, sync

pytestmark = pytest.mark.django_db

LADDER = (VIEWER, MARKETER, LAUNCHER, ADMIN)
LAUNCH = "campaigns.launch_campaign"
OPT_OUT = "optins.opt_out_number"


def rights(role: str) -> set[str]:
    permissions = Group.objects.get(name=role).permissions.select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


def test_each_role_holds_all_that_the_one_before_it_holds() -> None:
    sync()
    held = [rights(role) for role in LADDER]
    assert all(lower < higher for lower, higher in pairwise(held))


def test_a_viewer_can_change_nothing() -> None:
    sync()
    assert {right.split(".")[1].split("_")[0] for right in rights(VIEWER)} == {"view"}


def test_whoever_writes_need_not_be_whoever_sends() -> None:
    sync()
    assert "messaging.change_smsmessage" in rights(MARKETER)
    assert rights(MARKETER).isdisjoint({LAUNCH, OPT_OUT})
    assert {LAUNCH, OPT_OUT} <= rights(LAUNCHER)


def test_only_admins_hold_the_keys() -> None:
    sync()
    keys = {"optins.change_messageprovider", "optins.add_apiapp", "auth.change_user"}
    assert keys <= rights(ADMIN)
    assert keys.isdisjoint(rights(LAUNCHER))


@pytest.mark.parametrize("role", LADDER)
def test_nobody_can_write_the_ledger(role: str) -> None:
    sync()
    writing = {f"optins.{act}_consentevent" for act in ("add", "change", "delete")}
    assert rights(role).isdisjoint(writing)


def test_to_sync_again_takes_away_what_was_added_by_hand_and_changes_nothing_else() -> None:
    sync()
    before = {role: rights(role) for role in LADDER}
    viewer = Group.objects.get(name=VIEWER)
    viewer.permissions.set(Group.objects.get(name=ADMIN).permissions.all())
    call_command("sync_roles", verbosity=0)
    assert {role: rights(role) for role in LADDER} == before
    assert Group.objects.filter(name__in=LADDER).count() == len(LADDER)
