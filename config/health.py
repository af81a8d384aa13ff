"""`/healthz`: the process answers. `/readyz`: it can do its work, and how far the outbox is behind."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from messaging.queries import open_holds
from messaging.reports.health import oldest_waiting_seconds


def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when Postgres and Redis answer, else 503. `oldest_waiting_seconds` is 0 when nothing is late.

    `sending_held` holds the reasons for which all sending is stopped. The web goes on meanwhile: it takes STOPs.
    """
    checks = {"postgres": _postgres(), "redis": _redis()}
    ready = all(value == "ok" for value in checks.values())
    lag = round(oldest_waiting_seconds(), 1) if checks["postgres"] == "ok" else None
    held = [hold.reason for hold in open_holds()] if checks["postgres"] == "ok" else None
    body = {"status": "ok" if ready else "unavailable", **checks, "oldest_waiting_seconds": lag, "sending_held": held}
    return JsonResponse(body, status=200 if ready else 503)


def _postgres() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _redis() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
    except redis.RedisError:
        return "does not answer"
    finally:
        client.close()
    return "ok"
