"""The phones of staff, to which tests of messages may be sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StaffNumber(models.Model):
    """One person's own phone. asked ──right code──▶ verified; another number begins anew.

    The code is kept as a digest alone, works once, and dies of age or of wrong guesses.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=16)
    salt = models.UUIDField(editable=False)
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("test phone")
        verbose_name_plural = _("test phones")
        constraints = [
            models.CheckConstraint(
                name="staff_number_verified_has_no_code", condition=Q(verified_at__isnull=True) | Q(code_digest="")
            ),
        ]
        indexes = [
            # The gate asks whether a test's number is still a verified one.
            models.Index(fields=["number"], name="staff_number_verified", condition=Q(verified_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.number}"
