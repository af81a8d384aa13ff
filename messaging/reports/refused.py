"""How many webhooks were refused for their signature: a counter for each hour in Redis, which forgets it after a day.

It is counted as well as can be: no webhook fails or waits because it cannot be.
"""

import time
from functools import lru_cache
from typing import Final

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

HOURS: Final = 24
_HOUR: Final = 3600
_PATIENCE_SECONDS: Final = 0.1
# A Redis that swallows connections would otherwise cost every refused request its patience.
_ASK_AGAIN_AFTER_SECONDS: Final = 10.0


def count_refused() -> None:
    """One more. Never raises."""
    counter = _counter(settings.REDIS_URL)
    if time.monotonic() < counter.away_until:
        return
    try:
        counter.add(_key(_this_hour()))
    except redis.RedisError:
        counter.away_until = time.monotonic() + _ASK_AGAIN_AFTER_SECONDS
        log.warning("refused_webhook_not_counted")


def refused_lately() -> int | None:
    """How many in this hour and the 23 before it; None while Redis does not answer."""
    hour = _this_hour()
    try:
        return _counter(settings.REDIS_URL).total([_key(hour - back) for back in range(HOURS)])
    except redis.RedisError:
        return None


class _Counter:
    """The counters of one Redis. `away_until` is the moment, by the monotonic clock, before which it is left alone."""

    def __init__(self, url: str) -> None:
        self.away_until = 0.0
        self._redis = redis.Redis.from_url(
            url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS
        )

    def add(self, key: str) -> None:
        with self._redis.pipeline(transaction=False) as commands:
            commands.incr(key)
            commands.expire(key, (HOURS + 1) * _HOUR)
            commands.execute()

    def total(self, keys: list[str]) -> int:
        return sum(int(count or 0) for count in self._redis.mget(keys))


@lru_cache(maxsize=1)
def _counter(url: str) -> _Counter:
    return _Counter(url)


def _this_hour() -> int:
    return int(time.time()) // _HOUR


def _key(hour: int) -> str:
    return f"optline:refused:{hour}"
