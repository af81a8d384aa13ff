"""The Postgres that chaos breaks: fsync on, its tables on a small disk that can be full, a backup to be put back."""

import os
import secrets
import shutil
import time
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from benchmarks.chaos_suite.disk import SmallDisk
from config.local import accounts, postgres
from config.local.ports import HOST
from config.local.processes import Family
from config.local.refusal import Refusal

_TABLESPACE: Final = "small"
_RESTART_SECONDS: Final = 20.0
_NO_ROOM: Final = "No space left on device"


class Database:
    """One cluster. Its log of what was committed stays on the machine's own disk, where fsync means something."""

    def __init__(self, family: Family, folder: Path, disk: SmallDisk, logs: Path) -> None:
        self.disk = disk
        self._family = family
        self._password = secrets.token_urlsafe()
        self._folder = folder
        self._data = folder / "postgres"
        self._logs = logs
        self._server: postgres.Server
        postgres.create(family, self._data, password=self._password, logs=logs)

    @property
    def url(self) -> str:
        """The database's address, with a place for the port."""
        return f"postgresql://{postgres.ROLE}:{self._password}@{HOST}:{{}}/{postgres.DATABASE}"

    def start(self) -> postgres.Server:
        """Start it: what was committed is there again. One that was killed needs a moment until it can be."""
        deadline = time.monotonic() + _RESTART_SECONDS
        while True:
            try:
                self._server = postgres.start(
                    self._family, self._data, password=self._password, logs=self._logs, settings=self._settings()
                )
                break
            except Refusal:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        if not self.disk.why_not:
            self._keep_tables_on_the_disk()
        return self._server

    def _settings(self) -> tuple[str, ...]:
        return () if self.disk.why_not else (f"default_tablespace={_TABLESPACE}",)

    def _keep_tables_on_the_disk(self) -> None:
        with psycopg.connect(self._server.url, autocommit=True) as server:
            if not server.execute("SELECT 1 FROM pg_tablespace WHERE spcname = %s", [_TABLESPACE]).fetchone():
                place = sql.Literal(str(self.disk.folder))
                server.execute(sql.SQL(f"CREATE TABLESPACE {_TABLESPACE} LOCATION {{}}").format(place))

    def take_rows(self, does: bool) -> None:
        """Have it take no row from anybody, as a managed one does before its disk is full, or take them again."""
        with psycopg.connect(self._server.url, autocommit=True) as server:
            server.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'off' if does else 'on'}")
            server.execute("SELECT pg_reload_conf()")

    def found_no_room(self) -> int:
        """How often something could not be written since it was started, because the disk was full."""
        return self._server.child.log.read_text(errors="replace").count(_NO_ROOM)

    # --- The backup --------------------------------------------------------------------------

    def back_up(self) -> None:
        """Copy it while it is in use, as an operator does at night."""
        base, tables = (self._backup(part) for part in ("base", "tables"))
        for folder in (base, tables):
            folder.mkdir(mode=0o700, parents=True)
        accounts.give(base.parent, accounts.server_account())
        where = ["-h", HOST, "-p", str(self._server.port), "-U", postgres.ROLE]
        how: list[str | Path] = ["-D", base, "-T", f"{self.disk.folder}={tables}", "--checkpoint=fast", "--no-sync"]
        self._family.run(
            "pg_basebackup",
            [postgres.programs() / "pg_basebackup", *where, *how],
            log=self._logs / "backup.log",
            env={"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": self._password},
            cwd=base.parent,
            account=accounts.server_account(),
        )

    def put_back(self, *, as_a_recovery: bool) -> None:
        """Replace what a server that does not run has by the backup: nothing since is known to it.

        A recovery takes in what the log has to the backup's end, and begins a new timeline. Without it this is what a
        snapshot of a volume is: the same cluster, some time ago.
        """
        shutil.rmtree(self._data)
        shutil.copytree(self._backup("base"), self._data, symlinks=True)
        if not self.disk.why_not:
            self._put_back_tables()
        if as_a_recovery:
            (self._data / "recovery.signal").touch()
            with (self._data / "postgresql.auto.conf").open("a") as settings:
                settings.write("restore_command = 'false'\n")
        accounts.give(self._data, accounts.server_account())

    def _put_back_tables(self) -> None:
        for folder in self.disk.folder.iterdir():
            shutil.rmtree(folder)
        shutil.copytree(self._backup("tables"), self.disk.folder, dirs_exist_ok=True)
        accounts.give(self.disk.folder, accounts.server_account())
        for link in (self._data / "pg_tblspc").iterdir():
            link.unlink()
            link.symlink_to(self.disk.folder)

    def _backup(self, part: str) -> Path:
        return self._folder / "backup" / part
