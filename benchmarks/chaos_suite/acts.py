"""The acts: what chaos does to the house. Each is a small play that yields the seconds until it goes on.

An act ends with everything it touched running again: the house is not helped by anybody else. What takes longer than
the settling time is no act, because no protocol over Twilio's interface stands it (ADR 7).
"""

import datetime as dt
import random
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from benchmarks.chaos_suite.drive import KEYWORD, CommandFailed, Drive
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
    House,
)
from benchmarks.chaos_suite.verdict import Span, Stop

_MOMENT: Final = 0.1
_TRIES: Final = 20
# Who was asked to end before it had begun may not hear it: supervisors kill after a while.
_SUPERVISOR_SECONDS: Final = 5.0
# Until the carriers were asked, which may take some tries of its own, it is not allowed.
_RELEASE_TRIES: Final = 90
_HALF: Final = 0.5


@dataclass
class Scene:
    """What an act plays with. `say` writes a line; `going` are the campaigns that go out now."""

    house: House
    drive: Drive
    dice: random.Random
    say: Callable[[str], None]
    people: Sequence[str]
    going: list[int] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    forgotten: list[Span] = field(default_factory=list)
    later: list["Play"] = field(default_factory=list)  # what an act left to somebody else, who begins at once
    joins: dict[str, int] = field(default_factory=dict)  # by number, how often its owner texted the keyword

    def a_while(self, least: float, most: float) -> float:
        """Some seconds between these."""
        return round(self.dice.uniform(least, most), 1)


Play: TypeAlias = Generator[float, None, None]
Act: TypeAlias = Callable[[Scene], Play]


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
        yield _MOMENT
    for name in (WEB, *BEATS):
        scene.house.lose_patience(name)
        scene.house.start(name)


# --- The database ------------------------------------------------------------------------------


def fill_the_disk(scene: Scene) -> Play:
    """Postgres answers, and finds no room for one more row until somebody makes some."""
    database, wait = scene.house.database, scene.a_while(2, 4)
    if database.disk.why_not:
        scene.say(f"Postgres: its disk cannot be filled: {database.disk.why_not}")
        return
    scene.say(f"Postgres: its disk is full for {wait} s")
    before = database.found_no_room()
    database.disk.fill()
    yield wait
    database.disk.make_room()
    scene.say(f"Postgres: its disk has room again; {database.found_no_room() - before} writes found none")


def take_no_rows(scene: Scene) -> Play:
    """Postgres is read-only for a while, as a managed one is before its disk is full."""
    wait = scene.a_while(1, 3)
    scene.say(f"Postgres: takes no rows for {wait} s")
    scene.house.database.take_rows(False)
    yield wait
    scene.house.database.take_rows(True)


def restore_a_backup(scene: Scene) -> Play:
    """Once a run: what was sent, said and decided since the backup is known to the carrier only."""
    if scene.forgotten:
        return
    house = scene.house
    scene.say("Postgres: is backed up")
    backed_up_at = dt.datetime.now(dt.UTC)
    house.database.back_up()
    yield scene.a_while(4, 8)
    as_a_recovery = scene.dice.random() < _HALF
    while not (as_a_recovery or house.remembers_the_database()):
        yield _MOMENT  # a snapshot goes unnoticed when Valkey lost its memory too: docs/operations.md
    scene.say(f"Postgres: kill -9, and its backup is put back as a {'recovery' if as_a_recovery else 'snapshot'}")
    house.kill(POSTGRES)
    house.database.put_back(as_a_recovery=as_a_recovery)
    house.start(POSTGRES)
    scene.forgotten.append(Span(backed_up_at, dt.datetime.now(dt.UTC)))
    scene.later.append(_release(scene))


def _release(scene: Scene) -> Play:
    """Somebody tries until it is allowed, then resumes what was paused when the backup was taken."""
    for _ in range(_RELEASE_TRIES):
        command = scene.drive.ask("release_sending")
        while not command.done():
            yield _MOMENT
        told = command.result().told
        if told["status"] == "ok":
            break
        yield 1
    else:
        raise CommandFailed(f"release_sending, after a restore: {told['message']}")
    scene.say("people: release sending")
    for campaign in scene.going:
        yield from _move(scene, "resume", campaign)


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


# --- People ------------------------------------------------------------------------------------


def people_join(scene: Scene) -> Play:
    """By a keyword, some at the same time, while campaigns go out. Who is not heard says it again.

    Not while an audience is being written: who joins then may be in it or not.
    """
    if not (yield from _are_frozen(scene)):
        return
    crowd = [f"+1313{3_000_000 + len(scene.joins) + place}" for place in range(4)]
    scene.say(f"people: {len(crowd)} join")
    for number in crowd:
        scene.joins[number] = 0
    unheard = crowd
    for _ in range(_TRIES):
        for number in unheard:
            scene.joins[number] += 1
        texts = [scene.drive.text_in(number, KEYWORD) for number in unheard]
        while not all(text.done() for text in texts):
            yield _MOMENT
        unheard = [answer.number for text in texts if (answer := text.result()).answered_at is None]
        if not unheard:
            return
        yield 1


def _are_frozen(scene: Scene) -> Generator[float, None, bool]:
    for campaign in scene.going:
        command = scene.drive.ask("campaign_status", campaign)
        while not command.done():
            yield _MOMENT
        if command.result().told.get("freezing", True):
            return False
    return True


def people_say_stop(scene: Scene) -> Play:
    """Some, at the same time. Who is not heard says it again, as people do."""
    known = {stop.number for stop in scene.stops}
    fresh = [number for number in scene.people if number not in known]
    crowd = scene.dice.sample(fresh, min(8, len(fresh)))
    scene.say(f"people: {len(crowd)} say STOP")
    unheard = list(crowd)
    for _ in range(_TRIES):
        texts = [scene.drive.text_in(number, "STOP") for number in unheard]
        while not all(text.done() for text in texts):
            yield _MOMENT
        answers = [text.result() for text in texts]
        scene.stops += [answer for answer in answers if answer.answered_at is not None]
        unheard = [answer.number for answer in answers if answer.answered_at is None]
        if not unheard:
            return
        yield 1
    scene.stops += [Stop(number, None) for number in unheard]


def pause_and_resume(scene: Scene) -> Play:
    """In the middle of the campaign."""
    campaign, wait = scene.dice.choice(scene.going), scene.a_while(1, 2)
    scene.say(f"people: pause campaign {campaign}, resume it after {wait} s")
    yield from _move(scene, "pause", campaign)
    yield wait
    yield from _move(scene, "resume", campaign)


def cancel(scene: Scene) -> Play:
    """One campaign, for good."""
    campaign = scene.going.pop()
    scene.say(f"people: cancel campaign {campaign}")
    yield from _move(scene, "cancel", campaign)


def _move(scene: Scene, move: str, campaign: int) -> Play:
    """Somebody tries until it is done, or somebody else has: a command may die between its commit and its answer."""
    for _ in range(_TRIES):
        command = scene.drive.ask(f"{move}_campaign", campaign)
        while not command.done():
            yield _MOMENT
        told = command.result().told
        if told["status"] == "ok" or told["code"] == "wrong_state":
            return
        yield 1
    raise CommandFailed(f"{move}_campaign {campaign}: {told['message']}")


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
