"""`manage.py consent_of`: the standing of a number, with the proof."""

import pytest

from tests import factories
from tests.commands import refused, said, told

pytestmark = pytest.mark.django_db

NUMBER = "+13139711649"


def test_a_number_is_shown_with_its_standing_and_its_proof() -> None:
    programme = factories.opt_in_campaign(sender=factories.sender(address="97865"))
    person = factories.customer(external_id="c-1", numbers=[NUMBER])
    factories.subscription(programme, person)
    factories.suppression(NUMBER, sender=programme.options.sender)
    answer = told("consent_of", "(313) 971-1649")
    assert answer["number"] == NUMBER
    assert answer["customers"] == [{"customer": person.pk, "external_id": "c-1", "verified_at": None}]
    standing = answer["programmes"][0]
    assert (standing["preference"], standing["state"]) == (programme.preference, "opted_in")
    assert standing["opted_in_at"].endswith("Z")
    suppression = answer["suppressions"][0]
    assert (suppression["sender"], suppression["reason"]) == ("97865", "stop")
    assert [entry["action"] for entry in answer["ledger"]] == ["opted_in", "suppressed"]


def test_people_read_it_line_by_line() -> None:
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(external_id="c-1"), NUMBER)
    factories.suppression(NUMBER)
    lines = said("consent_of", NUMBER).splitlines()
    assert lines[:4] == [
        f"{NUMBER}: held by nobody.",
        f"  {programme.preference}: opted_in",
        "  suppressed (stop) for every sender",
        "2 entries in the ledger:",
    ]
    assert lines[4].endswith("UTC  opted_in (keyword)")


def test_a_number_that_nobody_knows_has_nothing_on_record() -> None:
    answer = told("consent_of", NUMBER)
    assert answer == {
        "status": "ok", "number": NUMBER, "customers": [], "programmes": [], "suppressions": [], "ledger": [],
    }  # fmt: skip


def test_what_is_no_number_is_refused() -> None:
    assert refused("consent_of", "911")["code"] == "invalid_phone_number"
