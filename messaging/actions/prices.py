"""Prices of message parts: keeping the company's own, and forgetting one."""

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.phone import is_region
from campaigns.refusals import Refused
from messaging.models import PartPrice


@transaction.atomic
def save_price(*, price: PartPrice, by: Actor) -> None:
    """Keep the price of a part to a country; it is no example any more.

    Raises Refused for a country that does not exist, ValidationError, PermissionDenied.
    """
    by.require("messaging.change_partprice")
    if not is_region(price.country):
        said = _("No country has the code “%(code)s”. Write one such as US.") % {"code": price.country}
        raise Refused("unknown_country", said, field="country")
    price.full_clean(validate_unique=False)
    price.is_example = False
    price.save()
    record(by=by, act="price.save", of=price, price=str(price.price))


@transaction.atomic
def delete_price(*, price: PartPrice, by: Actor) -> None:
    """Forget a price: what goes to that country is told without one from now on."""
    by.require("messaging.delete_partprice")
    record(by=by, act="price.delete", of=price, price=str(price.price))
    price.delete()
