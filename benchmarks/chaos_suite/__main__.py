"""The command line of `benchmarks/chaos`. Its last line on stdout begins with PASS or FAIL; so does its exit code."""

import argparse
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.chaos_suite import report
from benchmarks.chaos_suite.drive import CommandFailed
from benchmarks.chaos_suite.house import House
from benchmarks.chaos_suite.show import FULL, QUICK, Outcome, Size, perform
from benchmarks.chaos_suite.verdict import judge
from config.local.refusal import Refusal
from config.local.services import VAR


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it. 0 when nobody was lost, doubled or texted after a STOP, and every count is right; else 1."""
    parser = argparse.ArgumentParser(prog="benchmarks/chaos", description="Break everything while campaigns go out.")
    parser.add_argument("--quick", action="store_true", help="a shorter run, under a minute on two free cores")
    parser.add_argument("--seed", type=int, help="the seed of an earlier run, to play the same acts again")
    options = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    logs = VAR / "log" / f"chaos-{os.getpid()}"
    passed = run(QUICK if options.quick else FULL, seed, logs)
    if passed:
        shutil.rmtree(logs)
    return 0 if passed else 1


def run(size: Size, seed: int, logs: Path, *, database_url: str = "") -> bool:
    """One run from an empty machine to its verdict. The logs of all processes are in `logs`; see House for the rest."""
    begun = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} s  {line}", flush=True)

    say(f"seed {seed}; logs in {logs}")
    try:
        with House(logs, size.timing, database_url=database_url) as house:
            outcome = perform(house, size, seed, say)
    except (Refusal, CommandFailed) as problem:
        print(f"FAIL: it could not be played to its end: {problem} (seed {seed}, logs in {logs})")
        return False
    return _tell(outcome, f"seed {seed}, {time.monotonic() - begun:.0f} s", logs)


def _tell(outcome: Outcome, run: str, logs: Path) -> bool:
    faults = judge(outcome.evidence)
    passed = not faults and not outcome.faults
    if not passed:
        (logs / "evidence.json").write_text(json.dumps(asdict(outcome.evidence), default=_plain, indent=1))
    for line in (*report.table(outcome.evidence), *report.findings(faults, outcome.faults)):
        print(line)
    print(f"{report.verdict(outcome, faults)} ({run}{'' if passed else f', logs in {logs}'})")
    return passed


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


if __name__ == "__main__":
    sys.exit(main())
