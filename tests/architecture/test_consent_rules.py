"""The page about the rules of consent: the tests that it names exist, and no item of the checklist is left out."""

import re

import pytest

from tests.architecture.source import ROOT, functions

PAGE = (ROOT / "docs" / "consent-rules.md").read_text()
LINES = re.findall(r"^\| ([\d, ]+) \|.*\| (.+) \|$", PAGE, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ITEMS = {*range(13, 31), *range(39, 42), *range(45, 53)}


def test_every_item_about_consent_has_a_line() -> None:
    told = {int(item) for items, _ in LINES for item in items.split(",")}
    assert told == ITEMS


def test_every_rule_names_a_test() -> None:
    assert [items for items, proof in LINES if "::" not in proof] == []


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_proves_a_rule_exists(file: str, name: str) -> None:
    assert name in {function.name for function in functions(ROOT / file)}
