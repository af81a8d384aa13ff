"""Attempt ids: each is new, and says itself which text it is an attempt of.

A UUID of version 8 (RFC 9562): its first 48 bits are the text's id in the outbox, 72 of the others are chance. Who
brings one, such as a callback, is led to the row by its key, which then says whether it is the row's present attempt.
So the outbox needs no index on attempts, which every claim and every answer would have to be entered in.
"""

import os
import uuid
from collections.abc import Sequence
from typing import Final

_BITS_BEHIND: Final = 80
_HEX_OF_CHANCE: Final = 18


def new_attempts(outbound_ids: Sequence[int]) -> Sequence[str]:
    """A new attempt id for each of these texts, as UUIDs are written."""
    chance = os.urandom(_HEX_OF_CHANCE // 2 * len(outbound_ids)).hex()
    starts = range(0, len(chance), _HEX_OF_CHANCE)
    return [
        f"{pk >> 16:08x}-{pk & 0xFFFF:04x}-8{chance[at : at + 3]}-a{chance[at + 3 : at + 6]}-{chance[at + 6 : at + 18]}"
        for pk, at in zip(outbound_ids, starts, strict=True)
    ]


def new_attempt(outbound_id: int) -> uuid.UUID:
    """One for a text."""
    (written,) = new_attempts([outbound_id])
    return uuid.UUID(written)


def outbound_of(attempt_id: uuid.UUID) -> int:
    """The id of the text; of a UUID that is no attempt of ours, some number."""
    return attempt_id.int >> _BITS_BEHIND
