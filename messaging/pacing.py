"""How fast a sender may go: message parts per second, from one bucket in Redis that all workers share."""

from functools import lru_cache

import redis
from django.conf import settings

from optins.models import Sender

# Refills by Redis's clock, so that workers with different clocks agree. A bucket holds one second's worth.
# KEYS[1] bucket; ARGV: parts per second, parts wanted. Returns the parts granted, whole.
_TAKE = """
local rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'parts', 'at')
local capacity = math.max(rate, 1)
local parts = math.min(capacity, (tonumber(bucket[1]) or capacity) + (at - (tonumber(bucket[2]) or at)) * rate)
local granted = math.max(0, math.min(wanted, math.floor(parts)))
redis.call('HSET', KEYS[1], 'parts', tostring(parts - granted), 'at', tostring(at))
redis.call('EXPIRE', KEYS[1], 3600)
return granted
"""

# Gives back what was not used, or takes what a text of several parts cost beyond the first: the bucket may
# go below zero, and the next grants wait until it is paid.
_CORRECT = "return redis.call('HINCRBYFLOAT', KEYS[1], 'parts', ARGV[1])"


@lru_cache(maxsize=1)
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def take(sender: Sender, wanted: int) -> int:
    """Take up to `wanted` parts for `sender` now; 0 means wait."""
    return int(_redis().eval(_TAKE, 1, _key(sender), sender.parts_per_second, wanted))


def correct(sender: Sender, unused: int) -> None:
    """Give `unused` parts back; a negative number takes more."""
    if unused:
        _redis().eval(_CORRECT, 1, _key(sender), unused)


def _key(sender: Sender) -> str:
    return f"optline:bucket:{sender.pk}"
