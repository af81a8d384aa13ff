"""`manage.py save_segment`: a segment from a rule as JSON, by the verb of its page."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import AuditEntry, Segment
from tests import factories
from tests.commands import refused, said, told

pytestmark = pytest.mark.django_db

TEXAS: dict[str, Any] = {"all": [{"field": "state", "operator": "is", "value": "TX"}]}


@pytest.fixture(autouse=True)
def people() -> None:
    for state in ("TX", "TX", "MI"):
        factories.customer(state=state)


def save(*arguments: object, rule: object = TEXAS) -> Any:
    return told("save_segment", "Texans", "--rule", json.dumps(rule), *arguments)


def test_a_segment_is_made() -> None:
    answer = save("--description=For the fair", "--by=ada")
    segment = Segment.objects.get()
    assert (segment.name, segment.rule, segment.description) == ("Texans", TEXAS, "For the fair")
    assert (answer["segment"], answer["created"], answer["rule"]) == (segment.pk, True, TEXAS)
    assert (answer["people"], answer["exact"]) == (2, True)
    assert answer["meaning"] == "People in TX."
    assert AuditEntry.objects.get().actor == "ada"


def test_the_segment_of_that_name_is_changed(tmp_path: Path) -> None:
    first = save("--description=For the fair")
    file = tmp_path / "rule.json"
    file.write_text("{}")
    answer = told("save_segment", "Texans", "--document", file)
    assert (answer["segment"], answer["created"], answer["people"]) == (first["segment"], False, 3)
    assert answer["description"] == "For the fair"


def test_it_is_renamed_and_keeps_its_rule() -> None:
    save()
    told("save_segment", "Texans", "--rename=Lone stars")
    assert list(Segment.objects.values_list("name", "rule")) == [("Lone stars", TEXAS)]


def test_it_says_in_words_what_was_done() -> None:
    out = said("save_segment", "Texans", "--rule", json.dumps(TEXAS))
    assert "was made: People in TX. That is 2 people now." in out
    assert "was saved" in said("save_segment", "Texans")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["New"], "missing_data", "There is no segment “New” yet. Give its --rule"),
        (["New", "--rule=state is TX"], "argument_error", "--rule is no JSON"),
        (["New", "--document=/nowhere"], "argument_error", "/nowhere cannot be read"),
        ([" ", "--rule={}"], "missing_name", "Give the segment a name."),
        (["New", '--rule={"all": [{"field": "stat", "operator": "is", "value": "TX"}]}'], "invalid_rule", "Row 1: "),
    ],
)
def test_what_cannot_be_saved_says_why(arguments: list[str], code: str, sentence: str) -> None:
    answer = refused("save_segment", *arguments)
    assert (answer["code"], Segment.objects.count()) == (code, 0)
    assert sentence in answer["message"]


def test_a_rule_is_given_in_one_way() -> None:
    with pytest.raises(CommandError, match="not allowed with argument"):
        call_command("save_segment", "New", "--rule={}", "--document=-")


def test_a_name_that_another_has_and_a_circle_are_refused() -> None:
    factories.segment({}, name="Everybody")
    texans = save()["segment"]
    assert refused("save_segment", "Texans", "--rename=Everybody")["code"] == "name_taken"
    circle = {"all": [{"field": "@segment", "operator": "is_in", "value": texans}]}
    assert refused("save_segment", "Texans", "--rule", json.dumps(circle))["code"] == "circular_rule"
