"""A relation over what two rows say, where no foreign key may stand."""

from typing import Any

from django.db.models import ForeignObject, Model


class SameNumber(ForeignObject[Any, Any]):
    """From a row with a `number` to all rows of another model that have the same one: for joins, never stored.

    Consent outlives the customers' phone numbers, so that neither can reference the other. Several customers may hold
    one number: the target need not be unique, as for Django's own GenericRelation.
    """

    requires_unique_target = False

    def contribute_to_class(self, cls: type[Model], name: str, private_only: bool = True, **kwargs: Any) -> None:
        """Privately, so that neither migrations nor forms know of it."""
        super().contribute_to_class(cls, name, private_only=private_only, **kwargs)
