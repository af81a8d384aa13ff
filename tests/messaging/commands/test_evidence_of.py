"""`manage.py evidence_of` and `erase_person`: what is known of a number, and its end."""

import pytest

from campaigns.models import Customer
from tests import factories
from tests.commands import refused, said, told

pytestmark = pytest.mark.django_db

ADA = "+13135550101"


@pytest.fixture
def ada() -> Customer:
    person = factories.customer(numbers=[ADA], external_id="ada-1")
    factories.subscription(factories.opt_in_campaign(), person)
    return person


def test_the_evidence_is_one_object(ada: Customer) -> None:
    answer = told("evidence_of", "(313) 555-0101")
    assert (answer["number"], answer["verdict"]["intact"]) == (ADA, True)
    assert answer["ledger"][0]["action"] == "opted_in"
    assert answer["standing"]["subscriptions"][0]["state"] == "opted_in"


def test_people_read_a_summary(ada: Customer) -> None:
    assert "+1313•••0101: 1 entries, as they were written." in said("evidence_of", ADA)


def test_nothing_known_is_an_answer_too() -> None:
    assert told("evidence_of", ADA)["ledger"] == []


def test_a_person_is_erased_by_command(ada: Customer) -> None:
    answer = told("erase_person", "ada-1", "--reason", "Asked by letter")
    assert (answer["numbers"], answer["shared_numbers"]) == (1, 0)
    assert told("evidence_of", ADA)["ledger"][0]["inbound_text"] == ""
    assert refused("erase_person", "ada-1", "--reason", "Again")["code"] == "user_not_found"


def test_a_number_is_erased_by_command() -> None:
    factories.suppression(ADA)
    assert "Erased: 1 numbers" in said("erase_person", "--number", ADA, "--reason", "Asked by letter")


def test_one_of_customer_and_number_is_named() -> None:
    assert refused("erase_person", "--reason", "x")["code"] == "argument_error"
    assert refused("erase_person", "a", "--number", ADA, "--reason", "x")["code"] == "argument_error"
