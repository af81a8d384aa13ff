"""The audit trail: who did what, with the labels copied so that it outlives account and object."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act. Written by verbs in their own transaction and never changed."""

    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    actor_kind = models.CharField(_("actor kind"), max_length=10)
    actor = models.CharField(_("actor"), max_length=150)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    act = models.CharField(_("act"), max_length=64)
    object_type = models.CharField(_("object type"), max_length=64)
    object_id = models.CharField(_("object id"), max_length=64, blank=True)
    object_label = models.CharField(_("object label"), max_length=255, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        ordering = ["-id"]
        verbose_name_plural = _("audit trail")
        indexes = [
            # History of one object, newest first.
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.act} {self.object_label}"
