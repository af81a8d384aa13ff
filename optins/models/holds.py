"""Where codes are not texted for a while, because hardly anybody enters them."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class CodesHold(models.Model):
    """A country (`US`) or a prefix (`+1313971`, a number without its last four digits) and until when.

    Kept after it is over; the same area is held again by the same row.
    """

    area = models.CharField(max_length=16, primary_key=True)
    until = models.DateTimeField()
    texted = models.PositiveIntegerField(help_text=_("Numbers that were texted a code."))
    confirmed = models.PositiveIntegerField(help_text=_("Those of them whose code was entered."))
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["area"]

    def __str__(self) -> str:
        return self.area
