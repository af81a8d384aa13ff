"""Lawful hours: deciding otherwise than the shipped table does, and going back to it."""

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.refusals import Refused
from messaging.lawful.law import DAYS, is_shipped
from messaging.models import LawfulHours


@transaction.atomic
def save_hours(*, hours: LawfulHours, by: Actor) -> None:
    """Keep the hours of a region in the place of the shipped ones; what waits now is judged by them at once.

    Raises ValidationError for times that make no sense, PermissionDenied.
    """
    by.require("messaging.change_lawfulhours")
    hours.full_clean(validate_unique=False)
    times = {day: _told(hours, day) for day in DAYS}
    LawfulHours.objects.filter(pk=hours.pk).delete()
    hours.save(force_insert=True)
    record(by=by, act="hours.save", of=hours, source=hours.source, **times)


@transaction.atomic
def reset_hours(*, hours: LawfulHours, by: Actor) -> None:
    """Go back to the shipped hours of a region; one that has none keeps those of its country from now on.

    Raises Refused when nothing was changed, PermissionDenied.
    """
    by.require("messaging.delete_lawfulhours")
    if not LawfulHours.objects.filter(pk=hours.pk).exists():
        said = _("The hours of %(region)s are the shipped ones already.") % {"region": hours.region}
        raise Refused("not_changed", said)
    record(by=by, act="hours.reset", of=hours, shipped=is_shipped(hours.pk))
    LawfulHours.objects.filter(pk=hours.pk).delete()


def _told(hours: LawfulHours, day: str) -> str:
    opens, closes = getattr(hours, f"{day}_opens"), getattr(hours, f"{day}_closes")
    return "none" if opens is None else f"{opens:%H:%M}–{closes:%H:%M}"
