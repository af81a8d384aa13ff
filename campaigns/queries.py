"""What the audience screens ask of the database."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Reverse, Upper

from campaigns import nesting
from campaigns.models import NAME_WORDS, AuditEntry, Customer, PhoneNumber, Segment
from campaigns.phone import InvalidPhoneNumber, parse_sender
from campaigns.rules import SEGMENT, Field, RuleError, parse
from campaigns.sentences import describe

M = TypeVar("M", bound=Model)

# Fewer digits than this would find half of all numbers, and more people than that are no finding.
_FEWEST_DIGITS: Final = 4
_MOST_FOUND: Final = 200
# What full text search takes for a word, so that O'Brien is looked for as it is kept.
_WORD: Final = re.compile(r"[^\W_]+")


def find_customers(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those whose names have, for each word of `text`, a word that begins with it; or whose email or external ID begins
    with `text`; or who hold a number that is meant by it.

    A number may be written in any spelling. Each of the ways has an index: none goes through a million people. Of a
    name, or of last digits, that more have than are any finding, some are found.
    """
    beginning = text.strip().upper()
    found = customers.alias(upper_id=Upper("external_id"), upper_email=Upper("email"))
    known = Q(upper_id__startswith=beginning) | Q(upper_email__startswith=beginning)
    return found.filter(known | Q(pk__in=_named(text)) | Q(pk__in=_holders(text)))


def with_number(rows: QuerySet[M], text: str, *, path: str = "number") -> QuerySet[M]:
    """Those whose number is meant by `text`: the whole number in any spelling, or a customer's that ends with it.

    `path` leads from a row to its number.
    """
    number = _number(text)
    if number is not None:
        return rows.filter(**{path: number})
    ending = _ending(text)
    if ending is None:
        return rows.none()
    return rows.filter(**{f"{path}__in": list(ending.order_by().values_list("number", flat=True)[:_MOST_FOUND])})


def rule_in_words(rule: object, fields: Mapping[str, Field]) -> str:
    """A stored rule as a sentence; when it cannot be asked any more, the sentence that says why."""
    try:
        return describe(parse(rule, fields))
    except RuleError as error:
        return str(error)


def segments_asking(field: str, number: int) -> Sequence[Segment]:
    """The segments whose rule asks about the segment (`rules.SEGMENT`) or the message of this number."""
    return [segment for segment in Segment.objects.order_by("name") if number in nesting.named(segment.rule, field)]


def spelled_out(segment: Segment) -> str:
    """A segment's rule, and those of all segments that it leads to: what decides who is in it."""
    rows = {row.pk: row for row in [*Segment.objects.order_by("pk"), segment]}
    links = {pk: nesting.named(row.rule, SEGMENT) for pk, row in rows.items()}
    inner = [rows[pk] for pk in sorted(nesting.reached(segment.pk, links)) if pk in rows]
    return "; ".join(f"{row.name}: {json.dumps(row.rule, sort_keys=True)}" for row in (segment, *inner))


def acts() -> list[str]:
    """The acts that the audit trail has seen, in alphabetical order."""
    return list(AuditEntry.objects.order_by("act").values_list("act", flat=True).distinct())


def _named(text: str) -> list[int]:
    """Ids of customers who are called so, asked at once and in no order.

    Postgres has no idea how many names begin with a word. Asked beside other questions, or for the latest first, it
    would read all customers instead of the index.
    """
    words = " & ".join(f"{word}:*" for word in _WORD.findall(text))
    if not words:
        return []
    query = SearchQuery(words, config="simple", search_type="raw")
    called = Customer.objects.alias(words=NAME_WORDS).filter(words=query)
    return list(called.order_by().values_list("pk", flat=True)[:_MOST_FOUND])


def _holders(text: str) -> list[int]:
    """Ids of the customers who hold a number that is meant by `text`. Asked at once: a list can be looked up."""
    if any(character.isalpha() for character in text):
        return []
    number = _number(text)
    numbers = _ending(text) if number is None else PhoneNumber.objects.filter(number=number)
    return list(numbers.order_by().values_list("customer", flat=True)[:_MOST_FOUND]) if numbers is not None else []


def _number(text: str) -> str | None:
    try:
        return parse_sender(text, region=settings.DEFAULT_PHONE_REGION)
    except InvalidPhoneNumber:
        return None


def _ending(text: str) -> QuerySet[PhoneNumber] | None:
    """The customers' numbers that end with the digits of `text`; None when these are too few."""
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) < _FEWEST_DIGITS:
        return None
    return PhoneNumber.objects.alias(backwards=Reverse("number")).filter(backwards__startswith=digits[::-1])
