"""What a run says at its end: a table, every fault with all that is known about it, and one line that decides."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmarks.chaos_suite.show import Outcome
from benchmarks.chaos_suite.verdict import Evidence, Fault, Kind

_SHOWN: Final = 20


def table(evidence: Evidence) -> Iterator[str]:
    """Each campaign's counts, a line a campaign, beside what the carrier has of it."""
    columns = ("planned", "skipped", "cancelled", "failed", "delivered")
    yield f"{'':12}{''.join(f'{column:>12}' for column in columns)}{'at carrier':>12}"
    at_carrier = Counter(text.body for text in evidence.carrier)
    for campaign in evidence.campaigns:
        cells = "".join(f"{campaign.counts[column]:>12,}" for column in columns)
        yield f"{campaign.name:12}{cells}{at_carrier[campaign.body]:>12,}"


def findings(faults: Sequence[Fault], others: Sequence[str]) -> Iterator[str]:
    """The first of each kind in full, and how many more there are."""
    yield from others
    for kind in Kind:
        found = [fault for fault in faults if fault.kind is kind]
        yield from (str(fault) for fault in found[:_SHOWN])
        if len(found) > _SHOWN:
            yield f"{kind}: {len(found) - _SHOWN:,} more"


def verdict(outcome: Outcome, faults: Sequence[Fault]) -> str:
    """The sentence that ends a run, without its seed and time."""
    counted = Counter(fault.kind for fault in faults)
    if not faults and not outcome.faults:
        texts = len(outcome.evidence.carrier)
        return (
            f"PASS: {texts:,} texts, 0 lost, 0 doubled, 0 after STOP, every status final, the counts add up, "
            f"settled {outcome.recovered_after:.0f} s after the last act"
        )
    kinds: Mapping[str, int] = {**{kind.value: n for kind, n in counted.items()}, "other": len(outcome.faults)}
    return f"FAIL: {', '.join(f'{n:,} {kind}' for kind, n in kinds.items() if n)}"
