"""Message providers (accounts at a carrier API) and the senders that texts come from."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.phone import E164_PATTERN
from optins.keywords import SenderKind
from optins.models.encrypted import EncryptedTextField


class MessageProvider(models.Model):
    """A Twilio account, or the simulated carrier that speaks the same protocol."""

    class Kind(models.TextChoices):
        TWILIO = "twilio", _("Twilio")
        SIMULATED = "simulated", _("Simulated carrier")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.TWILIO)
    account_sid = models.CharField(_("account SID"), max_length=34, unique=True)
    auth_token = EncryptedTextField(
        _("auth token"), help_text=_("Signs webhooks; also used to call Twilio unless an API key is set.")
    )
    second_auth_token = EncryptedTextField(
        _("second auth token"),
        blank=True,
        help_text=_("While rotating: webhooks signed with either token are accepted."),
    )
    api_key_sid = models.CharField(_("API key SID"), max_length=34, blank=True)
    api_key_secret = EncryptedTextField(_("API key secret"), blank=True)
    checked_at = models.DateTimeField(null=True, editable=False)
    check_problem = models.CharField(max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("message provider")
        verbose_name_plural = _("message providers")
        constraints = [
            models.CheckConstraint(
                name="provider_account_sid_shape",
                condition=Q(account_sid__regex=r"^AC[0-9a-fA-F]{32}$"),
                violation_error_message=_("An account SID is AC followed by 32 hexadecimal digits."),
            ),
            models.CheckConstraint(
                name="provider_api_key_is_a_pair",
                condition=Q(api_key_sid="", api_key_secret="") | (~Q(api_key_sid="") & ~Q(api_key_secret="")),
                violation_error_message=_("An API key needs both its SID and its secret."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def webhook_tokens(self) -> tuple[str, ...]:
        """The tokens that may have signed a webhook of this account, the current one first."""
        return tuple(token for token in (self.auth_token, self.second_auth_token) if token)


class Sender(models.Model):
    """A number, short code or messaging service that texts come from (“Target Phone Number”)."""

    class KindChoice(models.TextChoices):
        SHORT_CODE = SenderKind.SHORT_CODE, _("Short code")
        LONG_CODE = SenderKind.LONG_CODE, _("Long code")
        TOLL_FREE = SenderKind.TOLL_FREE, _("Toll-free number")
        MESSAGING_SERVICE = SenderKind.MESSAGING_SERVICE, _("Messaging service")

    provider = models.ForeignKey(
        MessageProvider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="senders"
    )
    address = models.CharField(
        _("number"), max_length=34, help_text=_("A number with country code, a short code, or a messaging service SID.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=KindChoice.choices)
    label = models.CharField(_("label"), max_length=100, blank=True)
    pool = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="members",
        verbose_name=_("messaging service"),
        help_text=_("The messaging service whose pool this number is in."),
    )
    advanced_opt_out = models.BooleanField(
        _("advanced opt out"),
        default=False,
        help_text=_("Twilio answers STOP, START and HELP for this sender with its own texts."),
    )
    parts_per_second = models.FloatField(
        _("parts per second"),
        default=1.0,
        help_text=_("What the carrier grants: long code 1, toll-free 3, short code 100 as a rule."),
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["provider", "address"]
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "address"],
                name="sender_once_per_provider",
                violation_error_message=_("This provider already has that number."),
            ),
            models.CheckConstraint(
                name="sender_address_fits_kind",
                condition=Q(kind="short_code", address__regex=r"^\d{3,8}$")
                | Q(kind="messaging_service", address__regex=r"^MG[0-9a-fA-F]{32}$")
                | Q(kind__in=["long_code", "toll_free"], address__regex=E164_PATTERN),
                violation_error_message=_(
                    "A short code has 3 to 8 digits, a messaging service SID is MG and 32 hexadecimal digits, "
                    "any other number starts with + and its country code."
                ),
            ),
            models.CheckConstraint(
                name="sender_rate_is_positive",
                condition=Q(parts_per_second__gt=0),
                violation_error_message=_("Parts per second must be more than 0."),
            ),
            models.CheckConstraint(
                name="sender_service_has_no_pool",
                condition=~Q(kind="messaging_service") | Q(pool__isnull=True),
                violation_error_message=_("A messaging service cannot be in another one's pool."),
            ),
        ]

    def __str__(self) -> str:
        """What people call it: a messaging service by its label, since its address is a SID."""
        is_service = self.kind == SenderKind.MESSAGING_SERVICE
        return self.label if is_service and self.label else self.address

    @property
    def scope(self) -> "Sender":
        """What a STOP to this number holds for: the whole messaging service when it is in one, as at Twilio."""
        return self.pool or self

    @property
    def opt_out_is_advanced(self) -> bool:
        """Advanced opt-out is a property of the messaging service when the number is in one."""
        return self.advanced_opt_out or (self.pool is not None and self.pool.advanced_opt_out)
