"""One run: the stage is set, the acts are played while campaigns go out, and everything is left alone to recover."""

import datetime as dt
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.chaos_suite.acts import A_FEW, EVERYTHING, MOST, lanes
from benchmarks.chaos_suite.drive import Drive
from benchmarks.chaos_suite.house import BEATS, CARRIER, SEND_WORKERS, WEB, WORKER, House, Timing
from benchmarks.chaos_suite.people import cancel
from benchmarks.chaos_suite.pulse import Pulse
from benchmarks.chaos_suite.scene import Act, Play, Scene
from benchmarks.chaos_suite.verdict import Campaign, Evidence, Row, Span

Say = Callable[[str], None]

# Those whom `seed_demo` makes are customers like all others.
_DEMO_PEOPLE: Final = tuple(f"+131355501{place:02d}" for place in range(1, 13))
# "By itself within the rescue time plus a minute", beside what the sender's rate takes for the texts left.
_RECOVERY_SECONDS: Final = 60.0
_BUSY: Final = 3
_NOT_SENT_YET: Final = ("queued", "sending", "uncertain")
_FIRST_TEXT_SECONDS: Final = 30.0
_PAUSE: Final = 0.5
_LOOK: Final = 2.0


_TIMING: Final = Timing(rescue=6, settle=8, hold=3.0)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a run is: its people, the campaigns to all of them, parts a second, what acts and for how long."""

    people: int
    campaigns: int
    rate: float
    seconds: float
    acts: Sequence[Sequence[Act]] = EVERYTHING
    timing: Timing = _TIMING


FULL: Final = Size(people=2_000, campaigns=5, rate=100, seconds=100)
QUICK: Final = Size(people=500, campaigns=3, rate=100, seconds=14, acts=MOST)
TINY: Final = Size(people=100, campaigns=2, rate=60, seconds=3, acts=A_FEW, timing=Timing(rescue=4, settle=6, hold=2.5))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run left behind, sentences about faults that no row shows, and how long it took to recover by itself."""

    evidence: Evidence
    faults: Sequence[str]
    recovered_after: float


def perform(house: House, size: Size, seed: int, say: Say) -> Outcome:
    """Play one run in a house whose servers run. Raises CommandFailed or Refusal when it cannot even be set up."""
    with closing(Drive(house)) as drive:
        everybody = [f"+1313{2_000_000 + place}" for place in range(size.people)]
        *people, broken = everybody
        _set_up(house, drive, everybody, size.rate)
        drive.break_the_row_of(broken)
        say(f"{size.campaigns} campaigns to {size.people:,} people each, {size.rate:.0f} texts a second")
        names, faults = _launch(drive, size.campaigns)
        _await_the_first_text(drive)
        scene = Scene(house, drive, random.Random(seed), say, people, going=list(names))
        cancelled = scene.going[-1]
        with Pulse(f"{house.carrier_url}/healthz") as pulse:
            played = _play(scene, size.acts, size.seconds)
            drive.no_more_faults()
            left = _left({campaign: drive.status(campaign, 0) for campaign in names})
            say(f"{played} acts are over; nobody helps from here on; {left:,} texts have not been sent")
            over = time.monotonic()
            counts = _await_the_end(drive, names, size)
            recovered_after = time.monotonic() - over
            say(f"settled {recovered_after:.1f} s later")
        say(f"the carrier itself answered within {pulse.slowest:.1f} s")
        grace = dt.timedelta(seconds=size.timing.latest_handover + pulse.slowest)
        faults += [f"The process “{name}” ended by itself." for name in house.ended_by_itself()]
        faults += [f"The process “{name}” was asked to end and did not." for name in house.outstayed()]
        faults += _of_joins(scene.joins, drive.welcomes())
        campaigns = _campaigns(everybody, names, counts, cancelled)
        stands = [(_body(names[stand.campaign]), Span(stand.since, stand.until)) for stand in scene.stands]
        evidence = Evidence(
            campaigns, scene.stops, drive.record(), _rows(drive, names), grace,
            scene.forgotten, frozenset({broken}), stands,
        )  # fmt: skip
        return Outcome(evidence, faults, recovered_after)


def _set_up(house: House, drive: Drive, people: Sequence[str], rate: float) -> None:
    """Everything but the campaigns. The processes load while the stage is set."""
    if house.has_its_own_postgres:
        drive.migrate()
    for name in (CARRIER, WEB, WORKER, *SEND_WORKERS, *BEATS):
        house.start(name)
    drive.set_stage(people, rate=rate)
    house.wait_until_ready()


def _launch(drive: Drive, campaigns: int) -> tuple[Mapping[int, str], list[str]]:
    """Each with a double click. Returns the campaigns' names by number, and what went wrong."""
    names = {drive.create(name, _body(name)): name for name in (f"News {n + 1}" for n in range(campaigns))}
    launched = {campaign: drive.launch_twice(campaign) for campaign in names}
    return names, [f"A double click launched campaign {pk} {n} times." for pk, n in launched.items() if n != 1]


def _await_the_first_text(drive: Drive) -> None:
    deadline = time.monotonic() + _FIRST_TEXT_SECONDS
    while not drive.record() and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def _play(scene: Scene, what: Sequence[Sequence[Act]], seconds: float) -> int:
    """One act of each lane at a time, with pauses, until the time is up and what was begun is mended."""
    begun = time.monotonic()
    halfway = cancel(scene)
    plays: list[tuple[float, int | None, Play]] = [(begun + seconds / 2, None, halfway)]
    acts = lanes(what, scene.dice)
    plays += [(begun, lane, next(acts[lane])(scene)) for lane in range(len(acts))]
    played = 0
    while plays:
        plays.sort(key=lambda play: play[0])
        at, lane, play = plays.pop(0)
        time.sleep(max(0.0, at - time.monotonic()))
        try:
            plays.append((time.monotonic() + next(play), lane, play))
        except StopIteration:
            played += 1
            if lane is not None and time.monotonic() < begun + seconds:
                plays.append((time.monotonic() + scene.a_while(0.2, 1), lane, next(acts[lane])(scene)))
        while scene.later:
            plays.append((time.monotonic(), None, scene.later.pop()))
    return played


def _await_the_end(drive: Drive, campaigns: Iterable[int], size: Size) -> Mapping[int, Mapping[str, Any]]:
    """Wait until nothing is left to be done, here and at the carrier, or for as long as it may take.

    Nothing may stand still for longer than the rescue time and a minute. A machine that others keep busy does not reach
    the sender's rate: so many times what the texts take at that rate is the most in all. Returns each one's counts.
    """
    still = size.timing.rescue + _RECOVERY_SECONDS
    deadline = time.monotonic() + still + _BUSY * size.people * size.campaigns / size.rate
    seen, moved_at = None, time.monotonic()
    while True:
        counts = {campaign: drive.status(campaign, _LOOK) for campaign in campaigns}
        left = any(not told["settled"] or told["sent"] for told in counts.values()) or drive.under_way()
        now = time.monotonic()
        if counts != seen:
            seen, moved_at = counts, now
        if not left or now > min(moved_at + still, deadline):
            return counts
        time.sleep(_PAUSE)


def _left(counts: Mapping[int, Mapping[str, Any]]) -> int:
    return sum(told[state] for told in counts.values() for state in _NOT_SENT_YET)


def _of_joins(joins: Mapping[str, int], welcomes: Mapping[str, int]) -> Iterable[str]:
    """Who joined is told so: once, or as often as they had to say it. What nobody heard may have been taken all the
    same, as by a web process that died between its commit and its answer."""
    for number, said in joins.items():
        if not 1 <= welcomes.get(number, 0) <= said:
            yield f"{number} joined, said so {said} times and was welcomed {welcomes.get(number, 0)} times."


def _campaigns(
    people: Sequence[str], names: Mapping[int, str], counts: Mapping[int, Mapping[str, Any]], cancelled: int
) -> Sequence[Campaign]:
    audience = frozenset((*people, *_DEMO_PEOPLE))
    return [
        Campaign(name, _body(name), audience, counts[campaign], stopped_early=campaign == cancelled)
        for campaign, name in names.items()
    ]


def _rows(drive: Drive, names: Mapping[int, str]) -> Sequence[Row]:
    return [row for campaign, name in names.items() for row in drive.rows(campaign, _body(name))]


def _body(name: str) -> str:
    return f"Acme: {name}, today everything is 20% off. Reply HELP for help, STOP to cancel."
