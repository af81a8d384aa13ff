"""The acts of people: whoever owns a phone, and operators. They try again until they are heard."""

import datetime as dt
from collections.abc import Generator
from typing import Final

from benchmarks.chaos_suite.drive import KEYWORD, CommandFailed
from benchmarks.chaos_suite.scene import MOMENT, Play, Scene, Stand
from benchmarks.chaos_suite.verdict import Stop

_TRIES: Final = 20
# Until the carriers were asked, which may take some tries of its own, it is not allowed.
_RELEASE_TRIES: Final = 240


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
            yield MOMENT
        unheard = [answer.number for text in texts if (answer := text.result()).answered_at is None]
        if not unheard:
            return
        yield 1


def _are_frozen(scene: Scene) -> Generator[float, None, bool]:
    for campaign in scene.going:
        command = scene.drive.ask("campaign_status", campaign)
        while not command.done():
            yield MOMENT
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
            yield MOMENT
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
    scene.standing.add(campaign)
    paused = yield from _move(scene, "pause", campaign)
    since = dt.datetime.now(dt.UTC)
    yield wait
    if paused:
        scene.stands.append(Stand(campaign, since, dt.datetime.now(dt.UTC)))
    yield from _move(scene, "resume", campaign)
    scene.standing.discard(campaign)


def cancel(scene: Scene) -> Play:
    """One campaign, for good."""
    campaign = scene.going.pop()
    scene.say(f"people: cancel campaign {campaign}")
    yield from _move(scene, "cancel", campaign)
    scene.stands.append(Stand(campaign, dt.datetime.now(dt.UTC)))


def _move(scene: Scene, move: str, campaign: int) -> Generator[float, None, bool]:
    """Somebody tries until it is done, or somebody else has: a command may die between its commit and its answer.

    Returns whether it was they who did it.
    """
    for _ in range(_TRIES):
        command = scene.drive.ask(f"{move}_campaign", campaign)
        while not command.done():
            yield MOMENT
        told = command.result().told
        if told["status"] == "ok" or told["code"] == "wrong_state":
            return bool(told["status"] == "ok")
        yield 1
    raise CommandFailed(f"{move}_campaign {campaign}: {told['message']}")


def release_sending(scene: Scene) -> Play:
    """Somebody tries until it is allowed, then resumes what was paused when the backup was taken."""
    for _ in range(_RELEASE_TRIES):
        command = scene.drive.ask("release_sending")
        while not command.done():
            yield MOMENT
        told = command.result().told
        if told["status"] == "ok":
            break
        yield 1
    else:
        raise CommandFailed(f"release_sending, after a restore: {told['message']}")
    scene.say("people: release sending")
    for campaign in scene.going:
        if campaign not in scene.standing:
            yield from _move(scene, "resume", campaign)
