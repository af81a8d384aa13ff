"""Milliseconds of claims, sweeps and pages among more and more texts: what does not grow with them stays the same."""

import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import environ
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.growth_filling import History, fill
from benchmarks.stage import Stage, cpu_seconds, message_to
from config import roles
from messaging.actions.listening.callbacks import merge_callbacks, store_callback
from messaging.actions.listening.following_up import follow_up
from messaging.actions.listening.reconciling import reconcile
from messaging.actions.runs.freezing import freeze_chunk
from messaging.actions.runs.lifecycle import finish_runs, follow_clock, open_run, start_due
from messaging.actions.runs.outbox import cancel_waiting, carry_notices
from messaging.actions.sending.claiming import claim_recipients
from messaging.actions.sending.leasing import flag_stuck
from messaging.actions.sending.settling import settle
from messaging.actions.upkeep.retaining import retain
from messaging.gateway.outcomes import Accepted
from messaging.models import Outbound, Run, SmsMessage
from messaging.queries import open_runs, senders_with_work
from messaging.states import Reason, State

_CHUNK: Final = 500
_CALLBACKS: Final = 1_000
_REPETITIONS: Final = 5
# What takes longer is not asked for again.
_TOO_SLOW_MS: Final = 1_500


@dataclass(frozen=True, slots=True)
class Cost:
    """The median milliseconds of one operation; for a page its queries, and the CPU of web and Postgres together."""

    name: str
    ms: float
    queries: int = 0
    cpu_ms: float = 0.0

    @property
    def is_page(self) -> bool:
        return self.queries > 0


def measure(
    stage: Stage, sizes: Sequence[int], *, people: int, pages_only: bool = False
) -> Mapping[int, Sequence[Cost]]:
    """Fill the outbox to each size in turn, and measure everything there, or the pages."""
    found = {}
    for size in sizes:
        history = fill(stage, size, people=people, kept_callbacks=settings.CALLBACK_RETENTION)
        print(f"{size:,} texts are written", file=sys.stderr, flush=True)
        found[size] = [*(() if pages_only else _operations(stage, history)), *_pages(history)]
    return found


def as_table(found: Mapping[int, Sequence[Cost]]) -> str:
    """A row an operation: milliseconds at each size, the last by the first; the queries of a page, and its CPU."""
    head = "".join(f"{size:>12,}" for size in found)
    lines = [f"{'milliseconds':<52}{head}{'ratio':>8}{'queries':>9}{'CPU':>8}"]
    for costs in zip(*found.values(), strict=True):
        times = "".join(f"{cost.ms:>12,.1f}" for cost in costs)
        asked = f"{costs[-1].queries:>9}{costs[-1].cpu_ms:>8.1f}" if costs[-1].is_page else ""
        lines.append(f"{costs[0].name:<52}{times}{_ratio(costs):>8.2f}{asked}")
    return "\n".join(lines)


def ratios(found: Mapping[int, Sequence[Cost]]) -> Mapping[str, float]:
    """How much the dearest operation grew, and how long the slowest page takes at the last size."""
    rows = list(zip(*found.values(), strict=True))
    sweeps = [_ratio(row) for row in rows if not row[0].is_page]
    slowest = max(row[-1].ms for row in rows if row[0].is_page)
    return {**({"growth_of_sweeps": max(sweeps)} if sweeps else {}), "slowest_page_ms": slowest}


def _ratio(costs: Sequence[Cost]) -> float:
    return costs[-1].ms / costs[0].ms


def _operations(stage: Stage, history: History) -> Iterator[Cost]:
    """What workers do, each repetition taken back: the next one finds the same."""
    related = ("campaign", "sender__provider", "message", "programme")
    run = Run.objects.select_related(*related).get(pk=history.under_way.pk)
    waiting = Outbound.objects.filter(run=run, state=State.QUEUED).values_list("number", flat=True)[0]
    acts: dict[str, Callable[[], object]] = {
        "claim of 500": lambda: claim_recipients(run=run, parts=_CHUNK),
        "claim and settling of 500": lambda: _claim_and_settle(run),
        "senders and runs with work": lambda: [list(open_runs(sender)) for sender in senders_with_work()],
        "STOP of one number": lambda: _cancel(waiting),
        "rescue of ended leases": flag_stuck,
        "reconciliation asks (carrier away)": reconcile,
        "following up asks (carrier away)": follow_up,
        "merging 1,000 callbacks": lambda: merge_callbacks(seconds=60),
        "freezing a chunk of 20,000": lambda: _freeze(stage),
        "closing runs": finish_runs,
        "starting what is due": lambda: start_due(seconds=0),
        "following the clock": follow_clock,
        "carrying notices": carry_notices,
        "retention, a step": lambda: retain(seconds=0),
    }
    _store_callbacks(run)
    for name, act in acts.items():
        yield Cost(name, statistics.median(_taken_back(act) for _ in range(_REPETITIONS)))


def _taken_back(act: Callable[[], object]) -> float:
    with transaction.atomic():
        begun = time.perf_counter()
        act()
        ms = (time.perf_counter() - begun) * 1000
        transaction.set_rollback(True)
    return ms


def _claim_and_settle(run: Run) -> None:
    texts = claim_recipients(run=run, parts=_CHUNK).texts
    answers = [(text, Accepted(f"SM{place:032x}", "queued", 1)) for place, text in enumerate(texts)]
    settle(sender=run.sender, answers=answers, run=run)


def _freeze(stage: Stage) -> None:
    message = message_to(stage, None)
    message.refresh_from_db()
    freeze_chunk(run_id=open_run(message).pk)


def _cancel(number: str) -> None:
    cancel_waiting(which=Q(number=number), reason=Reason.STOPPED)


def _store_callbacks(run: Run) -> None:
    account = run.sender.provider.account_sid
    texts = Outbound.objects.filter(run=run, state=State.ACCEPTED).values_list("attempt_id", "sid")[:_CALLBACKS]
    for attempt, sid in texts:
        store_callback(account_sid=account, attempt_id=attempt, sid=sid or "", status="delivered", error_code=None)


def _pages(history: History) -> Iterator[Cost]:
    """The pages as people of each role see them."""
    roles.sync()
    clients = {name: _client(name) for name in (roles.ADMIN, roles.VIEWER)}
    for name, address in _addresses(history):
        yield _page(name, clients[roles.ADMIN], address)
    yield _page("home, as a viewer", clients[roles.VIEWER], reverse("admin:index"))


def _client(role: str) -> Client:
    user, _ = User.objects.get_or_create(username=role.lower(), defaults={"is_staff": True})
    user.groups.set([Group.objects.get(name=role)])
    client = Client()
    client.force_login(user)
    return client


def _page(name: str, client: Client, address: str) -> Cost:
    first = _get(client, address)
    repetitions = _REPETITIONS if first < _TOO_SLOW_MS else 1
    spent = _cpu_ms()
    times = [_get(client, address) for _ in range(repetitions)]
    spent = (_cpu_ms() - spent) / repetitions
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        _get(client, address)
    return Cost(name, statistics.median(times), len(asked), spent)


def _cpu_ms() -> float:
    """What this process and Postgres have used so far."""
    return (time.process_time() + cpu_seconds(int(environ["BENCHMARK_POSTGRES"]))) * 1000


def _get(client: Client, address: str) -> float:
    begun = time.perf_counter()
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return (time.perf_counter() - begun) * 1000


def _addresses(history: History) -> Iterator[tuple[str, str]]:
    old, run = history.old, history.under_way
    text = Outbound.objects.filter(campaign=old.pk, state=State.DELIVERED).select_related("customer")[0]
    number, customer = text.number, text.customer
    assert customer is not None
    log = reverse("admin:messaging_outbound_changelist")
    people = reverse("admin:campaigns_customer_changelist")
    inbox = reverse("admin:messaging_inbound_changelist")
    ledger = reverse("admin:optins_consentevent_changelist")
    subscriptions = reverse("admin:optins_subscription_changelist")
    yield "home", reverse("admin:index")
    yield "campaigns", reverse("admin:campaigns_campaign_changelist")
    for name, campaign in (("old campaign, nearly half of all texts", old), ("campaign under way", run.campaign)):
        yield name, reverse("admin:messaging_messagingcampaign_change", args=[campaign.pk])
    yield "message under way", reverse("admin:messaging_smsmessage_change", args=[run.message_id])
    yield "its progress", reverse("admin:messaging_smsmessage_progress", args=[run.message_id])
    yield "report of a message that is over", reverse("admin:messaging_smsmessage_report", args=[_over(old).pk])
    yield "report of the old campaign", reverse("admin:messaging_messagingcampaign_report", args=[old.pk])
    yield "message log", log
    yield "message log, page 200", f"{log}?p=200"
    for state in ("queued", "delivered", "failed", "skipped", "uncertain", "cancelled"):
        yield f"message log, {state}", f"{log}?state__exact={state}"
    yield "message log, notices", f"{log}?kind__exact=notice"
    yield "message log, old campaign", f"{log}?campaign__id__exact={old.pk}"
    yield "message log, old campaign, failed", f"{log}?campaign__id__exact={old.pk}&state__exact=failed"
    yield "message log, a message that is over", f"{log}?message={_over(old).pk}"
    yield "message log, one day a year ago", f"{log}?{_a_day()}"
    yield "message log, one number", _found(log, number)
    yield "message log, one SID", f"{log}?q={text.sid}"
    yield "one text", reverse("admin:messaging_outbound_change", args=[text.pk])
    yield "customers", people
    yield "customers, page 200", f"{people}?p=200"
    yield "customers by last name", f"{people}?o=1"
    for word, term in (("number", number), ("number as people write it", f"({number[2:5]}) {number[5:8]}-{number[8:]}"),
                       ("part of a number", number[6:]), ("name", "Lovelace"), ("name of nobody", "Babbage"),
                       ("external ID", customer.external_id)):  # fmt: skip
        yield f"customers by {word}", _found(people, term)
    yield "search over everything", f"{reverse('admin:search')}?{urlencode({'s': number})}"
    yield "one person", reverse("admin:messaging_person", args=[customer.pk])
    yield "inbox", f"{inbox}?todo=all"
    yield "inbox, needs an answer", f"{inbox}?todo=answer"
    yield "inbox by meaning", f"{inbox}?meaning=help"
    yield "conversation", reverse("admin:messaging_conversation", args=[number])
    yield "consent ledger", ledger
    yield "consent ledger, opted out", f"{ledger}?action__exact=opted_out"
    yield "consent ledger by number", _found(ledger, number)
    yield "subscriptions", subscriptions
    yield "subscriptions by number", _found(subscriptions, number)
    yield "suppressions", reverse("admin:optins_suppression_changelist")
    yield "review queue", reverse("admin:optins_optoutreview_changelist")
    yield "calendar", reverse("admin:messaging_calendar")


def _found(page: str, term: str | None) -> str:
    return f"{page}?{urlencode({'q': term or ''})}"


def _over(campaign: Any) -> SmsMessage:
    return SmsMessage.objects.filter(campaign=campaign.pk).earliest("pk")


def _a_day() -> str:
    day = f"{timezone.localdate() - dt.timedelta(days=365):%Y-%m-%d}"
    return f"due_at_from={day}&due_at_to={day}"
