"""Customers: created and updated by apps, edited by staff. Nothing here gives, takes or verifies consent.

**Adoption.** Joining by text from an unknown number makes a customer without `external_id`. When an app, a file or a
member of staff brings that number for a customer whose `external_id` is new to us, the row that is there gets
it, and its history stays one. When the `external_id` is known already, only the number moves over, with its
verified mark; the row without a number stays, for what it was sent. Consent belongs to the number in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import phone, profile
from campaigns.actions.attributes import MAX_ATTRIBUTES, learn
from campaigns.actions.audit import record
from campaigns.actions.persons import read_number
from campaigns.actions.turns import take_turns
from campaigns.actors import Actor
from campaigns.models import Attribute, Customer, PhoneNumber
from campaigns.refusals import Refused
from campaigns.rules import Kind

MAX_NUMBERS = 20

ADD, CHANGE, DELETE = (f"campaigns.{act}_customer" for act in ("add", "change", "delete"))


@dataclass(frozen=True, slots=True)
class Changes:
    """What was asked for, validated. `numbers` is the whole new list, or None to leave it as it is."""

    profile: Mapping[str, object]
    attributes: Mapping[str, object]
    kinds: Mapping[str, Kind]
    numbers: Sequence[str] | None = None


def save_customer(
    *,
    external_id: str,
    profile: Mapping[str, object],
    phone_numbers: Sequence[object] | None = None,
    attributes: Mapping[str, object] | None = None,
    by: Actor,
) -> tuple[Customer, bool]:
    """Create the customer known by `external_id`, or update it. Returns it, and whether the id was new to us.

    `profile` holds fields of `campaigns.profile.FIELDS`; those left out stay, and a blank or None clears one.
    `phone_numbers` replaces the list: texts, or objects with `phone_number` or `number`, in any spelling.
    Numbers that stay keep their verified mark, and nothing here can set one. None leaves the list alone.
    `attributes` are merged into those on file; None as a value removes one. New ones are learned.
    Raises Refused with the field that is wrong, PermissionDenied.
    """
    by.require(ADD)
    by.require(CHANGE)
    changes = _validated({**profile, "external_id": external_id}, attributes or {}, phone_numbers)
    identity = str(changes.profile["external_id"] or "")
    if not identity:
        raise Refused("missing_external_id", _("Give the customer an external ID."), field="external_id")
    with transaction.atomic():
        take_turns(identity)
        customer = Customer.objects.select_for_update().filter(external_id=identity).first()
        created = customer is None
        if customer is None:
            customer = _unnamed_holder(changes.numbers or ()) or Customer()
        _apply(customer, changes, by)
    return customer, created


def edit_customer(
    *,
    customer: Customer | None,
    profile: Mapping[str, object],
    phone_numbers: Sequence[object] | None = None,
    attributes: Mapping[str, object] | None = None,
    by: Actor,
) -> Customer:
    """Create a customer by hand, or change one. Values as for `save_customer`; the external ID may be blank.

    Raises Refused, also when another customer has the external ID; PermissionDenied.
    """
    by.require(ADD if customer is None else CHANGE)
    changes = _validated(profile, attributes or {}, phone_numbers)
    with transaction.atomic():
        if customer is not None:
            customer = Customer.objects.select_for_update().get(pk=customer.pk)
        identity = changes.profile.get("external_id")
        if identity:
            _require_free(str(identity), other_than=customer)
        edited = customer or Customer()
        _apply(edited, changes, by)
    return edited


def add_number(*, customer: Customer, number: str, by: Actor) -> PhoneNumber:
    """Give the customer one more number, unverified unless it moves over from a row that it adopts.

    Raises Refused, PermissionDenied.
    """
    by.require(CHANGE)
    e164 = read_number(number, field="phone_numbers")
    with transaction.atomic():
        _bring(customer, e164)
        record(by=by, act="customer.add_number", of=customer, number=phone.mask(e164))
    return PhoneNumber.objects.get(customer=customer, number=e164)


def delete_customer(*, customer: Customer, by: Actor) -> None:
    """Forget the customer. Consent and suppressions belong to the number and outlive it."""
    by.require(DELETE)
    with transaction.atomic():
        record(by=by, act="customer.delete", of=customer)
        customer.delete()


# --- Validation --------------------------------------------------------------------------------


def _validated(
    wanted: Mapping[str, object], attributes: Mapping[str, object], numbers: Sequence[object] | None
) -> Changes:
    kinds = _kinds(attributes)
    return Changes(
        profile={field: _profile_value(field, raw) for field, raw in wanted.items()},
        attributes={key: _attribute_value(key, raw, kinds) for key, raw in attributes.items()},
        kinds=kinds,
        numbers=None if numbers is None else _parsed_list(numbers),
    )


def _profile_value(field: str, raw: object) -> object:
    if field not in profile.FIELDS:
        known = ", ".join(profile.FIELDS)
        sentence = _("There is no field “%(field)s”. There are: %(known)s.")
        raise Refused("unknown_field", sentence % {"field": field[:64], "known": known}, field=field)
    try:
        return profile.read(field, raw)
    except ValueError as error:
        raise Refused("invalid_value", f"{field}: {error}", field=field) from None


def _kinds(attributes: Mapping[str, object]) -> Mapping[str, Kind]:
    """The kind of each attribute: the vocabulary's, or for a new one what its value looks like."""
    if len(attributes) > MAX_ATTRIBUTES:
        sentence = _("Give %(most)s attributes at most.")
        raise Refused("too_many_attributes", sentence % {"most": MAX_ATTRIBUTES}, field="attributes")
    known = dict(Attribute.objects.filter(key__in=attributes).values_list("key", "type"))
    return {
        key: Kind(known[key]) if key in known else profile.kind_of(value)
        for key, value in attributes.items()
        if key in known or value is not None
    }


def _attribute_value(key: str, raw: object, kinds: Mapping[str, Kind]) -> object:
    try:
        profile.check_key(key)
        return None if raw is None else profile.read_attribute(kinds[key], raw)
    except ValueError as error:
        raise Refused("invalid_attribute", f"{key}: {error}", field=f"attributes.{key}") from None


def _parsed_list(numbers: Sequence[object]) -> Sequence[str]:
    if len(numbers) > MAX_NUMBERS:
        sentence = _("Give %(most)s phone numbers at most.")
        raise Refused("too_many_numbers", sentence % {"most": MAX_NUMBERS}, field="phone_numbers")
    return tuple(dict.fromkeys(read_number(_written(entry), field="phone_numbers") for entry in numbers))


def _written(entry: object) -> str:
    text = entry
    if isinstance(entry, Mapping):
        text = entry.get("phone_number", entry.get("number"))
    if not isinstance(text, str):
        sentence = _("Give each phone number as a text, such as “+13135550123”.")
        raise Refused("invalid_phone_number", sentence, field="phone_numbers")
    return text


# --- Writing, inside the verb's transaction ------------------------------------------------------


def _require_free(identity: str, *, other_than: Customer | None) -> None:
    take_turns(identity)
    holder = Customer.objects.filter(external_id=identity).first()
    if holder is not None and holder != other_than:
        sentence = _("Another customer has this external ID. Give a different one.")
        raise Refused("external_id_taken", sentence, field="external_id")


def _unnamed_holder(numbers: Sequence[str]) -> Customer | None:
    """A customer without `external_id` who holds one of the numbers, locked."""
    unnamed = Customer.objects.select_for_update().filter(external_id__isnull=True)
    return unnamed.filter(pk__in=PhoneNumber.objects.filter(number__in=numbers).values("customer")).first()


def _apply(customer: Customer, changes: Changes, by: Actor) -> None:
    """Write what differs; when nothing does, write nothing, not even an audit line."""
    is_new = customer.pk is None
    fields = [field for field, value in changes.profile.items() if getattr(customer, field) != value]
    for field in fields:
        setattr(customer, field, changes.profile[field])
    merged = {**customer.attributes, **changes.attributes}
    attributes = {key: value for key, value in merged.items() if value is not None}
    if attributes != customer.attributes:
        fields.append("attributes")
        customer.attributes = attributes
    if is_new:
        customer.save()
    elif fields:
        customer.save(update_fields=[*fields, "updated_at"])
    learn({key: kind for key, kind in changes.kinds.items() if key in attributes})
    added, removed = _replace_numbers(customer, changes.numbers)
    if is_new or fields or added or removed:
        act = "customer.create" if is_new else "customer.update"
        record(by=by, act=act, of=customer, fields=fields, numbers_added=added, numbers_removed=removed)


def _replace_numbers(customer: Customer, numbers: Sequence[str] | None) -> tuple[int, int]:
    """How many numbers were added and removed."""
    if numbers is None:
        return 0, 0
    held = set(customer.phone_numbers.values_list("number", flat=True))
    removed, _ = customer.phone_numbers.exclude(number__in=numbers).delete()
    brought = [number for number in numbers if number not in held]
    for number in brought:
        _bring(customer, number)
    return len(brought), removed


def _bring(customer: Customer, number: str) -> None:
    """Give the customer a number: the one of a row without `external_id` moves over, else a new one is made."""
    if customer.phone_numbers.filter(number=number).exists():
        return
    unnamed = PhoneNumber.objects.select_for_update().filter(number=number, customer__external_id__isnull=True)
    adopted = unnamed.first() if customer.external_id else None
    if adopted is None:
        customer.phone_numbers.create(number=number, country=phone.country(number))
    else:
        adopted.customer = customer
        adopted.save(update_fields=["customer"])
