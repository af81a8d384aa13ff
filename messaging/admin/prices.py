"""Prices: what a message part costs by country. Forecasts and reports are worked out with them."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.forms import VerbAdmin, VerbForm
from campaigns.admin.lists import Empty
from campaigns.admin.verbs import actor
from messaging.actions.prices import delete_price, save_price
from messaging.models import PartPrice
from optins.admin.readonly import badge


class PriceForm(VerbForm[PartPrice]):
    """The price of one country."""

    class Meta:
        model = PartPrice
        fields = ("country", "price")

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def act(self) -> PartPrice:
        save_price(price=self.instance, by=self.by)
        return self.instance


@admin.register(PartPrice)
class PartPriceAdmin(VerbAdmin):
    """One row a country, in the company's currency."""

    empty = Empty(
        "payments",
        _("No price yet"),
        _(
            "Add what your account pays for a message part, by country. Until then costs are estimated "
            "by example prices."
        ),
    )
    form = PriceForm
    list_display = ("country", "price_shown", "kind")
    list_display_links = ("country",)
    fields = ("country", "price")
    actions = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        title = gettext("What a message part costs, in %(currency)s") % {"currency": settings.CURRENCY}
        return super().changelist_view(request, {**(extra_context or {}), "title": title})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("country",) if obj else ()

    @admin.display(description=_("Price of a part"), ordering="price")
    def price_shown(self, row: PartPrice) -> str:
        return f"{settings.CURRENCY} {row.price.normalize():f}"

    @admin.display(description=_("Whose"))
    def kind(self, row: PartPrice) -> str:
        if row.is_example:
            return badge("paused", gettext("An example: replace it by your own price"))
        return badge("live", gettext("Your own"))

    def delete_model(self, request: HttpRequest, obj: PartPrice) -> None:
        delete_price(price=obj, by=actor(request))
