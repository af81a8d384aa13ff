"""The hours in which people may be texted, where the company changed what this product ships with."""

import datetime as dt

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

MIDNIGHT = "00:00"


def _pair(day: str) -> Q:
    opens, closes = f"{day}_opens", f"{day}_closes"
    in_order = Q(**{f"{closes}__gt": F(opens)}) | Q(**{closes: MIDNIGHT})
    return Q(**{f"{opens}__isnull": True, f"{closes}__isnull": True}) | (
        Q(**{f"{opens}__isnull": False, f"{closes}__isnull": False}) & in_order
    )


def _opens(label: str) -> "models.TimeField[str | dt.time | None, dt.time | None]":
    return models.TimeField(f"{label} from", null=True, blank=True)


def _closes(label: str) -> "models.TimeField[str | dt.time | None, dt.time | None]":
    return models.TimeField(f"{label} until", null=True, blank=True)


class LawfulHours(models.Model):
    """The hours of one country or state, in the place of those in `messaging/lawful/hours.json`.

    Without a row the shipped hours hold, so that a later release brings what changed in the law wherever
    the company did not decide otherwise, and resetting means deleting. A day without times has no hours.
    """

    region = models.CharField(
        max_length=6,
        primary_key=True,
        validators=[RegexValidator(r"^(\*|[A-Z]{2}(-[A-Z]{2,3})?)$", "Write a country as US, a state as US-FL.")],
        help_text="A country such as US, a state such as US-FL, or * for every country without a row.",
    )
    weekdays_opens = _opens("weekdays")
    weekdays_closes = _closes("weekdays")
    saturday_opens = _opens("Saturday")
    saturday_closes = _closes("Saturday")
    sunday_opens = _opens("Sunday")
    sunday_closes = _closes("Sunday")
    source = models.TextField(help_text="The law, or whose decision it is.")
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["region"]
        verbose_name = "lawful hours"
        verbose_name_plural = "lawful hours"
        constraints = [
            models.CheckConstraint(
                name=f"hours_{day}_in_order",
                condition=_pair(day),
                violation_error_message=f"{label}: give both times, the second later (00:00 is midnight), or neither.",
            )
            for day, label in (("weekdays", "Weekdays"), ("saturday", "Saturday"), ("sunday", "Sunday"))
        ]

    def __str__(self) -> str:
        return f"Hours of {self.region}"
