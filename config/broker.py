"""The broker's transport: that of Redis, without giving back what a worker had taken when its connection was lost.

kombu does so by the very connection that is gone, and the worker's parent dies of that, with "'NoneType' object has no
attribute 'hostname'", when Redis dies as an acknowledgement is under way. A bell need not be given back: beat rings
again within a second, and Postgres knows what there is to do.
"""

from kombu.transport import redis


class Channel(redis.Channel):
    """Restores nothing at its end."""

    do_restore = False


class Transport(redis.Transport):
    """To be named in `CELERY_BROKER_TRANSPORT`."""

    Channel = Channel
