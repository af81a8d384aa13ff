"""What a message part costs, by the country of the number that it goes to."""

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class PartPrice(models.Model):
    """The price of one part to one country, in the company's currency. A country without a row has no price.

    A fresh system holds examples, so that screens have something to show; saving one makes it the company's own.
    """

    country = models.CharField(
        _("country"),
        max_length=2,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Write a country with two letters, such as US."))],
        help_text=_("Two letters, such as US."),
    )
    price = models.DecimalField(
        _("price of a part"),
        max_digits=9,
        decimal_places=5,
        validators=[MinValueValidator(0)],
        help_text=_("What your account pays for one message part, carrier fees included."),
    )
    is_example = models.BooleanField(_("is an example"), db_default=False, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["country"]
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [models.CheckConstraint(name="price_not_negative", condition=Q(price__gte=0))]

    def __str__(self) -> str:
        return gettext("Price of a part to %(country)s") % {"country": self.country}
