"""Verification codes: asked by an app or a public page, confirmed once or never."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Customer
from campaigns.phone import mask
from optins.models.apps import ApiApp


class Verification(models.Model):
    """One code, bound to purpose, app, customer, number and campaign. The code itself is kept only as a digest.

    One that was texted for leaving verifies nothing and joins nobody, and one for joining ends nothing.

    pending ──right code──▶ confirmed;  ──5 wrong──▶ dead;  ──new request──▶ superseded;  expires by `expires_at`.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for the code")
        CONFIRMED = "confirmed", _("Confirmed")
        DEAD = "dead", _("Too many wrong codes")
        SUPERSEDED = "superseded", _("Replaced by a newer code")

    class Purpose(models.TextChoices):
        JOINING = "joining", _("To join")
        LEAVING = "leaving", _("To stop all texts")

    purpose = models.CharField(max_length=7, choices=Purpose.choices, db_default=Purpose.JOINING)
    # Two references are not checked by the database: see ADR 18.
    app = models.ForeignKey(
        ApiApp,
        verbose_name=_("app"),
        null=True,
        on_delete=models.CASCADE,
        related_name="verifications",
        db_constraint=False,
    )
    # None until the code is confirmed where only the number is known: on the permalink page. For good on leaving.
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, on_delete=models.CASCADE, related_name="verifications"
    )
    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    number = models.CharField(max_length=16)
    salt = models.UUIDField(editable=False)
    code_digest = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    ip = models.GenericIPAddressField(_("ip"), null=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            # A confirm finds its code here, and an old code can never work beside a new one.
            models.UniqueConstraint(
                fields=["app", "customer", "number", "purpose"],
                condition=Q(state="pending"),
                nulls_distinct=False,
                name="verification_one_pending",
            ),
            # Leaving is leaving everything; joining is joining one campaign.
            models.CheckConstraint(
                name="verification_joins_a_campaign",
                condition=Q(purpose="joining", campaign__isnull=False) | Q(purpose="leaving", campaign__isnull=True),
            ),
            models.CheckConstraint(
                name="verification_confirmed_has_time",
                condition=Q(state="confirmed", confirmed_at__isnull=False)
                | (~Q(state="confirmed") & Q(confirmed_at__isnull=True)),
            ),
        ]
        indexes = [
            # The breaker looks at the codes of the last hour.
            models.Index(fields=["created_at"], name="verification_lately"),
        ]

    def __str__(self) -> str:
        return f"{mask(self.number)}: {self.get_state_display()}"
