"""The broker's connection: losing it at the worst moment ends nothing."""

import contextlib
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from kombu import Connection, Consumer, Message, Queue
from kombu.exceptions import OperationalError

from benchmarks.chaos_suite.relay import Relays
from config.celery import app

QUEUES = ("a queue that holds what was taken", "a queue that is waited for")


@pytest.fixture
def relays() -> Iterator[Relays]:
    with Relays() as links:
        yield links


@pytest.fixture
def broker(relays: Relays) -> Iterator[Connection]:
    """A worker's connection to the broker, by a link that can be cut."""
    url = urlsplit(settings.REDIS_URL)
    port = relays.add("broker", url.port or 0)
    netloc = url.netloc.replace(f":{url.port}", f":{port}")
    connection = app.connection(urlunsplit(url._replace(netloc=netloc)))
    yield connection
    connection.release()


def take_one(broker: Connection) -> Message:
    """What a worker has taken and not acknowledged, while it waits for more on two channels."""
    taken: list[Message] = []
    for name, channel in zip(QUEUES, (broker.default_channel, broker.channel()), strict=True):
        queue = Queue(name, channel=channel, expires=60)
        queue.declare()
        Consumer(channel, [queue], callbacks=[lambda _, message: taken.append(message)]).consume()
    broker.Producer().publish("a bell", routing_key=QUEUES[0])
    with contextlib.suppress(socket.timeout):
        while True:
            broker.drain_events(timeout=0.2)
    [message] = taken
    return message


def test_a_connection_that_is_lost_with_something_taken_is_let_go_of(broker: Connection, relays: Relays) -> None:
    message = take_one(broker)
    relays.cut("broker")
    with pytest.raises(broker.connection_errors):
        message.ack()
    # What Celery's consumer does when its connection is lost; kombu's own transport raises AttributeError here.
    with contextlib.suppress(OperationalError, *broker.connection_errors):
        broker.collect(socket_timeout=1)
    broker.release()
    assert not broker.connected
