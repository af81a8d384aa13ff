"""What the tests of pacing share: a sender's bucket in Redis, and time that passes in it."""

import redis
from django.conf import settings

from optins.models import Sender


def client() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL)


def redis_clock() -> float:
    """Redis's own clock, by which it grants, in seconds."""
    seconds, microseconds = client().time()
    return int(seconds) + int(microseconds) / 1_000_000


def wait(sender: Sender, seconds: float) -> None:
    """As if so much time had passed since the sender's buckets were asked."""
    for paying in filter(None, (sender, sender.pool)):
        key = f"optline:bucket:{paying.pk}"
        if client().exists(key):
            client().hincrbyfloat(key, "at", -seconds)
