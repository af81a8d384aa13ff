"""`manage.py measure [--quick] [--only PART] [--json]`: the comparisons. `benchmarks/run` calls it, with servers."""

import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from benchmarks import audience, beside, growth, keywords, promptness, texts, web
from benchmarks.figures import Figure, Report
from benchmarks.growth_filling import YEARS
from benchmarks.models import PlainRow
from benchmarks.stage import Stage, set_stage, sink


class _OneProcess(NamedTuple):
    """Texts a second by one process: a send worker with many, and the bare transport."""

    many: float
    bare: float


class Command(BaseCommand):
    help = "Measures how fast texts leave, audiences freeze and webhooks answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--quick", action="store_true", help="1,000 and 20,000 texts; no TLS, no latency, no first text."
        )
        parser.add_argument("--repetitions", type=int, help="How often each thing is measured: 1 or 5 by default.")
        parser.add_argument(
            "--only", choices=[*_PARTS, *_GROWING], help="One part; growth and pages are measured when named."
        )
        parser.add_argument("--json", action="store_true", help="JSON on stdout, the table on stderr.")

    def handle(self, *, quick: bool, repetitions: int | None, only: str | None, json: bool, **_: Any) -> None:
        if only in _GROWING:
            self._growth(quick, json, pages_only=only == _PAGES)
            return
        few, many, usual = (1_000, 20_000, 1) if quick else (10_000, 1_000_000, 5)
        with connection.schema_editor() as editor:
            editor.create_model(PlainRow)
        report, stage = Report(), set_stage(many, few)
        for part in [only] if only else _QUICK if quick else _PARTS:
            begun = time.monotonic()
            _PARTS[part](report, stage, repetitions or usual, quick)
            print(f"{part} took {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        if json:
            self.stdout.write(report.as_json())
        print(report.as_table(), file=sys.stderr if json else sys.stdout)

    def _growth(self, quick: bool, json: bool, *, pages_only: bool) -> None:
        """A database of its own size: a quarter of an hour, and about 20 GB of disk at ten million texts.

        Pages alone are measured at five million: some minutes, and 10 GB.
        """
        people = 20_000 if quick else 1_000_000
        sizes = [5 * people] if pages_only else [people // 10, people, 10 * people]
        stage = set_stage(people, people // 100, joined_within=YEARS)
        found = growth.measure(stage, sizes, people=people, pages_only=pages_only)
        if json:
            self.stdout.write(Report(ratios=dict(growth.ratios(found))).as_json())
        print(growth.as_table(found), file=sys.stderr if json else sys.stdout)


def _audience(report: Report, stage: Stage, repetitions: int, _quick: bool) -> None:
    gates = report.add("audience: through the gates", repetitions, lambda: audience.through_the_gates(stage, None))
    bare = report.add("audience: bare INSERT … SELECT", repetitions, lambda: audience.bare_insert(stage))
    report.add("audience: bulk_create of 5,000", repetitions, lambda: audience.bulk_create(stage))
    for name, segment in (("few", stage.few), ("more", stage.more)):
        report.add(f"audience: {name} of them", repetitions, partial(audience.through_the_gates, stage, segment))
    report.ratios["audience_vs_bare_insert"] = gates.median / bare.median


def _keywords(report: Report, _stage: Stage, repetitions: int, _quick: bool) -> None:
    report.add(
        "keywords: texts read", repetitions, keywords.texts_read, f"{keywords.CORPUS_SIZE} texts as people write them"
    )
    report.add("keywords: STOP read", repetitions, keywords.stops_read)


def _texts(report: Report, stage: Stage, repetitions: int, quick: bool) -> None:
    with sink(0.0) as at_once:
        count = 10_000 if quick else 50_000
        one = _against_bare_transport(report, stage, at_once, max(repetitions, 2 if quick else 3), count)
        stock = [texts.stock_async_client(at_once, count // 4) for _ in range(repetitions)]
        usual = report.add("texts: the usual way", repetitions, lambda: texts.the_usual_way(stage, at_once, 100))
    report.ratios["bare_transport_vs_stock_client"] = one.bare / _add(report, "texts: stock async client", stock).median
    report.ratios["end_to_end_vs_usual_way"] = one.many / usual.median
    if not quick:
        _with_latency(report, stage, repetitions)
        _over_tls(report, stage, repetitions, count)


def _against_bare_transport(report: Report, stage: Stage, sink_url: str, turns: int, count: int) -> "_OneProcess":
    """In turns, so that what else the machine does meets both: one send worker and the bare transport, then two."""
    few, many, bare, both = list[texts.Sent](), list[texts.Sent](), list[texts.Posted](), list[texts.Sent]()
    texts.bare_transport(sink_url, 1_000)
    with texts.send_workers(sink_url, 1) as worker:
        texts.send_campaign(stage, stage.few, worker)  # the first loads what every later one has
        for _ in range(turns):
            few.append(texts.send_campaign(stage, stage.few, worker))
            many.append(texts.send_campaign(stage, None, worker))
            bare.append(texts.bare_transport(sink_url, count))
    with texts.send_workers(sink_url, 2) as pair:
        texts.send_campaign(stage, stage.few, pair)
        for _ in range(turns // 2):
            both.append(texts.send_campaign(stage, None, pair))
            bare.append(texts.bare_transport(sink_url, count))
    _add(report, "texts: one send worker, few", few)
    figures = _OneProcess(
        _add(report, "texts: one send worker, many", many).median,
        _add(report, "texts: bare transport", bare).median,
    )
    two = _add(report, "texts: two send workers, many", both).median
    report.ratios["end_to_end_vs_bare_transport"] = figures.many / figures.bare
    report.ratios["two_workers_vs_bare_transport"] = two / figures.bare
    report.ratios["cost_large_vs_small"] = _median_cost(many) / _median_cost(few)
    return figures


def _over_tls(report: Report, stage: Stage, repetitions: int, count: int) -> None:
    """The first of each pays for the handshakes."""
    with sink(0.0, tls=True) as secured, texts.send_workers(secured, 1) as workers:
        _add(report, "texts over TLS: bare transport, first", [texts.bare_transport(secured, 1_000)])
        _add(report, "texts over TLS: one send worker, first", [texts.send_campaign(stage, stage.few, workers)])
        bare = [texts.bare_transport(secured, count) for _ in range(repetitions)]
        _add(report, "texts over TLS: bare transport", bare)
        _add(report, "texts over TLS: one send worker, many", [texts.send_campaign(stage, None, workers)])


def _with_latency(report: Report, stage: Stage, repetitions: int) -> None:
    with sink(0.1) as slow:
        with texts.send_workers(slow, 1) as workers:
            texts.send_campaign(stage, stage.few, workers)
            _add(report, "texts at 100 ms: one send worker, few", [texts.send_campaign(stage, stage.few, workers)])
        _add(report, "texts at 100 ms: bare transport", [texts.bare_transport(slow, 2_000) for _ in range(repetitions)])
        report.add("texts at 100 ms: the usual way", 1, lambda: texts.the_usual_way(stage, slow, 40))


def _web(report: Report, stage: Stage, repetitions: int, quick: bool) -> None:
    requests = 1_500 if quick else 10_000
    with sink(0.0) as at_once, texts.send_workers(at_once, 1) as workers:
        texts.send_campaign(stage, stage.few, workers)
        _requests(report, stage, repetitions, requests)


def _requests(report: Report, stage: Stage, repetitions: int, requests: int) -> None:
    """Alone, and while the send worker that is up sends."""
    with web.web_server() as server:
        web.storm(server, web.plain(200))
        news = web.callbacks(requests)
        plain = [web.storm(server, web.plain(requests)) for _ in range(repetitions)]
        callbacks = [web.storm(server, news) for _ in range(repetitions)]
        merged, cost = web.merge()
        api = [web.storm(server, web.code_requests(stage, requests)) for _ in range(repetitions)]
        texts_in = [web.storm(server, web.inbound_texts(stage, requests // 20)) for _ in range(repetitions)]
        both = news, web.inbound_texts(stage, requests // 20)
        with beside.a_send(stage) as send:
            busy = [web.storm(server, some) for some in both]
    medians = [
        _add_storms(report, name, storms)
        for name, storms in (
            ("web: plain view", plain), ("web: callbacks", callbacks), ("web: validation API", api),
            ("web: inbound texts", texts_in), ("web: callbacks while a send runs", busy[:1]),
            ("web: inbound texts while a send runs", busy[1:]),
        )
    ]  # fmt: skip
    report.keep(Figure("web: texts sent meanwhile", [send.per_second], send.note))
    report.keep(Figure("web: callbacks merged", [merged], f"CPU µs each {cost:.0f}"))
    report.ratios["callbacks_vs_plain_view"] = medians[1] / medians[0]
    report.ratios["api_vs_plain_view"] = medians[2] / medians[0]


def _first_text(report: Report, stage: Stage, _repetitions: int, _quick: bool) -> None:
    """Figures in milliseconds."""
    with sink(0.0) as at_once, promptness.house(at_once) as freezing:
        promptness.launch_to(stage, stage.few, freezing)  # the first loads what every later one has
        for name, segment in (("few", stage.few), ("more", stage.more), ("many", None)):
            seen = promptness.launch_to(stage, segment, freezing)
            name = f"first text: ms from launch to {name}"
            report.keep(Figure(name, [seen.seconds * 1000], f"freezing worker {seen.megabytes:.0f} MB"))


def _add(report: Report, name: str, sent: Sequence[texts.Sent | texts.Posted]) -> Figure:
    return report.keep(Figure(name, [each.per_second for each in sent], sent[-1].note))


def _add_storms(report: Report, name: str, storms: list[web.Answered]) -> float:
    return report.keep(
        Figure(
            name,
            [storm.per_second for storm in storms],
            f"p99 {storms[-1].p99_ms:.0f} ms, CPU µs each {storms[-1].cost:.0f}",
        )
    ).median


def _median_cost(campaigns: list[texts.Sent]) -> float:
    return Figure("", [sent.cost for sent in campaigns]).median


_PARTS: Final = {"audience": _audience, "keywords": _keywords, "texts": _texts, "first": _first_text, "web": _web}
_QUICK: Final = [part for part in _PARTS if part != "first"]
_PAGES: Final = "pages"
_GROWING: Final = ("growth", _PAGES)
