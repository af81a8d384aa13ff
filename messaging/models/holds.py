"""Holds: no text of any kind leaves while one is open."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.language import retold


class SendingHold(models.Model):
    """Somebody, or the system, stopped all sending. open ──release──▶ released, by a person."""

    class Cause(models.TextChoices):
        PERSON = "person", _("Somebody stopped it")
        RESTORED = "restored", _("The database went back in time")

    cause = models.CharField(_("cause"), max_length=8, choices=Cause.choices)
    reason = models.CharField(_("reason"), max_length=255)
    held_at = models.DateTimeField(_("held at"), db_default=Now(), editable=False)
    held_by = models.CharField(_("held by"), max_length=150)
    since = models.DateTimeField(
        _("since"), null=True, help_text=_("From when on the carrier may know more than the database does.")
    )
    reconciled_at = models.DateTimeField(
        _("reconciled at"), null=True, help_text=_("When the carrier's texts since then were last taken in.")
    )
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.CharField(_("released by"), max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("stop of sending")
        verbose_name_plural = _("stops of sending")
        constraints = [
            models.UniqueConstraint(
                fields=["cause"], condition=Q(released_at__isnull=True), name="hold_once_open_per_cause"
            ),
            models.CheckConstraint(
                name="hold_of_a_restored_database_knows_since",
                condition=~Q(cause="restored") | Q(since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return retold(self.reason)


class DatabaseMark(models.Model):
    """Which database this is, as it was last seen: one row. A restored one differs from what Postgres says, or is
    behind what Redis remembers."""

    system_identifier = models.BigIntegerField()
    timeline = models.BigIntegerField()
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="database_mark_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.system_identifier}, timeline {self.timeline}"
