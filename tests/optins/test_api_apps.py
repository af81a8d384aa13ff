"""API apps: their verbs, permissions and traces."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.actors import Actor
from campaigns.models import AuditEntry
from campaigns.refusals import Refused
from optins.actions.api_apps import create_app, rotate_secret, save_app
from optins.codes import secret_digest
from optins.models import ApiApp
from tests import factories

pytestmark = pytest.mark.django_db

BY = factories.TESTS


def test_the_secret_is_given_once_and_kept_as_a_digest() -> None:
    app, secret = create_app(name=" Web shop ", by=BY)

    assert app.name == "Web shop"
    assert ApiApp.objects.get().secret_digest == secret_digest(secret)


def test_no_secret_reaches_the_audit_trail() -> None:
    app, secret = create_app(name="Web shop", by=BY)
    newer = rotate_secret(app=app, by=BY)

    entries = str(list(AuditEntry.objects.values()))
    assert secret not in entries
    assert newer not in entries
    assert [entry.act for entry in AuditEntry.objects.order_by("pk")] == ["api_app.create", "api_app.rotate"]


@pytest.mark.parametrize("name", ["", "  ", "Taken"])
def test_a_name_is_needed_and_is_its_own(name: str) -> None:
    create_app(name="Taken", by=BY)

    with pytest.raises(Refused) as refused:
        create_app(name=name, by=BY)
    assert refused.value.field == "name"


def test_an_app_is_changed_and_switched_off() -> None:
    app = factories.api_app()
    campaign = factories.opt_in_campaign()

    save_app(app=app, name="Kiosk", campaign=campaign, active=False, by=BY)

    app.refresh_from_db()
    assert (app.name, app.campaign, app.active) == ("Kiosk", campaign, False)


def test_an_overlap_is_never_negative() -> None:
    with pytest.raises(Refused):
        rotate_secret(app=factories.api_app(), by=BY, overlap=dt.timedelta(seconds=-1))


def test_each_verb_takes_its_right() -> None:
    viewer = Actor.staff(factories.staff("Viewer"))
    app = factories.api_app()

    with pytest.raises(PermissionDenied):
        create_app(name="Web shop", by=viewer)
    with pytest.raises(PermissionDenied):
        save_app(app=app, name="Mine", campaign=None, active=True, by=viewer)
    with pytest.raises(PermissionDenied):
        rotate_secret(app=app, by=viewer)
