"""Beat, by a clock that nobody sets, with bells that do not pile up.

Celery's own scheduler goes by the clock on the wall: set back by an hour, it rings nothing for an hour. And bells that
expire do so by the clock of whoever hears them: on a machine whose clock is ahead all of them have expired already.
Nothing here asks what time it is. So that a stopped worker finds no pile, a queue that is long gets no more bells.
"""

import time
from functools import cached_property
from typing import Any, Final

import redis
import structlog
from celery.beat import ScheduleEntry, Scheduler, SchedulingError
from celery.schedules import schedule
from django.conf import settings

log = structlog.get_logger(__name__)

MOST_WAITING: Final = 100
"""So many bells of a queue may wait to be heard."""
_PATIENCE_SECONDS: Final = 0.5


class Bells(Scheduler):
    """Rings each entry of the beat table when its seconds are over: the longest overdue first, as far as there is room.

    It keeps nothing on disk: whoever starts anew rings everything once, which is harmless and often welcome.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._due: dict[str, float] = {}
        self._is_unheard = False

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Ring one. That the broker is away is said once, until it hears again."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as problem:
            if not self._is_unheard:
                log.error("broker_is_away", problem=type(problem.__cause__ or problem).__name__)
            self._is_unheard = True
        else:
            if self._is_unheard:
                log.warning("broker_hears_again")
            self._is_unheard = False

    def tick(self, *_: Any, **__: Any) -> float:
        """Ring what is due. Returns the seconds until something is."""
        now, room = time.monotonic(), dict[str, int]()
        for name, entry in sorted(self.schedule.items(), key=lambda item: self._due.get(item[0], 0.0)):
            if self._due.get(name, 0.0) > now:
                continue
            queue = self._queue(entry)
            left = room[queue] if queue in room else self._room(queue)
            room[queue] = left - 1
            if left > 0:
                self._due[name] = now + _seconds(entry)
                self.apply_entry(entry, producer=self.producer)
        # What found no room is due still, and looked at again with the next that is.
        waits = [due - now for due in self._due.values() if due > now]
        return min(waits, default=1.0)

    def _queue(self, entry: ScheduleEntry) -> str:
        return str(self.app.amqp.router.route({}, str(entry.task))["queue"].name)

    def _room(self, queue: str) -> int:
        """How many bells fit. A broker that is away is asked to ring all the same, which then says so."""
        try:
            return MOST_WAITING - int(self._redis.llen(queue))
        except redis.RedisError:
            return MOST_WAITING

    @cached_property
    def _redis(self) -> "redis.Redis":
        patience = _PATIENCE_SECONDS
        return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=patience, socket_connect_timeout=patience)


def _seconds(entry: ScheduleEntry) -> float:
    assert isinstance(entry.schedule, schedule)  # the table has nothing but seconds
    return float(entry.schedule.seconds)
