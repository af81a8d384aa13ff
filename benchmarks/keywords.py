"""Inbound texts read a second, by one process: as people write them, and the one word that most of them are."""

import csv
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from optins.keywords import Situation, read

_SECONDS: Final = 0.4
_CORPUS: Final = Path(__file__).parents[1] / "tests" / "fixtures" / "texts.csv"


def _texts() -> Sequence[str]:
    with _CORPUS.open(newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


_TEXTS: Final = _texts()
CORPUS_SIZE: Final = len(_TEXTS)


def texts_read() -> float:
    """The texts of the tests' corpus, most of them whole sentences."""
    return _per_second(_TEXTS)


def stops_read() -> float:
    """STOP, as it comes."""
    return _per_second(["STOP", "Stop.", "stop"])


def _per_second(texts: Sequence[str]) -> float:
    """By CPU time, so that others on the machine do not count."""
    situation, rounds, begun = Situation(), 0, time.process_time()
    while time.process_time() - begun < _SECONDS:
        for text in texts:
            read(text, situation)
        rounds += 1
    return rounds * len(texts) / (time.process_time() - begun)
