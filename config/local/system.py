"""The product's processes on this machine: their commands, their environment, their start in order."""

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.local import secret_files, services
from config.local.ports import HOST
from config.local.processes import Child, Family
from config.local.refusal import Refusal
from config.local.services import ROOT, Services

_READY_SECONDS = 60.0


@dataclass(frozen=True)
class Plan:
    """Where a system keeps its data and logs, its ports, and the environment it builds on (`given`)."""

    var: Path
    logs: Path
    web_port: int
    simulator_port: int
    given: Mapping[str, str]

    @property
    def base_url(self) -> str:
        return self.given.get("PUBLIC_BASE_URL", "").rstrip("/") or f"http://{HOST}:{self.web_port}"

    @property
    def simulator_url(self) -> str:
        return f"http://{HOST}:{self.simulator_port}"


@dataclass(frozen=True)
class System:
    """A running system: `settings` is the product's environment, `welcome` what seeding said (logins)."""

    children: Sequence[Child]
    settings: Mapping[str, str]
    welcome: str


def product_settings(plan: Plan, addresses: Services, secrets: Mapping[str, str]) -> dict[str, str]:
    """The variables that config/settings.py needs. What the caller has set already stands."""
    host = urlsplit(plan.base_url).hostname or HOST
    chosen = {
        "OPTLINE_ENV": "local",
        "DEBUG": "false",
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
        "PUBLIC_BASE_URL": plan.base_url,
        "SIMULATOR_URL": plan.simulator_url,
        "ALLOWED_HOSTS": ",".join(dict.fromkeys((HOST, "localhost", host))),
        **{name: secrets[name] for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "NUMBER_HASH_KEY")},
    }
    return {name: plan.given.get(name) or value for name, value in chosen.items()}


def commands(plan: Plan) -> dict[str, list[str]]:
    """Each process's name and command, in the order of their start. docs/operations.md shows the same."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "config"]
    worker = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    return {
        "carrier": [
            *python, "messaging.simulator", "--port", str(plan.simulator_port),
            "--inbound-url", f"{plan.base_url}/webhooks/twilio/inbound",
        ],
        "web": [
            *python, "granian", "--interface", "wsgi", "--no-ws", "--blocking-threads", "8",
            "--host", HOST, "--port", str(plan.web_port), "config.wsgi:application",
        ],
        "worker": [*worker, "--queues", "default", "--hostname", "worker@%h"],
        "send worker": [*worker, "--queues", "send", "--hostname", "send@%h"],
        "beat": [*celery, "beat"],
    }  # fmt: skip


def start(family: Family, plan: Plan) -> System:
    """Bring everything up and return once the web answers as ready. Raises Refusal with the reason if not."""
    secrets = secret_files.load_or_make(plan.var / "secrets.env")
    addresses = services.start(family, plan.var, plan.logs, secrets=secrets, given=plan.given)
    settings = product_settings(plan, addresses, secrets)
    env = {**plan.given, **settings, "PYTHONUNBUFFERED": "1"}
    manage = [sys.executable, "manage.py"]
    family.run("migrate", [*manage, "migrate", "--noinput"], log=plan.logs / "migrate.log", env=env, cwd=ROOT)
    welcome = family.run("seed_demo", [*manage, "seed_demo"], log=plan.logs / "seed.log", env=env, cwd=ROOT)
    children = [
        family.spawn(name, argv, log=plan.logs / f"{name.replace(' ', '-')}.log", env=env, cwd=ROOT)
        for name, argv in commands(plan).items()
    ]
    for url in (f"{plan.simulator_url}/healthz", f"http://{HOST}:{plan.web_port}/readyz"):
        _wait_for(url, family)
    return System(children, settings, welcome)


def _wait_for(url: str, family: Family) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        require_alive(family)
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > deadline:
                raise Refusal(f"{url} did not become ready within {_READY_SECONDS:.0f} s: {error}") from None
            time.sleep(0.1)


def require_alive(family: Family) -> None:
    """Raise a Refusal that names the first process that ended by itself, with its last words."""
    if child := family.dead():
        raise Refusal(
            f"The {child.name} process ended by itself ({child.ending()}), so everything was stopped. "
            f"Its log is {child.log} and ends with:\n{child.last_words()}"
        )
