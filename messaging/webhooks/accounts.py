"""Who may sign a webhook: the tokens of our accounts, remembered by each web process for some seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from optins.models import MessageProvider

REMEMBERED_SECONDS: Final = 5.0
"""How long a token that was taken away may still sign. A new one signs at once."""


@dataclass(frozen=True, slots=True)
class Account:
    """The tokens that may have signed for an account, and when they were read."""

    tokens: tuple[str, ...]
    read_at: float


class Accounts:
    """The accounts of this process. Reading one costs a query and a decryption, three times for every text."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, Account] = {}

    def let_in(self, account_sid: str, has_signed: Callable[[tuple[str, ...]], bool]) -> bool:
        """Whether this is an account of ours and one of its tokens has signed, as `has_signed` tells of tokens.

        It is asked again with fresh ones when those that are remembered did not sign: a token that was rotated a
        moment ago works at once.
        """
        known = self._known.get(account_sid)
        if known and self._clock() - known.read_at < REMEMBERED_SECONDS and has_signed(known.tokens):
            return True
        fresh = self._read(account_sid)
        return fresh is not None and has_signed(fresh.tokens)

    def _read(self, account_sid: str) -> Account | None:
        # The time before the query: what it found may be older than what it took to find.
        now = self._clock()
        provider = MessageProvider.objects.filter(account_sid=account_sid).first()
        if provider is None:
            self._known.pop(account_sid, None)
            return None
        self._known[account_sid] = account = Account(provider.webhook_tokens, now)
        return account
