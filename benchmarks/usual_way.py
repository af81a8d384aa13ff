"""The usual way to send a campaign, as the reference: one Celery task per recipient and Twilio's stock client.

Celery's defaults throughout: the prefork pool, its prefetching, its closing of the database connection after
each task. `celery -A benchmarks.usual_way worker`.
"""

import os
from functools import lru_cache

import django
from celery import Celery
from django.conf import settings
from django.db.models.functions import Now
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

django.setup()

# Models can be imported only after the set-up above, which a worker's entry point must make itself.
from messaging import rendering  # noqa: E402
from messaging.models import Outbound  # noqa: E402
from messaging.states import State  # noqa: E402
from optins.models import Subscription  # noqa: E402

app = Celery("usual_way", broker=settings.REDIS_URL)
app.conf.task_ignore_result = True
app.conf.task_default_queue = "usual_way"


class _ToTheSink(TwilioHttpClient):  # type: ignore[misc]  # Twilio's client ships no types
    """The stock client but for the host."""

    def request(self, method, uri, *rest, **named):  # type: ignore[no-untyped-def]
        path = uri.removeprefix("https://api.twilio.com")
        return super().request(method, f"{os.environ['SIMULATOR_URL']}{path}", *rest, **named)


@lru_cache(maxsize=1)
def _client() -> Client:
    return Client("AC" + "0" * 31 + "1", "token", http_client=_ToTheSink())


@app.task(name="usual_way.send")
def send(outbound_id: int) -> None:
    """Load the row, ask consent, render, post, save."""
    row = Outbound.objects.select_related("run", "customer", "sender").get(pk=outbound_id)
    assert row.run is not None
    if not Subscription.objects.filter(number=row.number, programme=row.run.programme_id, state="opted_in").exists():
        Outbound.objects.filter(pk=row.pk).update(state=State.SKIPPED, reason="not_opted_in")
        return
    body = rendering.compile(row.run.body).render({"first_name": row.customer.first_name if row.customer else ""})
    message = _client().messages.create(to=row.number, from_=row.sender.address, body=body)
    Outbound.objects.filter(pk=row.pk).update(
        state=State.ACCEPTED, sid=message.sid, body=body, attempt_id=_attempt(row), claimed_at=Now()
    )


def _attempt(row: Outbound) -> str:
    """Any id: the table wants one of what went out."""
    return f"{row.pk:032x}"
