"""How often a thing may be done: counters in Redis, shared by all processes and outliving each of them.

One script checks every limit and counts only when all of them allow, so that parallel requests cannot slip
past together and a refused request costs its caller nothing.
"""

import functools
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import redis
import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.commands.core import Script

from campaigns.refusals import Refused

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS: Final = 1.0
_LONGEST_COOLDOWN: Final = 3600

# KEYS: one counter for each limit, then the key of the cool-down.
# ARGV: count and seconds for each limit, then the first cool-down and the longest.
# The cool-down doubles with each time that the first limit has counted in its window.
_COUNT: Final = """
local cool = KEYS[#KEYS]
local wait = redis.call('TTL', cool)
if wait < 0 then wait = 0 end
for i = 1, #KEYS - 1 do
    local used = tonumber(redis.call('GET', KEYS[i]) or '0')
    if used >= tonumber(ARGV[2 * i - 1]) then
        wait = math.max(wait, redis.call('TTL', KEYS[i]), 1)
    end
end
if wait > 0 then return wait end
for i = 1, #KEYS - 1 do
    if redis.call('INCR', KEYS[i]) == 1 then redis.call('EXPIRE', KEYS[i], ARGV[2 * i]) end
end
local first, longest = tonumber(ARGV[#ARGV - 1]), tonumber(ARGV[#ARGV])
if first > 0 then
    local times = tonumber(redis.call('GET', KEYS[1]))
    redis.call('SET', cool, '1', 'EX', math.min(first * 2 ^ (times - 1), longest))
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` times in `seconds` for what `name` names, such as `number:+13139711649`.

    The window begins with the first time and is fixed.
    """

    name: str
    count: int
    seconds: int


class TooMany(Refused):
    """A limit is reached; `retry_after` are the seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        sentence = ngettext(
            "Too many codes were asked for. Try again in %(seconds)d second.",
            "Too many codes were asked for. Try again in %(seconds)d seconds.",
            retry_after,
        )
        super().__init__("too_many_requests", sentence % {"seconds": retry_after})
        self.retry_after = retry_after


def check(limits: Sequence[Limit], *, cooldown: int) -> int:
    """Count one time against all the limits; 0 when it may be done, else the seconds to wait.

    `cooldown` are the seconds between the first time and the second for what the first limit names;
    they double from time to time up to an hour. Raises `Refused` while Redis does not answer: what cannot
    be counted is not sent.
    """
    keys = [_key(limit) for limit in limits]
    arguments = [value for limit in limits for value in (limit.count, limit.seconds)]
    try:
        wait = _script(settings.REDIS_URL)(
            keys=[*keys, f"{keys[0]}:cooldown"], args=[*arguments, cooldown, _LONGEST_COOLDOWN]
        )
    except redis.RedisError:
        log.warning("limits_not_counted")
        raise Refused(
            "temporarily_unavailable", _("Codes cannot be sent at this moment. Try again in a minute.")
        ) from None
    return int(wait)


def _key(limit: Limit) -> str:
    """A digest: no number and no address stands in Redis, which is often shared and dumped."""
    digest = hmac.new(settings.NUMBER_HASH_KEY.encode(), limit.name.encode(), hashlib.sha256)
    return f"optline:limit:{digest.hexdigest()}"


@functools.lru_cache(maxsize=1)
def _script(url: str) -> Script:
    client = redis.Redis.from_url(url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS)
    return client.register_script(_COUNT)
