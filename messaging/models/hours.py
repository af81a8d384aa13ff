"""The hours in which people may be texted, where the company changed what this product ships with."""

import datetime as dt
from typing import TYPE_CHECKING, Final

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MIDNIGHT = "00:00"


def _pair(day: str) -> Q:
    opens, closes = f"{day}_opens", f"{day}_closes"
    in_order = Q(**{f"{closes}__gt": F(opens)}) | Q(**{closes: MIDNIGHT})
    return Q(**{f"{opens}__isnull": True, f"{closes}__isnull": True}) | (
        Q(**{f"{opens}__isnull": False, f"{closes}__isnull": False}) & in_order
    )


def _time(label: "_StrPromise") -> "models.TimeField[str | dt.time | None, dt.time | None]":
    return models.TimeField(label, null=True, blank=True)


_OUT_OF_ORDER: Final = {
    "weekdays": _("Weekdays: give both times, the second later (00:00 is midnight), or neither."),
    "saturday": _("Saturday: give both times, the second later (00:00 is midnight), or neither."),
    "sunday": _("Sunday: give both times, the second later (00:00 is midnight), or neither."),
}


class LawfulHours(models.Model):
    """The hours of one country or state, in the place of those in `messaging/lawful/hours.json`.

    Without a row the shipped hours hold, so that a later release brings what changed in the law wherever
    the company did not decide otherwise, and resetting means deleting. A day without times has no hours.
    """

    region = models.CharField(
        _("region"),
        max_length=6,
        primary_key=True,
        validators=[RegexValidator(r"^(\*|[A-Z]{2}(-[A-Z]{2,3})?)$", _("Write a country as US, a state as US-FL."))],
        help_text=_("A country such as US, a state such as US-FL, or * for every country without a row."),
    )
    weekdays_opens = _time(_("weekdays from"))
    weekdays_closes = _time(_("weekdays until"))
    saturday_opens = _time(_("Saturday from"))
    saturday_closes = _time(_("Saturday until"))
    sunday_opens = _time(_("Sunday from"))
    sunday_closes = _time(_("Sunday until"))
    source = models.TextField(_("source"), help_text=_("The law, or whose decision it is."))
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["region"]
        verbose_name = _("lawful hours")
        verbose_name_plural = _("lawful hours")
        constraints = [
            models.CheckConstraint(
                name=f"hours_{day}_in_order",
                condition=_pair(day),
                violation_error_message=sentence,
            )
            for day, sentence in _OUT_OF_ORDER.items()
        ]

    def __str__(self) -> str:
        return gettext("Hours of %(region)s") % {"region": self.region}
