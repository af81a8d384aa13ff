"""Tells the Handsets page which phones have news, without keeping a log of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """One open page: the phones it shows, and those of them with news it has not fetched yet."""

    def __init__(self, phones: frozenset[str]) -> None:
        self.phones = phones
        self._news: set[str] = set()
        self._ringing = asyncio.Event()

    def tell(self, phone: str) -> None:
        """Notes news of a phone; many notes of one phone are one."""
        if phone in self.phones:
            self._news.add(phone)
            self._ringing.set()

    async def news(self) -> set[str]:
        """Waits until a phone has news; answers all that have."""
        await self._ringing.wait()
        self._ringing.clear()
        news, self._news = self._news, set()
        return news


class Watchers:
    """All open pages."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()

    @contextmanager
    def watch(self, phones: frozenset[str]) -> Iterator[Watch]:
        """A watch over these phones for as long as the page is open."""
        watch = Watch(phones)
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    def tell(self, phone: str) -> None:
        """Tells every page that shows this phone."""
        for watch in self._watches:
            watch.tell(phone)

    def tell_all(self) -> None:
        """Tells every page about every phone: the carrier has forgotten everything."""
        for watch in self._watches:
            for phone in watch.phones:
                watch.tell(phone)
