"""An outbox as it stands after years: so many texts that are over, and a short tail that is on its way.

Written by a few statements, with the indexes away meanwhile. Numbers of customers, of texts today and of texts on their
way are the same whatever the size, so that what is measured differs by the history alone.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from benchmarks.stage import BODY, Stage, analyse, forget_texts
from campaigns.lifecycle import Kind
from messaging.actions.upkeep.attributing import attribute_answers
from messaging.actions.upkeep.folding import fold_counts
from messaging.models import MessagingCampaign, Run, SmsMessage

YEARS: Final = dt.timedelta(days=730)
# The last of the texts that are over left within this time; the others are spread over two years.
_LATELY: Final = dt.timedelta(minutes=30)
_MESSAGES_A_CAMPAIGN: Final = 5
# So many texts of an audience for one notice, and for one text from a person.
_TEXTS_A_NOTICE, _TEXTS_AN_INBOUND = 200, 100

# The people of a run follow each other. Text `n` of all left at %(begin)s + (n - %(first)s) * %(step)s.
_TEXTS: Final = """
    INSERT INTO messaging_outbound
        (kind, run_id, campaign_id, customer_id, number, sender_id, body, sealed_body, parts, state, reason, error_code,
         attempts, attempt_id, sid, consent_event_id, created_at, due_at, claimed_at, leased_until, settled_at)
    SELECT 'campaign', %(run)s, %(campaign)s, customer, '+1' || (3132000000 + customer), %(sender)s,
           CASE WHEN state = 'skipped' THEN '' ELSE %(body)s END, '', CASE WHEN state <> 'skipped' THEN 1 END, state,
           CASE state WHEN 'skipped' THEN 'not_opted_in' WHEN 'failed' THEN 'unreachable' ELSE '' END,
           CASE WHEN state = 'failed' THEN 30003 END, CASE WHEN state = 'skipped' THEN 0 ELSE 1 END,
           CASE WHEN state <> 'skipped' THEN
               (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
                || 'a' || substr(md5(n::text), 4, 15))::uuid END,
           CASE WHEN state <> 'skipped' THEN 'SM' || md5(n::text) END,
           customer, at, at, CASE WHEN state <> 'skipped' THEN at END, CASE WHEN state <> 'skipped' THEN at END,
           CASE WHEN state <> 'sent' THEN at + interval '1 minute' END
    FROM (SELECT n, %(lowest)s + (n %% %(people)s) AS customer,
                 %(begin)s::timestamptz + (n - %(first)s) * %(step)s::interval AS at,
                 CASE WHEN n %% 1000 * 7919 %% 1000 < 5 THEN 'sent' WHEN n %% 1000 * 7919 %% 1000 < 925 THEN 'delivered'
                      WHEN n %% 1000 * 7919 %% 1000 < 955 THEN 'failed' ELSE 'skipped' END AS state
          FROM generate_series(%(first)s, %(last)s) n) AS texts
"""

# Of the run that is under way: a state, how many rows, the end of their lease, when they are asked about.
_TAIL: Final = (
    ("queued", 5_000, "NULL", "NULL"),
    ("sending", 500, "now() + interval '5 minutes'", "NULL"),
    ("sending", 20, "now() - interval '5 minutes'", "NULL"),
    ("uncertain", 20, "now() - interval '1 hour'", "now() - interval '1 minute'"),
    ("accepted", 3_000, "now()", "now() + interval '12 hours'"),
    ("sent", 1_000, "now()", "now() + interval '12 hours'"),
    ("sent", 20, "now() - interval '13 hours'", "now() - interval '1 hour'"),
)
_ON_THEIR_WAY: Final = """
    INSERT INTO messaging_outbound
        (kind, run_id, campaign_id, customer_id, number, sender_id, body, sealed_body, parts, state, reason, attempts,
         attempt_id, sid, due_at, claimed_at, leased_until, ask_at)
    SELECT 'campaign', %(run)s, %(campaign)s, customer, '+1' || (3132000000 + customer), %(sender)s, %(body)s, '', 1,
           %(state)s, '', 1, CASE WHEN %(state)s <> 'queued' THEN gen_random_uuid() END,
           CASE WHEN %(state)s IN ('accepted', 'sent') THEN 'SM' || md5('tail' || customer) END,
           now() - interval '1 minute', CASE WHEN %(state)s <> 'queued' THEN now() END, {leased_until}, {ask_at}
    FROM generate_series(%(from)s, %(to)s) customer
"""

# An attempt names its text (`messaging.attempts`).
_ATTEMPTS: Final = """
    UPDATE messaging_outbound
    SET attempt_id = (lpad(to_hex(id), 12, '0') || '8' || substr(md5(id::text), 1, 3)
                      || 'a' || substr(md5(id::text), 4, 15))::uuid
    WHERE run_id = %(run)s AND attempt_id IS NOT NULL
"""

_NOTICES: Final = f"""
    WITH notices AS (
        INSERT INTO optins_notice (kind, number, sender_id, customer_id, body, sealed_body, created_at, carried_at)
        SELECT 'help', number, sender_id, customer_id, %(body)s, '', created_at, created_at
        FROM messaging_outbound WHERE id %% {_TEXTS_A_NOTICE} = 0 RETURNING *)
    INSERT INTO messaging_outbound
        (kind, notice_id, customer_id, number, sender_id, body, sealed_body, parts, state, reason, attempts,
         attempt_id, sid, created_at, due_at, claimed_at, settled_at)
    SELECT 'notice', id, customer_id, number, sender_id, body, '', 1, 'delivered', '', 1, gen_random_uuid(),
           'SM' || md5('notice' || id), created_at, created_at, created_at, created_at
    FROM notices
"""
_INBOUND: Final = f"""
    INSERT INTO messaging_inbound (sid, provider_id, sender_id, number, body, opt_out_type, meaning, rule, received_at,
                                   handled_at, handled_by)
    SELECT 'SM' || md5('inbound' || id), %(provider)s, sender_id, number, 'Thank you', '',
           CASE id / {_TEXTS_AN_INBOUND} %% 4 WHEN 0 THEN 'help' ELSE 'none' END, '', created_at,
           CASE WHEN id %% 50000 <> 0 THEN created_at END, 'Ada'
    FROM messaging_outbound WHERE id %% {_TEXTS_AN_INBOUND} = 0
"""
# Three for each text, as long as they are kept.
_CALLBACKS: Final = """
    INSERT INTO messaging_statuscallback (provider_id, attempt_id, sid, status, moved, received_at)
    SELECT %(provider)s, attempt_id, sid, status, true, claimed_at
    FROM messaging_outbound, (VALUES ('queued'), ('sent'), ('delivered')) AS told (status)
    WHERE sid IS NOT NULL AND claimed_at > now() - %(kept)s
    ORDER BY messaging_outbound.id
"""
_GROWING: Final = ("messaging_outbound", "messaging_statuscallback", "messaging_inbound", "optins_notice")
_SECONDARY: Final = """
    SELECT pg_get_indexdef(indexrelid), indexrelid::regclass::text FROM pg_index
    WHERE indrelid = ANY(%s::text[]::regclass[]) AND NOT indisprimary
          AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@dataclass(frozen=True, slots=True)
class History:
    """What a filled outbox holds. `old` is a campaign whose texts, nearly half of all, are far from the latest."""

    old: MessagingCampaign
    under_way: Run


def fill(stage: Stage, texts: int, *, people: int, kept_callbacks: dt.timedelta) -> History:
    """Empty the outbox and write so many texts that are over, and the tail. `people` are on file."""
    forget_texts()
    constant: dict[str, Any] = {
        "sender": stage.sender.pk, "provider": stage.provider.pk, "body": BODY, "lowest": _lowest_customer(),
        "people": people, "kept": kept_callbacks,
    }  # fmt: skip
    with connection.cursor() as cursor, _without_indexes():
        cursor.execute("TRUNCATE messaging_inbound, optins_notice CASCADE")
        runs = _runs(stage, texts, people)
        size = texts // len(runs)
        for place, run in enumerate(runs):
            of_run = {**constant, "run": run.pk, "campaign": run.campaign_id}
            for stretch in _stretches(place * size, (place + 1) * size - 1, texts, min(people // 50, texts // 5)):
                cursor.execute(_TEXTS, {**of_run, **stretch})
        for statement in (_NOTICES, _INBOUND, _CALLBACKS):
            cursor.execute(statement, constant)
        under_way = _run_under_way(stage, constant)
    attribute_answers(seconds=math.inf)
    fold_counts()
    for table in (*_GROWING, "messaging_run", "messaging_outcomecount", "messaging_takencount", "messaging_answer"):
        analyse(table)
    return History(MessagingCampaign.objects.get(name="Old"), under_way)


def _stretches(first: int, last: int, texts: int, latest: int) -> Iterator[dict[str, Any]]:
    """When the texts `first` to `last` of so many left: evenly over two years, but the latest of all lately."""
    now, border = timezone.now(), texts - latest
    if first < border:
        step = (YEARS - _LATELY) / border
        yield {"first": first, "last": min(last, border - 1), "begin": now - YEARS + first * step, "step": step}
    if last >= border:
        begin, step = max(first, border), _LATELY / latest
        yield {"first": begin, "last": last, "begin": now - _LATELY + (begin - border) * step, "step": step}


def _runs(stage: Stage, texts: int, people: int) -> list[Run]:
    """The runs of the texts that are over: nearly half of an old campaign's, the others of campaigns of a few each."""
    count = max(2, texts * 20 // people)
    old = max(1, count * 45 // 100)
    runs: list[Run] = []
    campaigns = [_campaign("Old")]
    for place in range(count):
        if place >= old and (place - old) % _MESSAGES_A_CAMPAIGN == 0:
            campaigns.append(_campaign(f"News {place}"))
        runs.append(_run(stage, campaigns[-1], place))
    return runs


def _campaign(name: str) -> MessagingCampaign:
    kept = MessagingCampaign.objects.filter(name=name).first()
    return kept or MessagingCampaign.objects.create(
        kind=Kind.MESSAGING, name=name, slug=name.lower().replace(" ", "-"), state="live",
        launched_at=timezone.now() - YEARS,
    )  # fmt: skip


def _run(stage: Stage, campaign: MessagingCampaign, place: int, *, over: bool = True) -> Run:
    at = timezone.now() - _LATELY - dt.timedelta(hours=place)
    message = SmsMessage.objects.create(
        campaign=campaign, name=f"Message {place}", state="launched", delivery="scheduled", scheduled_for=at,
        launched_at=at, sender=stage.sender, programme=stage.programme, body=BODY,
    )  # fmt: skip
    message.refresh_from_db()
    state = {"state": "finished", "finished_at": at} if over else {}
    return Run.objects.create(
        message=message, campaign_id=campaign.pk, programme=stage.programme, sender=stage.sender, body=message.text,
        due_at=at, frozen_at=at, **state,
    )  # fmt: skip


def _run_under_way(stage: Stage, constant: Mapping[str, Any]) -> Run:
    run = _run(stage, _campaign("Under way"), -1, over=False)
    at = _lowest_customer()
    with connection.cursor() as cursor:
        for state, count, leased_until, ask_at in _TAIL:
            statement = _ON_THEIR_WAY.format(leased_until=leased_until, ask_at=ask_at)
            of_run = {**constant, "run": run.pk, "campaign": run.campaign_id, "state": state}
            cursor.execute(statement, {**of_run, "from": at, "to": at + count - 1})
            at += count
        cursor.execute(_ATTEMPTS, {"run": run.pk})
    return run


def _lowest_customer() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM campaigns_customer")
        return int(cursor.fetchone()[0])


@contextmanager
def _without_indexes() -> Iterator[None]:
    """The growing tables keep their primary keys only; afterwards the other indexes are built at once."""
    with connection.cursor() as cursor:
        cursor.execute(_SECONDARY, [list(_GROWING)])
        indexes = cursor.fetchall()
        for _, name in indexes:
            cursor.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            cursor.execute("SET maintenance_work_mem = '512MB'")
            for definition, _ in indexes:
                cursor.execute(definition)
            cursor.execute("RESET maintenance_work_mem")
