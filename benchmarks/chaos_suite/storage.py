"""The acts that concern where Postgres keeps its rows: no room, no leave to write, an earlier state of everything."""

import datetime as dt
from typing import Final

from benchmarks.chaos_suite.house import POSTGRES
from benchmarks.chaos_suite.people import release_sending
from benchmarks.chaos_suite.scene import MOMENT, Play, Scene
from benchmarks.chaos_suite.verdict import Span

_HALF: Final = 0.5


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
        yield MOMENT  # a snapshot goes unnoticed when Valkey lost its memory too: docs/operations.md
    scene.say(f"Postgres: kill -9, and its backup is put back as a {'recovery' if as_a_recovery else 'snapshot'}")
    house.kill(POSTGRES)
    house.database.put_back(as_a_recovery=as_a_recovery)
    house.start(POSTGRES)
    scene.forgotten.append(Span(backed_up_at, dt.datetime.now(dt.UTC)))
    scene.later.append(release_sending(scene))
