"""What stands around a measurement: processes of the run, people to text, a campaign to text them with."""

import datetime as dt
import math
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from pathlib import Path

import psutil
from django.db import connection
from django.db.models.functions import Now

from benchmarks.ledger import everybody_joins
from campaigns.actors import Actor
from campaigns.models import Segment
from config.local.ports import HOST, free_port
from config.local.processes import Child, Family
from config.local.services import ROOT
from messaging.actions.runs.freezing import freeze_due
from messaging.actions.runs.lifecycle import open_run
from messaging.models import MessagingCampaign, Run, SmsMessage
from optins.actions.campaigns import create_global, launch, save_global_options, save_options
from optins.models import GlobalOptions, MessageProvider, OptInCampaign, OptInOptions, Sender

BODY = "Acme: hello, today everything is 20% off. Reply HELP for help, STOP to cancel."
BY = Actor.system("benchmarks")
_READY_SECONDS = 20.0

_PEOPLE = """
    INSERT INTO campaigns_customer (external_id, first_name, last_name, email, language, time_zone, country, state,
                                    postal_code, attributes, updated_at)
    SELECT 'person-' || n, 'Ada', 'Lovelace', '', 'en', 'America/Detroit', 'US', 'MI',
           CASE WHEN n <= %(few)s THEN '48201' WHEN n <= 10 * %(few)s THEN '48202' ELSE '48203' END, '{}', now()
    FROM generate_series(1, %(count)s) n;
    INSERT INTO campaigns_phonenumber (customer_id, number, country, verified_at)
    SELECT id, '+1' || (3132000000 + id), 'US', now() FROM campaigns_customer
"""

_SUBSCRIPTIONS = """
    INSERT INTO optins_subscription (number, programme_id, customer_id, sender_id, state, opted_in_at,
                                     consent_event_id, updated_at)
    SELECT personal.number, programme_id, customer_id, sender_id, 'opted_in', at, id, now()
    FROM optins_consentevent JOIN optins_personalevidence personal ON personal.event_id = id ORDER BY id
"""


@dataclass(frozen=True)
class Stage:
    """One provider with a sender that no rate holds back, and a programme that everybody has joined."""

    provider: MessageProvider
    sender: Sender
    programme: OptInCampaign
    few: Segment
    more: Segment


def set_stage(people: int, few: int, *, joined_within: dt.timedelta = dt.timedelta(0)) -> Stage:
    """Fill an empty database with so many opted-in customers, the first `few` and ten times as many in segments.

    They joined evenly within a time until now.
    """
    provider = MessageProvider.objects.create(
        name="Sink", kind=MessageProvider.Kind.SIMULATED, account_sid="AC" + "0" * 31 + "1", auth_token="token"
    )
    sender = Sender.objects.create(provider=provider, kind="short_code", address="97865", parts_per_second=1_000_000)
    programme = _programme(sender)
    with connection.cursor() as cursor:
        for statement in _PEOPLE.split(";"):
            cursor.execute(statement, {"count": people, "few": few})
    subscribe_everybody(programme, within=joined_within)
    for table in ("campaigns_customer", "campaigns_phonenumber", "optins_subscription", "optins_consentevent"):
        analyse(table)
    return Stage(provider, sender, programme, _living_in("48201"), _living_in("48201", "48202"))


def _living_in(*postal_codes: str) -> Segment:
    places = [{"field": "postal_code", "operator": "is", "value": code} for code in postal_codes]
    return Segment.objects.create(name=f"In {' or '.join(postal_codes)}", rule={"any": places})


def subscribe_everybody(programme: OptInCampaign, *, within: dt.timedelta = dt.timedelta(0)) -> None:
    """Write, in an empty ledger, what it leaves when everybody confirms a code: the proof and the subscription."""
    everybody_joins(programme, within=within)
    with connection.cursor() as cursor:
        cursor.execute(_SUBSCRIPTIONS)


def _programme(sender: Sender) -> OptInCampaign:
    """A live programme, behind a complete Global SMS Opt-In."""
    everywhere = GlobalOptions.objects.get(campaign=create_global(name="Global SMS", by=BY))
    everywhere.sender = sender
    everywhere.welcome_message = everywhere.opt_out_message = BODY
    everywhere.help_message = everywhere.no_match_message = BODY
    save_global_options(options=everywhere, by=BY)
    programme = OptInCampaign.objects.create(kind="opt_in", name="Offers", slug="offers")
    save_options(options=OptInOptions(campaign=programme, sender=sender), keywords=["OFFERS"], by=BY)
    launch(campaign=programme, by=BY)
    return programme


def analyse(table: str) -> None:
    """What autovacuum would do within a minute."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")


def message_to(stage: Stage, segment: Segment | None) -> SmsMessage:
    """A launched message to a segment, or to everybody."""
    campaign = MessagingCampaign.objects.create(
        kind="messaging", name="News", slug=f"news-{time.time_ns()}", state="live", launched_at=Now()
    )
    return SmsMessage.objects.create(
        campaign=campaign, name="News", state="launched", delivery="scheduled", scheduled_for=Now(),
        launched_at=Now(), sender=stage.sender, programme=stage.programme, body=BODY, segment_in=segment,
    )  # fmt: skip


def frozen(stage: Stage, segment: Segment | None) -> Run:
    """An open run whose recipients wait."""
    message = message_to(stage, segment)
    message.refresh_from_db()
    run = open_run(message)
    freeze_due(seconds=math.inf)
    analyse("messaging_outbound")
    return run


def forget_texts() -> None:
    """Empty the outbox and all that hangs on it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE messaging_outbound, messaging_outcomecount, messaging_takencount, messaging_answer, "
            "messaging_statuscallback, messaging_run, messaging_smsmessage CASCADE"
        )


@contextmanager
def child(name: str, *argv: str, env: Mapping[str, str] | None = None, port: int | None = None) -> Iterator[Child]:
    """A process of the run, `python -m` this; with a port, ready when it answers there."""
    logs = Path(environ["BENCHMARK_FOLDER"]) / "log"
    with Family() as family:
        log = logs / f"{name}.log"
        started = family.spawn(name, [sys.executable, "-m", *argv], log=log, env={**environ, **(env or {})}, cwd=ROOT)
        if port is not None:
            _await_port(started, port)
        yield started


@contextmanager
def sink(latency: float, *, tls: bool = False) -> Iterator[str]:
    """A carrier that answers after that many seconds; its address."""
    port = free_port()
    secured = ["--certificate", environ["BENCHMARK_CERTIFICATE"]] if tls else []
    with child("sink", "benchmarks.sink", "--port", str(port), "--latency", str(latency), *secured, port=port):
        yield f"http{'s' if tls else ''}://{HOST}:{port}"


def _await_port(started: Child, port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and started.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{started.name} did not come up:\n{started.last_words(10)}")


def cpu_seconds(*pids: int) -> float:
    """CPU that these processes and their children have used, ended children included."""
    spent = 0.0
    for pid in pids:
        leader = psutil.Process(pid)
        for process in (leader, *leader.children(recursive=True)):
            times = process.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


def peak_megabytes(*pids: int) -> float:
    """The most memory that any of these processes and their children has held in its life (resident, Linux only)."""
    children = [child.pid for pid in pids for child in psutil.Process(pid).children(recursive=True)]
    return max(map(_peak_kilobytes, [*pids, *children])) / 1024


def _peak_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
