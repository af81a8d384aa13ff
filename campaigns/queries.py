"""What the audience screens ask of the database."""

from collections.abc import Mapping
from typing import Final, TypeVar

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from campaigns.models import AuditEntry, Customer, PhoneNumber
from campaigns.phone import InvalidPhoneNumber, parse_sender
from campaigns.rules import Field, RuleError, describe, parse

M = TypeVar("M", bound=Model)

# Fewer digits than this would find half of all numbers.
_FEWEST_DIGITS: Final = 4


def find_customers(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those whose names hold every word of `text`, or whose email, external ID or a number holds it.

    A number may be written in any spelling.
    """
    words = text.split()
    named = Q()
    for word in words:
        named &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    known = Q(external_id__icontains=text.strip()) | Q(email__icontains=text.strip())
    return customers.filter((named if words else Q()) | known | Q(pk__in=_holders(text)))


def with_number(rows: QuerySet[M], text: str, *, path: str = "number") -> QuerySet[M]:
    """Those whose number is meant by `text`: the whole number in any spelling, or the digits inside one.

    `path` leads from a row to its number.
    """
    try:
        return rows.filter(**{path: parse_sender(text, region=settings.DEFAULT_PHONE_REGION)})
    except InvalidPhoneNumber:
        digits = "".join(character for character in text if character.isdigit())
        return rows.filter(**{f"{path}__contains": digits}) if digits else rows.none()


def rule_in_words(rule: object, fields: Mapping[str, Field]) -> str:
    """A stored rule as a sentence; when it cannot be asked any more, the sentence that says why."""
    try:
        return describe(parse(rule, fields))
    except RuleError as error:
        return str(error)


def acts() -> list[str]:
    """The acts that the audit trail has seen, in alphabetical order."""
    return list(AuditEntry.objects.order_by("act").values_list("act", flat=True).distinct())


def _holders(text: str) -> QuerySet[PhoneNumber, int]:
    """Ids of the customers who hold a number that is meant by `text`."""
    digits = sum(character.isdigit() for character in text)
    is_number = digits >= _FEWEST_DIGITS and not any(character.isalpha() for character in text)
    numbers = with_number(PhoneNumber.objects.all(), text) if is_number else PhoneNumber.objects.none()
    return numbers.values_list("customer", flat=True)
