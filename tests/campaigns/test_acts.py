"""Acts in words: what verbs write into the audit trail, a person can read."""

import re
from pathlib import Path

from campaigns.acts import in_words
from campaigns.lifecycle import Move

ROOT = Path(__file__).parents[2]


def test_every_act_that_a_verb_names_has_words() -> None:
    files = [file for app in ("campaigns", "optins", "messaging") for file in (ROOT / app / "actions").rglob("*.py")]
    written = {act for file in files for act in re.findall(r'\bact\s?=[^,)\n]*?"([a-z_.]+)"', file.read_text())}
    acts = written | {f"campaign.{move}" for move in Move} | {"import.done", "import.failed"}
    assert len(acts) > 30
    assert sorted(act for act in acts if in_words(act) == act) == []


def test_an_act_without_words_stands_as_it_is() -> None:
    assert in_words("moon.land") == "moon.land"
