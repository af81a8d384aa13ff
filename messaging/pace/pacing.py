"""How fast a sender may go: message parts per second, from one bucket in Redis that all workers share.

The rule of the bucket stands in `messaging.pace.buckets`; a messaging service has the rates of its numbers together,
and a text that is sent from one of them is paid from the number's bucket and the service's.

Whoever sends holds the sender's lock in Postgres: shared with others, as long as the bucket in Redis counts for all of
them. When Redis is away, a worker needs the lock for itself alone, and then counts in a bucket of its own. So the two
ways never run side by side, whatever part of the network is down, and no worker has to know of the others.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import redis
import structlog
from django.conf import settings
from django.db import connection

from messaging.pace.buckets import HAIR, IDLE_SECONDS, PACE, SLACK_SECONDS, Bucket
from optins.models import Sender
from optins.queries import parts_per_second

log = structlog.get_logger(__name__)

_LOCK: Final = 7_061_996
# A Redis that swallows connections would otherwise take most of the time of the worker that does without it.
_ASK_REDIS_EVERY_SECONDS: Final = 1.0

# By Redis's clock, so that workers with different clocks agree. All buckets of a sender grant, or none does.
# KEYS: buckets; ARGV: parts wanted, parts needed at least, then the rate of each bucket. Returns the parts granted.
_TAKE = f"""
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local granted, least, filled, needs = tonumber(ARGV[1]), tonumber(ARGV[2]), {{}}, {{}}
for i, key in ipairs(KEYS) do
    local rate = tonumber(ARGV[i + 2])
    local bucket = redis.call('HMGET', key, 'parts', 'at', 'need')
    local need = math.max(tonumber(bucket[3]) or 1, least)
    local parts = tonumber(bucket[1]) or least
    local passed = math.max(0, now - (tonumber(bucket[2]) or now))
    local accrued = parts + passed * rate * {PACE}
    if passed >= {IDLE_SECONDS} then
        parts = math.min(accrued, need)
    else
        parts = math.max(parts, math.min(accrued, need + {SLACK_SECONDS} * rate))
    end
    filled[i], needs[i] = parts, need
    local whole = math.floor(parts + {HAIR:f})
    granted = whole < least and 0 or math.min(granted, whole)
end
for i, key in ipairs(KEYS) do
    local parts, need = string.format('%.9f', filled[i] - granted), granted >= needs[i] and 1 or needs[i]
    redis.call('HSET', key, 'parts', parts, 'at', string.format('%.6f', now), 'need', need)
    redis.call('EXPIRE', key, 3600)
end
return granted
"""

# KEYS: buckets; ARGV: parts that were granted and not spent, parts that the next text needs.
_GIVE_BACK = """
for _, key in ipairs(KEYS) do
    redis.call('HINCRBYFLOAT', key, 'parts', ARGV[1])
    local need = tonumber(redis.call('HGET', key, 'need')) or 1
    redis.call('HSET', key, 'need', math.max(need, tonumber(ARGV[2])))
end
"""

# What was counted without Redis goes on in Redis. KEYS: buckets; ARGV: what each holds.
_CARRY_OVER = """
local time = redis.call('TIME')
local now = string.format('%.6f', time[1] + time[2] / 1000000)
for i, key in ipairs(KEYS) do redis.call('HSET', key, 'parts', ARGV[i], 'at', now) end
"""


@contextmanager
def turn() -> Iterator["Turn"]:
    """One worker's access to the senders' buckets, until it hands over."""
    mine = Turn()
    try:
        yield mine
    finally:
        mine.end()


@dataclass(slots=True)
class _Alone:
    """Buckets of our own, by key, while Redis is away and the sender's lock is ours alone."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
    ask_redis_at: float = 0.0


class Turn:
    """Asks for parts and gives back what was not spent. By sender scope: how it holds the lock."""

    def __init__(self) -> None:
        self._held: dict[int, _Alone | None] = {}
        self._budgets: dict[int, Mapping[str, float]] = {}

    @property
    def is_without_redis(self) -> bool:
        """Whether some sender is counted here alone, so that there is nobody to hand over to."""
        return any(held is not None for held in self._held.values())

    def take(self, sender: Sender, *, wanted: int, at_least: int = 1) -> int:
        """Take from `at_least` to `wanted` parts for `sender` now; 0 means wait."""
        scope, budget = sender.scope.pk, _budget(sender)
        self._budgets[sender.pk] = budget
        if scope not in self._held and not self._share(scope):
            return 0
        alone = self._held[scope]
        try:
            if alone is not None:
                if time.monotonic() < alone.ask_redis_at:
                    return _take_alone(alone, budget, wanted, at_least)
                self._return(scope, alone)
            return int(_scripts().take(keys=list(budget), args=[wanted, at_least, *budget.values()]))
        except redis.RedisError as fault:
            return self._without_redis(scope, budget, wanted, at_least, fault)

    def give_back(self, sender: Sender, unspent: int, *, need: int = 1) -> None:
        """Give back what was granted by the last `take` and not spent, and say what the next text needs."""
        if not unspent and need == 1:
            return
        budget, alone = self._budgets[sender.pk], self._held[sender.scope.pk]
        if alone is not None:
            for key in budget:
                alone.buckets[key].put_back(unspent, need=need)
            return
        try:
            _scripts().give_back(keys=list(budget), args=[unspent, need])
        except redis.RedisError:
            log.info("parts_not_given_back", sender=sender.pk, parts=unspent)

    def end(self) -> None:
        """Let go of every lock."""
        for scope, alone in self._held.items():
            _unlock(scope, shared=alone is None)
        self._held.clear()

    def _share(self, scope: int) -> bool:
        if not _lock(scope, shared=True):
            return False
        self._held[scope] = None
        return True

    def _return(self, scope: int, alone: _Alone) -> None:
        """Go on in Redis. The lock is shared before it is no longer ours alone: nobody comes in between."""
        keys = list(alone.buckets)
        if keys:
            _scripts().carry_over(keys=keys, args=[f"{alone.buckets[key].parts:.9f}" for key in keys])
        _lock(scope, shared=True)
        _unlock(scope, shared=False)
        self._held[scope] = None
        log.info("pacing_by_redis_again", scope=scope)

    def _without_redis(
        self, scope: int, budget: Mapping[str, float], wanted: int, at_least: int, fault: redis.RedisError
    ) -> int:
        alone = self._held.pop(scope)
        if alone is None:
            _unlock(scope, shared=True)
            if not _lock(scope, shared=False):
                return 0
            log.warning("pacing_without_redis", scope=scope, fault=type(fault).__name__)
            alone = _Alone()
        self._held[scope] = alone
        alone.ask_redis_at = time.monotonic() + _ASK_REDIS_EVERY_SECONDS
        return _take_alone(alone, budget, wanted, at_least)


def _take_alone(alone: _Alone, budget: Mapping[str, float], wanted: int, at_least: int) -> int:
    now = time.monotonic()
    for key, rate in budget.items():
        # Empty at first: what Redis granted a moment ago is not known here.
        bucket = alone.buckets.setdefault(key, Bucket(rate, 0.0, now))
        bucket.rate = rate
        bucket.fill(now=now, at_least=at_least)
    granted = min(alone.buckets[key].can_grant(wanted, at_least=at_least) for key in budget)
    for key in budget:
        alone.buckets[key].take(granted)
    return granted


def _budget(sender: Sender) -> Mapping[str, float]:
    """The buckets that pay for a sender's texts, each with its rate."""
    paying = (sender,) if sender.pool is None else (sender, sender.pool)
    return {f"optline:bucket:{each.pk}": parts_per_second(each) for each in paying}


def _lock(scope: int, *, shared: bool) -> bool:
    return _ask_postgres("pg_try_advisory_lock", scope, shared=shared)


def _unlock(scope: int, *, shared: bool) -> bool:
    return _ask_postgres("pg_advisory_unlock", scope, shared=shared)


def _ask_postgres(function: str, scope: int, *, shared: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}{'_shared' if shared else ''}(%s, %s)", [_LOCK, scope])
        (answer,) = cursor.fetchone()
    return bool(answer)


class _Scripts:
    def __init__(self, client: "redis.Redis") -> None:
        self.take = client.register_script(_TAKE)
        self.give_back = client.register_script(_GIVE_BACK)
        self.carry_over = client.register_script(_CARRY_OVER)


def _scripts() -> _Scripts:
    return _scripts_at(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _scripts_at(url: str) -> _Scripts:
    return _Scripts(redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1))
