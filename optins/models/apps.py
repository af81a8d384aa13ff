"""API apps: the web and mobile apps that may call the API."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from optins.models.programmes import OptInCampaign


class ApiApp(models.Model):
    """A key and a secret. The secret is shown once and kept as a SHA-256 digest: it has 256 bits,
    so a slow password hash would cost 380 ms a request and protect nothing."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    secret_digest = models.CharField(max_length=64, editable=False)
    previous_secret_digest = models.CharField(max_length=64, blank=True, editable=False)
    previous_valid_until = models.DateTimeField(null=True, editable=False)
    campaign = models.ForeignKey(
        OptInCampaign,
        verbose_name=_("opt-in campaign"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("People enrolled by this app join this campaign unless the request names one."),
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("API app")
        verbose_name_plural = _("API apps")

    def __str__(self) -> str:
        return self.name
