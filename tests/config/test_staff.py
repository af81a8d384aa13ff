"""Staff accounts are kept by admins, who cannot make themselves more than admins."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from config import roles
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_admin_creates_a_marketer() -> None:
    client = factories.signed_in(roles.ADMIN)
    marketer = Group.objects.get(name=roles.MARKETER)
    password = "a long and unusual password"
    values = {"username": "mary", "usable_password": "true", "password1": password, "password2": password,
              "is_staff": "on", "groups": [marketer.pk]}  # fmt: skip
    answer = client.post(reverse("admin:auth_user_add"), values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert list(User.objects.get(username="mary").groups.all()) == [marketer]


def test_an_admin_cannot_make_a_superuser() -> None:
    client = factories.signed_in(roles.ADMIN)
    account = factories.staff(roles.VIEWER)
    page = reverse("admin:auth_user_change", args=[account.pk])
    client.post(page, {"username": account.username, "is_active": "on", "is_staff": "on", "is_superuser": "on"})
    account.refresh_from_db()
    assert not account.is_superuser


def test_an_admin_does_not_see_superusers() -> None:
    owner = factories.staff(is_superuser=True)
    client = factories.signed_in(roles.ADMIN)
    assert client.get(reverse("admin:auth_user_change", args=[owner.pk])).status_code == 302
    assert owner.username not in client.get(reverse("admin:auth_user_changelist")).content.decode()


@pytest.mark.parametrize("role", [roles.VIEWER, roles.MARKETER, roles.LAUNCHER])
def test_nobody_else_sees_accounts(role: str) -> None:
    assert factories.signed_in(role).get(reverse("admin:auth_user_changelist")).status_code == 403
