"""How many requests of one account may be under way at once: found out, since no carrier says it beforehand.

Twilio limits concurrent requests per account and answers the ones too many with 429 (twilio.com/docs/api/errors/20429).
With latency, throughput is requests under way over latency, so that the number should be as large as Twilio lets it be.
"""

_FIRST = 32


class Window:
    """Grows while answers are good, up to `most`; halves at a sign of trouble; holds when the carrier says until when.

    Trouble is counted once for all requests that were under way when it showed. Times are seconds of one clock.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = float(min(_FIRST, most))
        self._doubles = True
        self._under_way = 0
        self._begun = 0
        self._credit = 0
        # Requests begun up to this one belong to the trouble that is known.
        self._known_until = 0
        self._held_until = 0.0

    @property
    def under_way(self) -> int:
        """Requests that have begun and not ended."""
        return self._under_way

    def room(self, now: float) -> int:
        """How many requests may begin now."""
        return 0 if now < self._held_until else max(0, int(self._size) - self._under_way)

    def held_for(self, now: float) -> float:
        """For how many more seconds nothing may begin; 0 when nothing is held."""
        return max(0.0, self._held_until - now)

    def begin(self) -> int:
        """A request begins. Returns its number, which `end` takes."""
        self._under_way += 1
        self._begun += 1
        return self._begun

    def end(self, number: int, *, good: bool) -> None:
        """A request ended: `good`, or so that there should be fewer."""
        self._under_way -= 1
        if good:
            self._credit += 1
        elif number > self._known_until:
            self._size = max(1.0, self._size / 2)
            self._doubles, self._credit, self._known_until = False, 0, self._begun

    def hold(self, until: float) -> None:
        """Begin nothing before that time."""
        self._held_until = max(self._held_until, until)

    def grow(self) -> None:
        """There is more to send and time to do it: use what good answers have earned.

        Twice as many at most until the first trouble, afterwards one more for each full window.
        """
        earned = min(self._credit, self._size)
        self._size = min(self._most, self._size + (earned if self._doubles else earned / self._size))
        self._credit = 0
