"""Noticing that the database went back in time: a restored backup, a snapshot, a standby that lacks the last seconds.

Two things tell. Postgres names its cluster and its timeline, which a dump that was loaded elsewhere, a recovery and a
failover change; what was last seen stands in a row. And Redis remembers how far the write-ahead log was, which a
snapshot of the same cluster is behind. Texts that left since are not in such a database, and would be sent again: so
all sending is held until the carriers were asked and a person releases it (`messaging.actions.upkeep.restoring`).
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from messaging.models import DatabaseMark, Inbound, Outbound, SendingHold

log = structlog.get_logger(__name__)

WATCHING: Final = Actor.system(_("database watch"))
_KEY: Final = "optline:database"
# The timeline as the names of the log's files tell it: the control file learns of a new one only at a checkpoint.
_WHICH: Final = """
    SELECT system_identifier, ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint,
           pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint
    FROM pg_control_system()
"""


@dataclass(frozen=True, slots=True)
class _Database:
    system: int
    timeline: int
    written: int


def watch_database() -> bool:
    """Hold all sending if the database is not the one that was last seen, or is behind it. Returns whether it did."""
    # First what was, then what is: the log only grows, so that a colleague's later mark cannot look like the past.
    remembered = _remembered()
    with connection.cursor() as cursor:
        cursor.execute(_WHICH)
        now = _Database(*cursor.fetchone())
    known = DatabaseMark.objects.first()
    problem = _problem(now, known, remembered)
    if problem:
        _hold(problem)
    if known is None or (known.system_identifier, known.timeline) != (now.system, now.timeline):
        DatabaseMark.objects.update_or_create(
            pk=1, defaults={"system_identifier": now.system, "timeline": now.timeline, "seen_at": Now()}
        )
    _remember(now)
    return bool(problem)


def _problem(now: _Database, known: DatabaseMark | None, remembered: _Database | None) -> str:
    """What is wrong, as an English sentence; blank when nothing is."""
    if known is None:
        other = remembered is not None and remembered.system != now.system and Outbound.objects.exists()
        return _("The database is another one than Redis remembers.") if other else ""
    if known.system_identifier != now.system:
        return _("The database was loaded into another cluster.")
    if known.timeline != now.timeline:
        return _("The database was recovered, or a standby took over.")
    if remembered is not None and remembered.system == now.system and remembered.written > now.written:
        return _("The database is older than what was last seen of it.")
    return ""


@transaction.atomic
def _hold(problem: str) -> None:
    hold, created = SendingHold.objects.get_or_create(
        cause=SendingHold.Cause.RESTORED,
        released_at=None,
        defaults={"reason": problem, "held_by": WATCHING.label, "since": _newest()},
    )
    if not created:
        # Restored once more before anybody released it: the carriers are asked again, from the earlier moment on.
        SendingHold.objects.filter(pk=hold.pk).update(
            since=min(hold.since or _newest(), _newest()), held_at=Now(), reconciled_at=None
        )
    record(by=WATCHING, act="sending.hold", of=hold, reason=problem)
    log.error("sending_held", cause=hold.cause, reason=problem)


def _newest() -> dt.datetime:
    """When the database last took something in or handed something over."""
    moments = (
        Outbound.objects.aggregate(at=Max("claimed_at"))["at"],
        Inbound.objects.aggregate(at=Max("received_at"))["at"],
    )
    return max((moment for moment in moments if moment is not None), default=timezone.now())


def _remembered() -> _Database | None:
    """What Redis remembers; None when it is away or new."""
    try:
        told = _redis(settings.REDIS_URL).hmget(_key(), ["system", "timeline", "written"])
    except redis.RedisError:
        return None
    return None if None in told else _Database(*(int(value or 0) for value in told))


def _remember(now: _Database) -> None:
    try:
        _redis(settings.REDIS_URL).hset(
            _key(), mapping={"system": now.system, "timeline": now.timeline, "written": now.written}
        )
    except redis.RedisError:
        log.info("database_not_remembered")


def _key() -> str:
    return f"{_KEY}:{connection.settings_dict['NAME']}"


@lru_cache(maxsize=4)
def _redis(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
