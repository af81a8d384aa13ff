"""Taking imported lines back: each value where it is still the import's, each customer and number that nobody needs."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Field, ForeignObjectRel
from django.utils import timezone

from campaigns.language import gettext_noop as _
from campaigns.language import storable
from campaigns.models import Customer, CustomerImport, ImportedLine, PhoneNumber

_ATTRIBUTE: Final = "attributes."

# What stays is told on its line, in English.
_CHANGED: Final = storable(_("Changed since, and left: %(fields)s."))
_IN_USE: Final = _("The number stays: something happened with it since.")
_NOWHERE_TO_GO: Final = _("The number stays: the customer whom it came from is gone or has it again.")
_WAS_CHANGED: Final = _("The customer stays: it was changed since.")
_HAS_A_NUMBER: Final = _("The customer stays: it has a phone number.")
_IS_ELSEWHERE: Final = _("The customer stays: there are lines of other imports of it.")
_HAS_OTHERS: Final = storable(_("The customer stays: there are %(things)s of it."))


def revert(*, of: CustomerImport, lines: Sequence[ImportedLine], in_use: Collection[str]) -> Counter[str]:
    """Take lines of one import back, inside the caller's transaction. Returns counts of what was done, and not.

    `in_use` are numbers for which something happened since: they stay, and so do the customers who hold them.
    What stays is told on its line. Counts: `restored` and `removed` customers, `numbers` taken away, `kept` lines.
    """
    ids = sorted({line.customer_id for line in lines})
    locked = Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    customers = {customer.pk: customer for customer in locked}
    told: dict[int, list[str]] = {line.pk: [] for line in lines}
    counts = Counter(restored=_restore(lines, customers, told), numbers=_take_numbers(lines, in_use, told))
    made = {line.customer_id: line for line in lines if line.is_new}
    staying = _needed(of, [customers[pk] for pk in made])
    for pk in staying:
        told[made[pk].pk].append(staying[pk])
    removed = [pk for pk in made if pk not in staying]
    Customer.objects.filter(pk__in=removed).delete()
    counts["removed"] = len(removed)
    left = [line for line in lines if line.customer_id not in set(removed)]
    for line in left:
        line.undone, line.stays = True, " ".join(told[line.pk])
    ImportedLine.objects.bulk_update(left, ["undone", "stays"])
    counts["kept"] = sum(1 for line in left if line.stays)
    return counts


def _restore(lines: Iterable[ImportedLine], customers: Mapping[int, Customer], told: Mapping[int, list[str]]) -> int:
    """Bring the former values back; how many customers got some."""
    changed, fields = [], {"updated_at"}
    for line in lines:
        customer = customers[line.customer_id]
        back = [field for field in line.after if _value(customer, field) == line.after[field]]
        for field in back:
            _put(customer, field, line.before[field])
        fields |= {field.partition(".")[0] for field in back}
        since = sorted(line.after.keys() - set(back))
        if since:
            told[line.pk].append(_CHANGED % {"fields": ", ".join(since)})
        if back:
            customer.updated_at = timezone.now()
            changed.append(customer)
    Customer.objects.bulk_update(changed, sorted(fields), batch_size=500)
    return len(changed)


def _value(customer: Customer, field: str) -> object:
    """As the database wrote it into `after`: JSON, and null for an attribute that is not there."""
    if field.startswith(_ATTRIBUTE):
        return customer.attributes.get(field.removeprefix(_ATTRIBUTE))
    value = getattr(customer, field)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _put(customer: Customer, field: str, value: Any) -> None:
    if not field.startswith(_ATTRIBUTE):
        column = Customer._meta.get_field(field)
        assert isinstance(column, Field)
        setattr(customer, field, column.to_python(value))
        return
    key = field.removeprefix(_ATTRIBUTE)
    others = {other: kept for other, kept in customer.attributes.items() if other != key}
    customer.attributes = others if value is None else {**others, key: value}


def _take_numbers(lines: Iterable[ImportedLine], in_use: Collection[str], told: Mapping[int, list[str]]) -> int:
    """Take added numbers away and bring moved ones back; how many. Those that are gone already are not counted."""
    brought = {(line.customer_id, line.number): line for line in lines if line.number_effect}
    about = PhoneNumber.objects.filter(
        customer__in={customer for customer, _ in brought}, number__in={number for _, number in brought}
    )
    added, taken = [], 0
    for held in about:
        line = brought.get((held.customer_id, held.number))
        if line is None:
            continue
        if line.number_effect == ImportedLine.NumberEffect.MOVED:
            taken += _move_back(held, line, told)
        elif held.number in in_use or held.verified_at is not None:
            told[line.pk].append(_IN_USE)
        else:
            added.append(held.pk)
    PhoneNumber.objects.filter(pk__in=added).delete()
    return taken + len(added)


def _move_back(held: PhoneNumber, line: ImportedLine, told: Mapping[int, list[str]]) -> int:
    former = line.moved_from
    if former is None or former.phone_numbers.filter(number=held.number).exists():
        told[line.pk].append(_NOWHERE_TO_GO)
        return 0
    return PhoneNumber.objects.filter(pk=held.pk).update(customer=former)


def _needed(of: CustomerImport, made: Collection[Customer]) -> Mapping[int, str]:
    """Which of the customers that the import made must stay, and why, as a sentence."""
    ids = [customer.pk for customer in made]
    why = {customer.pk: _WAS_CHANGED for customer in made if customer.updated_at != of.merged_at}
    for pk in PhoneNumber.objects.filter(customer__in=ids).values_list("customer", flat=True):
        why.setdefault(pk, _HAS_A_NUMBER)
    for relation in _relations():
        sentence = _HAS_OTHERS % {"things": relation.related_model._meta.verbose_name_plural}
        others = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": ids})
        if relation.related_model is ImportedLine:
            others = others.exclude(customer_import=of)
            sentence = _IS_ELSEWHERE
        for pk in others.values_list(relation.field.attname, flat=True).distinct():
            why.setdefault(pk, sentence)
    return why


def _relations() -> Iterator[Any]:
    """Whatever refers to customers, in any app: what is added one day counts without being named here."""
    for field in Customer._meta.get_fields(include_hidden=True):
        if isinstance(field, ForeignObjectRel) and field.related_model is not PhoneNumber:
            yield field
