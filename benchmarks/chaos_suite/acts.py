"""The acts: what chaos does to the house. Each is a small play that yields the seconds until it goes on.

An act ends with everything it touched running again: the house is not helped by anybody else. What takes longer than
the settling time is no act, because no protocol over Twilio's interface stands it (ADR 7).
"""

import random
import signal
import time
from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.chaos_suite.house import (
    BEATS,
    BROKER_LINK,
    CALLBACK_LINK,
    CARRIER_LINK,
    DATA_LINK,
    POSTGRES,
    SEND_WORKERS,
    VALKEY,
    WEB,
    WEB_DATA_LINK,
    WORKER,
)
from benchmarks.chaos_suite.people import pause_and_resume, people_join, people_say_stop
from benchmarks.chaos_suite.scene import MOMENT, Act, Play, Scene
from benchmarks.chaos_suite.storage import fill_the_disk, restore_a_backup, take_no_rows

# Who was asked to end before it had begun may not hear it: supervisors kill after a while.
_SUPERVISOR_SECONDS: Final = 5.0


# --- Processes ---------------------------------------------------------------------------------


def _kill(name: str, scene: Scene, away: float) -> Play:
    scene.say(f"{name}: kill -9, back after {away} s")
    scene.house.kill(name)
    yield away
    scene.house.start(name)


def kill_a_send_worker(scene: Scene) -> Play:
    """All processes of a send worker, as if its machine were gone."""
    return _kill(scene.dice.choice(SEND_WORKERS), scene, scene.a_while(0.5, 2))


def kill_a_process_of_a_send_worker(scene: Scene) -> Play:
    """One process that posts texts; Celery starts another."""
    name = scene.dice.choice(SEND_WORKERS)
    scene.say(f"{name}: kill -9 for one of its processes")
    scene.house.kill_a_child(name, scene.dice.randrange(8))
    yield 0


def kill_the_web(scene: Scene) -> Play:
    """Callbacks and STOPs find nobody."""
    return _kill(WEB, scene, scene.a_while(0.5, 1.5))


def kill_the_worker(scene: Scene) -> Play:
    """Who sweeps, and carries notices."""
    return _kill(WORKER, scene, scene.a_while(0.5, 2))


def kill_a_beat(scene: Scene) -> Play:
    """One of the two."""
    return _kill(scene.dice.choice(BEATS), scene, scene.a_while(0.5, 2))


def kill_valkey(scene: Scene) -> Play:
    """It comes back empty: bells, buckets and limits are gone."""
    return _kill(VALKEY, scene, scene.a_while(0.5, 2))


def kill_postgres(scene: Scene) -> Play:
    """What was committed is there again."""
    return _kill(POSTGRES, scene, scene.a_while(0.2, 1))


def flush_valkey(scene: Scene) -> Play:
    """All at once, while it is in use."""
    scene.say("Valkey: FLUSHALL")
    scene.house.flush()
    yield 0


def stall_a_process(scene: Scene) -> Play:
    """SIGSTOP and, before the settling time is over, SIGCONT."""
    name = scene.dice.choice((*SEND_WORKERS, WEB, WORKER, VALKEY))
    wait = scene.a_while(1, scene.house.timing.hold)
    scene.say(f"{name}: stopped for {wait} s")
    scene.house.signal(name, signal.SIGSTOP)
    yield wait
    scene.house.signal(name, signal.SIGCONT)


def deploy_a_send_worker(scene: Scene) -> Play:
    """SIGTERM, and its successor starts at once beside it."""
    name = scene.dice.choice(SEND_WORKERS)
    scene.say(f"{name}: SIGTERM, and a successor at once")
    scene.house.ask_to_end(name)
    scene.house.start(name)
    yield 0


def deploy_everything(scene: Scene) -> Play:
    """SIGTERM for all that is ours. Workers have their successors at once, the others when what they hold is free."""
    scene.say("everything of ours: SIGTERM, and successors")
    for name in (*SEND_WORKERS, WORKER, WEB, *BEATS):
        scene.house.ask_to_end(name)
    for name in (*SEND_WORKERS, WORKER):
        scene.house.start(name)
    patience = time.monotonic() + _SUPERVISOR_SECONDS
    while {WEB, *BEATS} & set(scene.house.still_leaving()) and time.monotonic() < patience:
        yield MOMENT
    for name in (WEB, *BEATS):
        scene.house.lose_patience(name)
        scene.house.start(name)


# --- Links -------------------------------------------------------------------------------------

_LINKS: Final = (CARRIER_LINK, CALLBACK_LINK, DATA_LINK, WEB_DATA_LINK, BROKER_LINK)


def cut_a_link(scene: Scene) -> Play:
    """Open connections break off, new ones are refused."""
    link, wait = scene.dice.choice(_LINKS), scene.a_while(0.5, 2)
    scene.say(f"{link}: cut for {wait} s")
    scene.house.links.cut(link)
    yield wait
    scene.house.links.mend(link)


def stall_a_link(scene: Scene) -> Play:
    """Nothing goes through, and nothing says so."""
    link, wait = scene.dice.choice(_LINKS), scene.a_while(1, scene.house.timing.hold)
    scene.say(f"{link}: stalled for {wait} s")
    scene.house.links.stall(link)
    yield wait
    scene.house.links.mend(link)


def reset_a_link(scene: Scene) -> Play:
    """A few times, so that it happens in the middle of requests and of answers."""
    link, times = scene.dice.choice(_LINKS), scene.dice.randint(2, 5)
    scene.say(f"{link}: reset {times} times")
    for _ in range(times):
        scene.house.links.reset(link)
        yield 0.2


# --- The carrier -------------------------------------------------------------------------------


def _answers(what: str, *, most: int = 60, **fault: object) -> Act:
    def act(scene: Scene) -> Play:
        times = scene.dice.randint(most // 3, most)
        scene.say(f"carrier: {what}, {times} times")
        scene.drive.order_fault(on="create", times=times, **fault)
        yield 0

    return act


def lists_fail(scene: Scene) -> Play:
    """While what is uncertain is to be asked about."""
    scene.say("carrier: its list fails, 5 times")
    scene.drive.order_fault(on="list", do="unavailable", times=5)
    yield 0


def revoke_the_credentials(scene: Scene) -> Play:
    """Campaigns pause, and go on by themselves when they are taken again."""
    wait = scene.a_while(1, 3)
    scene.say(f"carrier: refuses the credentials (401, 20003) for {wait} s")
    scene.drive.revoke(True)
    yield wait
    scene.drive.revoke(False)


_HOUSE_ACTS: Final[Sequence[Act]] = (
    kill_a_send_worker,
    kill_postgres,
    kill_a_process_of_a_send_worker,
    flush_valkey,
    kill_the_web,
    cut_a_link,
    stall_a_link,
    kill_valkey,
    reset_a_link,
    stall_a_process,
    fill_the_disk,
    take_no_rows,
    kill_the_worker,
    kill_a_beat,
    deploy_a_send_worker,
    deploy_everything,
)
_OUTER_ACTS: Final[Sequence[Act]] = (
    _answers("takes the text and loses the answer", do="drop", taken=True),
    people_say_stop,
    _answers("storms with 20 copies of each callback before it answers", do="storm", most=9),
    _answers("takes the text after the time-out", do="late"),
    pause_and_resume,
    _answers("429", do="busy"),
    _answers("500, text taken", do="error", taken=True),
    _answers("half of an answer, text taken", do="half", taken=True),
    _answers("garbage, text taken", do="garbage", taken=True),
    revoke_the_credentials,
    lists_fail,
    people_join,
    _answers("503, text not taken", do="unavailable"),
    _answers("holds the answer beyond the time-out, text taken", do="hold", taken=True),
    _answers("500, text not taken", do="error"),
    _answers("ends the connection without an answer, text not taken", do="drop"),
)
MOST: Final = (_HOUSE_ACTS, _OUTER_ACTS)
"""What is done at the same time: one act of each lane, none beside another of its own. The first four of each come
first in every run, so that a short one has them."""
EVERYTHING: Final = ((*_HOUSE_ACTS, restore_a_backup), _OUTER_ACTS)
"""The same, and what a short run has no time for: after a restore nothing is sent for a while."""
A_FEW: Final = ((kill_a_send_worker, flush_valkey, kill_a_process_of_a_send_worker, reset_a_link), _OUTER_ACTS[:4])
"""What a test has the time for. Postgres is not the house's own there."""
_FIRST: Final = 4


def lanes(acts: Sequence[Sequence[Act]], dice: random.Random) -> Sequence[Iterator[Act]]:
    """For each lane its acts, without end, in an order that the dice decide."""
    return [_endless(lane, dice) for lane in acts]


def _endless(acts: Sequence[Act], dice: random.Random) -> Iterator[Act]:
    yield from dice.sample(acts[:_FIRST], _FIRST)
    yield from dice.sample(acts[_FIRST:], len(acts) - _FIRST)
    while True:
        yield from dice.sample(acts, len(acts))
