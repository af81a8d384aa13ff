"""API apps: created with a secret that is shown once, changed, and given a new secret without an outage."""

import datetime as dt
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.refusals import Refused
from optins.codes import new_app_key, new_secret, secret_digest
from optins.models import ApiApp, OptInCampaign

ADD, CHANGE = "optins.add_apiapp", "optins.change_apiapp"
OVERLAP: Final = dt.timedelta(hours=24)


def create_app(*, name: str, by: Actor, campaign: OptInCampaign | None = None) -> tuple[ApiApp, str]:
    """Create an app. Returns it with its secret, which nobody can read again. Raises `Refused`."""
    by.require(ADD)
    secret = new_secret()
    app = ApiApp(name=_checked(name), key=new_app_key(), secret_digest=secret_digest(secret), campaign=campaign)
    with transaction.atomic():
        _save(app, None)
        record(by=by, act="api_app.create", of=app)
    return app, secret


def save_app(*, app: ApiApp, name: str, campaign: OptInCampaign | None, active: bool, by: Actor) -> None:
    """Rename an app, set the campaign that it enrols for, or switch it off and on. Raises `Refused`."""
    by.require(CHANGE)
    app.name, app.campaign, app.active = _checked(name), campaign, active
    with transaction.atomic():
        _save(app, ["name", "campaign", "active"])
        record(by=by, act="api_app.change", of=app, active=active)


def rotate_secret(*, app: ApiApp, by: Actor, overlap: dt.timedelta = OVERLAP) -> str:
    """Give an app a new secret and return it. The old one works on for `overlap`, and an older one no more."""
    by.require(CHANGE)
    if overlap < dt.timedelta(0):
        raise Refused("argument_error", _("Choose an overlap of 0 hours or more."), field="overlap")
    secret = new_secret()
    with transaction.atomic():
        ApiApp.objects.filter(pk=app.pk).update(
            previous_secret_digest=F("secret_digest"),
            previous_valid_until=Now() + overlap,
            secret_digest=secret_digest(secret),
        )
        record(by=by, act="api_app.rotate", of=app, overlap_hours=overlap.total_seconds() / 3600)
    app.refresh_from_db()
    return secret


def _checked(name: str) -> str:
    if not name.strip():
        raise Refused("missing_data", _("Name the app, so that its traces can be told apart."), field="name")
    return name.strip()


def _save(app: ApiApp, fields: list[str] | None) -> None:
    try:
        with transaction.atomic():
            app.save(update_fields=fields)
    except IntegrityError:
        sentence = _("There is already an app called “%(name)s”.") % {"name": app.name}
        raise Refused("name_taken", sentence, field="name") from None
