"""The house that chaos breaks: every process of the product, its servers, and a relay in each link between them."""

import contextlib
import os
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import psutil
import redis

from benchmarks.chaos_suite import skewed
from benchmarks.chaos_suite.database import Database
from benchmarks.chaos_suite.disk import SmallDisk
from benchmarks.chaos_suite.relay import Relays
from config.local import system, testbed, valkey
from config.local.ports import HOST, free_port, is_free
from config.local.processes import Child, Family
from config.local.refusal import Refusal
from config.local.services import ROOT, Services


@dataclass(frozen=True, slots=True)
class Timing:
    """Minutes become seconds. `hold` is how long a carrier, a link or a stopped process keeps something back at most:
    twice that, a slow link to a slow carrier, is shorter than the settling time, as ADR 7 asks; and longer than two
    time-outs, of connecting and of the answer, or nothing would be too late."""

    rescue: int
    settle: int
    hold: float
    timeout: int = 1

    @property
    def latest_handover(self) -> float:
        """How many seconds after its claim a text may reach the carrier."""
        return self.rescue + 2 * self.timeout

    @property
    def settings(self) -> Mapping[str, str]:
        """What differs from the product's defaults."""
        return {
            "TWILIO_TIMEOUT": str(self.timeout),
            "RESCUE_AFTER_SECONDS": str(self.rescue),
            "RECONCILE_EVERY_SECONDS": "1",
            "RECONCILE_SETTLE_SECONDS": str(self.settle),
            "RECONCILE_ATTEMPTS": "50",
            "RECONCILE_PER_SECOND": "200",
            "FINAL_STATUS_AFTER_SECONDS": "4",
            "FAULTY_PROVIDER_RETRY_SECONDS": "1",
            "OWN_FAULT_RETRY_SECONDS": "1",
            "SWEEP_EVERY_SECONDS": "1",
            "QUIET_HOURS": "false",
            "FREQUENCY_CAP": "0",
        }


CARRIER_LINK, CALLBACK_LINK, DATA_LINK, WEB_DATA_LINK, BROKER_LINK = LINKS = (
    "workers → carrier", "carrier → web", "workers → Postgres", "web → Postgres", "all → Valkey",
)  # fmt: skip
_STEADY: Final = "people → Postgres"  # by which commands reach the database: nothing happens to this one
POSTGRES, VALKEY, CARRIER, WEB, WORKER = "Postgres", "Valkey", "carrier", "web", "worker"
SEND_WORKERS: Final = ("send worker 1", "send worker 2")
BEATS: Final = ("beat 1", "beat 2")
_READY_SECONDS: Final = 180.0
_END_SECONDS: Final = 5.0
# What docs/operations.md asks of whoever supervises the processes.
_GRACE_SECONDS: Final = 30.0


class House:
    """Real processes by name. A context: leaving it ends all of them. Used from one thread, which is their parent.

    With `database_url` an empty, migrated database of a server that is not the house's is used, and not broken.
    """

    def __init__(self, logs: Path, timing: Timing, *, database_url: str = "") -> None:
        self.logs = logs
        self.timing = timing
        self._given = database_url
        self._children: dict[str, Child] = {}
        self._leaving: list[tuple[Child, float]] = []
        self._ended: list[str] = []
        self._starts = 0
        self._serving: dict[str, int] = {}  # the ports of the web and of the carrier
        self._password = secrets.token_urlsafe()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._family = stack.enter_context(Family())
            self._folder = self._family.temporary_folder()
            if self.has_its_own_postgres:  # a small disk is made before there are threads
                disk = SmallDisk(self._folder / "disk")
                self.database = Database(self._family, self._folder, disk, self.logs)
            self.links = stack.enter_context(Relays())
            stack.callback(self._end_all)
            ports = {name: self.links.add(name) for name in (*LINKS, _STEADY)}
            self._base_url = f"http://{HOST}:{ports[CALLBACK_LINK]}"
            self._start_servers(ports)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    @property
    def has_its_own_postgres(self) -> bool:
        """Whether Postgres is among what may be broken, and has no tables yet."""
        return not self._given

    # --- Starting ----------------------------------------------------------------------------

    def _start_servers(self, ports: Mapping[str, int]) -> None:
        if self.has_its_own_postgres:
            self.start(POSTGRES)
            database = self.database.url
        else:
            port = str(urlsplit(self._given).port)
            self._point_at_postgres(int(port))
            database = self._given.replace(f":{port}/", ":{}/")
        self.start(VALKEY)
        self._broker = f"redis://:{self._password}@{HOST}:{ports[BROKER_LINK]}/0"
        self._env = {
            name: {
                **os.environ,
                **testbed.environment(Services(database.format(ports[link]), self._broker)),
                **self.timing.settings,
                "PUBLIC_BASE_URL": self._base_url,
                "SIMULATOR_URL": f"http://{HOST}:{ports[CARRIER_LINK]}",
            }
            for name, link in ((WORKER, DATA_LINK), (WEB, WEB_DATA_LINK), ("people", _STEADY))
        }

    def _command(self, name: str) -> Sequence[str]:
        ports = self._serving
        link = {WEB: CALLBACK_LINK, CARRIER: CARRIER_LINK}.get(name)
        if link and (name not in ports or not is_free(ports[name])):
            # Only now: a port that was free when the house was built may be somebody else's by the time it is used.
            ports[name] = free_port()
            self.links.point(link, ports[name])
        given = {"PUBLIC_BASE_URL": self._base_url}
        plan = system.Plan(self._folder, self.logs, ports.get(WEB, 0), ports.get(CARRIER, 0), given)
        return _commands(plan, self.timing)[name]

    @property
    def carrier_url(self) -> str:
        """Where the carrier is without a relay: nobody hurts this way to it."""
        return f"http://{HOST}:{self._serving[CARRIER]}"

    def start(self, name: str) -> None:
        """Start a process or server that does not run; of a server what it kept is there again."""
        if name == POSTGRES:
            server = self.database.start()
            self._children[POSTGRES] = server.child
            self._point_at_postgres(server.port)
        elif name == VALKEY:
            broker = valkey.start(
                self._family, self._folder / "valkey", password=self._password, logs=self.logs, keep=False
            )
            self._children[VALKEY] = broker.child
            self.links.point(BROKER_LINK, broker.port)
        else:
            self._starts += 1
            log = self.logs / f"{self._starts:02d}-{name.replace(' ', '-')}.log"
            env = self._env[WEB if name == WEB else WORKER]
            self._children[name] = self._family.spawn(name, self._command(name), log=log, env=env, cwd=ROOT)

    def _point_at_postgres(self, port: int) -> None:
        for link in (DATA_LINK, WEB_DATA_LINK, _STEADY):
            self.links.point(link, port)

    def wait_until_ready(self) -> None:
        """Return once the carrier and the web answer. Raises Refusal."""
        deadline = time.monotonic() + _READY_SECONDS
        for url in (f"{self.carrier_url}/healthz", f"http://{HOST}:{self._serving[WEB]}/readyz"):
            while not _answers(url):
                system.require_alive(self._family)
                if time.monotonic() > deadline:
                    raise Refusal(f"{url} did not become ready within {_READY_SECONDS:.0f} s.")
                time.sleep(0.1)

    # --- Breaking ----------------------------------------------------------------------------

    def kill(self, name: str) -> None:
        """As when its machine loses power: -9 for the process and all its children, which Postgres gives groups of
        their own."""
        child = self._children.pop(name)
        if child.process.poll() is not None:
            self._ended.append(name)
        children = _children_of(child)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        for grandchild in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                grandchild.kill()
        self._family.stop(child)
        psutil.wait_procs(children, timeout=_END_SECONDS)

    def kill_a_child(self, name: str, which: int) -> None:
        """-9 for one of the processes that a Celery worker keeps, as the system does that runs out of memory."""
        children = _children_of(self._children[name])
        if children:
            with contextlib.suppress(psutil.NoSuchProcess):
                children[which % len(children)].kill()

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the process and its children, if it runs."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._children[name].process.pid, number)

    def ask_to_end(self, name: str) -> None:
        """SIGTERM, as a deploy does. From now on another may be started by this name."""
        child = self._children.pop(name)
        child.process.send_signal(signal.SIGTERM)
        self._leaving.append((child, time.monotonic()))

    def lose_patience(self, name: str) -> None:
        """-9 for those of this name that were asked to end and have not."""
        for child, _ in self._leaving:
            if child.name == name and child.process.poll() is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()

    def flush(self) -> None:
        """Have Valkey forget everything."""
        with redis.Redis.from_url(self._broker) as client:
            client.flushall()

    def remembers_the_database(self) -> bool:
        """Whether Valkey knows how far Postgres was, by which a snapshot is noticed."""
        with redis.Redis.from_url(self._broker) as client:
            return bool(client.keys("optline:database:*"))

    def ended_by_itself(self) -> Sequence[str]:
        """Those that ran no more although nobody had ended them."""
        return self._ended + [name for name, child in self._children.items() if child.process.poll() is not None]

    def still_leaving(self) -> Sequence[str]:
        """Those that were asked to end and have not."""
        return [child.name for child, _ in self._leaving if child.process.poll() is None]

    def outstayed(self) -> Sequence[str]:
        """Those that did not end within what supervisors give them after asking, which is waited for."""
        for child, asked_at in self._leaving:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, asked_at + _GRACE_SECONDS - time.monotonic()))
        return self.still_leaving()

    def _end_all(self) -> None:
        for name in list(self._children):
            self.signal(name, signal.SIGCONT)
            if name != POSTGRES:
                self.kill(name)

    # --- People ------------------------------------------------------------------------------

    @property
    def environment(self) -> Mapping[str, str]:
        """What a command of an operator runs in."""
        return self._env["people"]


def _commands(plan: system.Plan, timing: Timing) -> Mapping[str, Sequence[str]]:
    """The product's own commands, with two send workers and, by somebody's mistake, two beats. The second of each is on
    a machine whose clock is wrong."""
    given = system.commands(plan)
    sending, beat = given["send worker"], given["beat"]
    return {
        CARRIER: [*given["carrier"], "--hold", str(timing.hold), "--delay-scale", "0.5"],
        WEB: given["web"],
        WORKER: given["worker"],
        **{
            name: skewed.command([*sending, "--hostname", f"send{n}@%h"], hours=2 * n)
            for n, name in enumerate(SEND_WORKERS)
        },
        **{name: skewed.command(beat, hours=-2 * n) for n, name in enumerate(BEATS)},
    }


def _children_of(child: Child) -> Sequence[psutil.Process]:
    try:
        return list(psutil.Process(child.process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
