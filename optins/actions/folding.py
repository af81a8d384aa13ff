"""Many changes of a programme's counts become one row for each state."""

from typing import Final

from campaigns.folding import fold
from campaigns.locks import alone

_LOCK: Final = 7_062_014


def fold_standings() -> int:
    """Put the counts together. Returns how many rows stand for what was folded; 0 when somebody else is at it."""
    with alone(_LOCK) as mine:
        return fold("optins_standingcount", ("state", "programme_id")) if mine else 0
