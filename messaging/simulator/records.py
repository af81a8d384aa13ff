"""The carrier's books: every text since the start, found by SID, by handset, or page by page."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter

from messaging.simulator.messages import Message

_sequence: Callable[[Message], int] = attrgetter("sequence")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages a list asks for. The window is [since, until) over the date sent; None is open."""

    to: str | None = None
    sender: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def admits(self, message: Message) -> bool:
        """A message not sent yet has no date, so a list by date leaves it out."""
        if self.to is not None and message.to != self.to:
            return False
        if self.sender is not None and message.sender != self.sender:
            return False
        if self.since is None and self.until is None:
            return True
        if message.sent is None:
            return False
        return (self.since is None or message.sent >= self.since) and (self.until is None or message.sent < self.until)


class Records:
    """All messages in order of arrival."""

    def __init__(self) -> None:
        self.all: list[Message] = []
        self._by_sid: dict[str, Message] = {}
        self._by_phone: dict[str, list[Message]] = defaultdict(list)
        self._by_account: dict[str, list[Message]] = defaultdict(list)

    def add(self, message: Message) -> None:
        """Enters a message and numbers it."""
        message.sequence = len(self.all) + 1
        self.all.append(message)
        self._by_sid[message.sid] = message
        self._by_phone[message.phone].append(message)
        if message.author != "carrier":  # Twilio's message log leaves out its own keyword answers
            self._by_account[message.account_sid].append(message)

    def find(self, account_sid: str, sid: str) -> Message | None:
        """The account's message of this SID."""
        message = self._by_sid.get(sid)
        return message if message and message.account_sid == account_sid else None

    def of_phone(self, phone: str) -> list[Message]:
        """All texts from and to a handset, oldest first."""
        return self._by_phone.get(phone, [])

    def older(self, account_sid: str, wanted: Filter, than: Message | None) -> Iterator[Message]:
        """The account's messages before `than` (or from the newest on), newest first."""
        candidates = self._candidates(account_sid, wanted)
        end = bisect_left(candidates, than.sequence, key=_sequence) if than else len(candidates)
        return self._admitted(account_sid, wanted, (candidates[i] for i in range(end - 1, -1, -1)))

    def newer(self, account_sid: str, wanted: Filter, than: Message) -> Iterator[Message]:
        """The account's messages after `than`, oldest first."""
        candidates = self._candidates(account_sid, wanted)
        start = bisect_right(candidates, than.sequence, key=_sequence)
        return self._admitted(account_sid, wanted, islice(candidates, start, None))

    def _candidates(self, account_sid: str, wanted: Filter) -> list[Message]:
        for address in (wanted.to, wanted.sender):
            if address in self._by_phone:
                return self._by_phone[address]
        return self._by_account.get(account_sid, [])

    @staticmethod
    def _admitted(account_sid: str, wanted: Filter, candidates: Iterable[Message]) -> Iterator[Message]:
        return (
            message
            for message in candidates
            if message.account_sid == account_sid and message.author != "carrier" and wanted.admits(message)
        )
