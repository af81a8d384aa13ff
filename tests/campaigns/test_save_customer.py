"""Customers as apps bring them: created, updated, adopted, and refused with the field that is wrong."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaigns.actions.customers import save_customer
from campaigns.actors import Actor
from campaigns.models import Attribute, AuditEntry, Customer, PhoneNumber
from campaigns.refusals import Refused

pytestmark = pytest.mark.django_db

APP = Actor.app(name="Web shop", key="shop-key")
ADA, BOB = "+13139711649", "+13139711650"


def save(external_id: str = "c-1", **fields: Any) -> Customer:
    customer, _ = save_customer(external_id=external_id, **{"profile": {}, "by": APP, **fields})
    return customer


def refusal(**fields: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        save(**fields)
    return caught.value


def numbers_of(customer: Customer) -> list[str]:
    return list(customer.phone_numbers.values_list("number", flat=True))


def test_a_new_external_id_creates_a_customer() -> None:
    customer, created = save_customer(
        external_id=" c-1 ",
        profile={"first_name": "Ada", "birth_date": "1990-01-31", "country": "us", "language": "en_US"},
        phone_numbers=["(313) 971-1649"],
        by=APP,
    )
    customer.refresh_from_db()
    assert created
    assert (customer.external_id, customer.first_name, customer.country) == ("c-1", "Ada", "US")
    assert (customer.birth_date, customer.language) == (dt.date(1990, 1, 31), "en-US")
    phone = customer.phone_numbers.get()
    assert (phone.number, phone.country, phone.verified_at) == (ADA, "US", None)


def test_what_is_left_out_stays_and_what_is_blank_is_cleared() -> None:
    save(profile={"first_name": "Ada", "last_name": "L", "birth_date": "1990-01-31"}, phone_numbers=[ADA])
    customer, created = save_customer(external_id="c-1", profile={"last_name": "", "birth_date": None}, by=APP)
    customer.refresh_from_db()
    assert not created
    assert (customer.first_name, customer.last_name, customer.birth_date) == ("Ada", "", None)
    assert numbers_of(customer) == [ADA]


def test_the_list_of_numbers_is_replaced_and_verified_marks_of_those_that_stay_are_kept() -> None:
    customer = save(phone_numbers=[ADA, BOB])
    customer.phone_numbers.filter(number=ADA).update(verified_at=timezone.now())
    save(phone_numbers=[{"phone_number": "1 313 971 1649", "verified_ownership": True}, {"number": "3139711651"}])
    verified = {phone.number: phone.verified_at is not None for phone in customer.phone_numbers.all()}
    assert verified == {ADA: True, "+13139711651": False}
    save(phone_numbers=[])
    assert numbers_of(customer) == []


def test_one_number_in_two_spellings_is_one_number() -> None:
    assert numbers_of(save(phone_numbers=[ADA, "(313) 971-1649"])) == [ADA]


def test_attributes_are_merged_learned_and_removed() -> None:
    customer = save(attributes={"points": 12, "tier": "gold", "vip": True, "joined": "2025-01-31"})
    assert dict(Attribute.objects.values_list("key", "type")) == {
        "points": "number", "tier": "text", "vip": "boolean", "joined": "date",
    }  # fmt: skip
    save(attributes={"points": "13.5", "tier": None, "never_seen": None})
    customer.refresh_from_db()
    assert customer.attributes == {"points": 13.5, "vip": True, "joined": "2025-01-31"}
    assert not Attribute.objects.filter(key="never_seen").exists()


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"external_id": " "}, "missing_external_id", "external_id"),
        ({"profile": {"email": "nobody"}}, "invalid_value", "email"),
        ({"profile": {"birth_date": "31.1.1990"}}, "invalid_value", "birth_date"),
        ({"profile": {"birth_date": "2999-01-01"}}, "invalid_value", "birth_date"),
        ({"profile": {"time_zone": "Texas"}}, "invalid_value", "time_zone"),
        ({"profile": {"country": "USA"}}, "invalid_value", "country"),
        ({"profile": {"first_name": ["Ada"]}}, "invalid_value", "first_name"),
        ({"profile": {"first_name": "A\x00da"}}, "invalid_value", "first_name"),
        ({"profile": {"shoe_size": 9}}, "unknown_field", "shoe_size"),
        ({"phone_numbers": ["911"]}, "invalid_phone_number", "phone_numbers"),
        ({"phone_numbers": [None]}, "invalid_phone_number", "phone_numbers"),
        ({"phone_numbers": [{"phone": ADA}]}, "invalid_phone_number", "phone_numbers"),
        ({"phone_numbers": [ADA] * 21}, "too_many_numbers", "phone_numbers"),
        ({"attributes": {"Shoe Size": 9}}, "invalid_attribute", "attributes.Shoe Size"),
        ({"attributes": {"sms_opt_in": True}}, "invalid_attribute", "attributes.sms_opt_in"),
        ({"attributes": {"first_name": "Ada"}}, "invalid_attribute", "attributes.first_name"),
        ({"attributes": {"a": {"b": 1}}}, "invalid_attribute", "attributes.a"),
        ({"attributes": {f"k{n}": 1 for n in range(501)}}, "too_many_attributes", "attributes"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(fields: Any, code: str, field: str) -> None:
    refused = refusal(**fields)
    assert (refused.code, refused.field) == (code, field)
    assert refused.sentence.endswith(".")
    assert not Customer.objects.exists()


def test_a_value_that_does_not_fit_a_known_attribute_is_refused() -> None:
    save(attributes={"points": 1})
    assert "points: “many” is not a number" in refusal(attributes={"points": "many"}).sentence


def test_the_vocabulary_has_a_limit() -> None:
    Attribute.objects.bulk_create(Attribute(key=f"k{n}") for n in range(500))
    assert refusal(attributes={"one_more": 1}).code == "too_many_attributes"


def test_a_new_external_id_adopts_the_customer_that_a_text_made() -> None:
    unnamed = Customer.objects.create()
    PhoneNumber.objects.create(customer=unnamed, number=ADA, country="US", verified_at=timezone.now())
    customer, created = save_customer(external_id="c-1", profile={}, phone_numbers=[ADA], by=APP)
    assert created
    assert customer == unnamed
    assert customer.phone_numbers.get().verified_at is not None


def test_a_known_external_id_takes_over_the_number_with_its_verified_mark() -> None:
    customer = save()
    unnamed = Customer.objects.create()
    PhoneNumber.objects.create(customer=unnamed, number=ADA, country="US", verified_at=timezone.now())
    save(phone_numbers=[ADA])
    assert customer.phone_numbers.get().verified_at is not None
    assert not unnamed.phone_numbers.exists()


def test_a_number_of_another_known_customer_is_held_by_both() -> None:
    first, second = save("c-1", phone_numbers=[ADA]), save("c-2", phone_numbers=[ADA])
    assert numbers_of(first) == numbers_of(second) == [ADA]


def test_the_audit_trail_names_fields_and_no_values() -> None:
    save(profile={"first_name": "Ada"}, phone_numbers=[ADA])
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.act) == ("Web shop", "customer.create")
    assert entry.detail == {"fields": ["first_name", "external_id"], "numbers_added": 1, "numbers_removed": 0}


def test_the_same_again_changes_nothing_and_says_nothing() -> None:
    save(profile={"first_name": "Ada"}, phone_numbers=[ADA], attributes={"points": 1})
    updated = Customer.objects.get().updated_at
    save(profile={"first_name": "Ada"}, phone_numbers=[ADA], attributes={"points": 1})
    assert AuditEntry.objects.count() == 1
    assert Customer.objects.get().updated_at == updated


def test_staff_without_the_right_are_turned_away() -> None:
    with pytest.raises(PermissionDenied):
        save(by=Actor("staff", "viewer", None, frozenset()))
