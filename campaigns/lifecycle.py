"""The kinds of campaign, their states, and the moves between them.

draft ──launch──▶ scheduled ──(its time)──▶ live ──(its end)──▶ ended
  │                   │                    ▲  │
  │                   │               resume  pause
  │                   │                    │  ▼
  └───── cancel ──────┴──────── cancel ── paused ── end ──▶ ended
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a campaign is for."""

    GLOBAL = "global"
    OPT_IN = "opt_in"
    MESSAGING = "messaging"


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"  # being written; nothing is held and nothing is sent
    SCHEDULED = "scheduled"  # launched, its runtime has not begun
    LIVE = "live"  # running
    PAUSED = "paused"  # held by a person or by the system; keywords stay held, joins are refused
    ENDED = "ended"  # over; what people agreed to stands
    CANCELLED = "cancelled"  # given up before its end; what had not left never will


class Move(StrEnum):
    """What a person, or the system in one's place, can do to a campaign. The clock begins and ends them besides."""

    LAUNCH = "launch"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of the diagram: from any of these states to that one."""

    sources: frozenset[State]
    target: State


MOVES: Mapping[Move, Step] = {
    Move.LAUNCH: Step(frozenset({State.DRAFT}), State.SCHEDULED),
    Move.PAUSE: Step(frozenset({State.LIVE, State.SCHEDULED}), State.PAUSED),
    Move.RESUME: Step(frozenset({State.PAUSED}), State.SCHEDULED),
    Move.END: Step(frozenset({State.LIVE, State.PAUSED, State.SCHEDULED}), State.ENDED),
    Move.CANCEL: Step(frozenset({State.DRAFT, State.SCHEDULED, State.LIVE, State.PAUSED}), State.CANCELLED),
}
"""Launch and resume lead to *scheduled*; the clock begins what is due at once, so that there is one rule for both."""

CLOSED = frozenset({State.ENDED, State.CANCELLED})
LAUNCHED = frozenset({State.SCHEDULED, State.LIVE, State.PAUSED})
"""States in which a campaign holds its keywords and its pinned messages."""


def moves_from(state: State) -> tuple[Move, ...]:
    """The moves a person may make from here, in the order in which buttons stand."""
    return tuple(move for move, step in MOVES.items() if state in step.sources)
