"""What a run finds: figures, each beside its reference, and how they are shown."""

import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing. `per_second` holds one value for each repetition; `note` says what else was seen."""

    name: str
    per_second: Sequence[float]
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.per_second)


@dataclass
class Report:
    """Everything of one run, in the order in which it was measured."""

    figures: list[Figure] = field(default_factory=list)
    ratios: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, repetitions: int, measure: Callable[[], float], note: str = "") -> Figure:
        """Measure so many times and keep the figure."""
        return self.keep(Figure(name, [measure() for _ in range(repetitions)], note))

    def keep(self, figure: Figure) -> Figure:
        """Keep a figure that was measured elsewhere, and say it at once: a full run takes long."""
        self.figures.append(figure)
        print(_row(figure), file=sys.stderr, flush=True)
        return figure

    def as_json(self) -> str:
        """One object: `ratios` by name, `figures` with all their values."""
        rows = [
            {"name": row.name, "median": row.median, "values": list(row.per_second), "note": row.note}
            for row in self.figures
        ]
        return json.dumps({"ratios": self.ratios, "figures": rows}, indent=2)

    def as_table(self) -> str:
        """The same for people."""
        lines = [f"{'':<58}{'per second':>12}  {'from – to':<17}"]
        lines += [_row(figure) for figure in self.figures]
        return "\n".join([*lines, "", *_ratio_rows(self.ratios)])


def _row(figure: Figure) -> str:
    span = f"{min(figure.per_second):,.0f} – {max(figure.per_second):,.0f}" if len(figure.per_second) > 1 else ""
    return f"{figure.name:<58}{figure.median:>12,.0f}  {span:<17} {figure.note}".rstrip()


def _ratio_rows(ratios: Mapping[str, float]) -> list[str]:
    return [f"{name:<58}{ratio:>12.2f}" for name, ratio in ratios.items()]
