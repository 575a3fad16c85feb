"""A primary that may be stopped and started again, and a standby that follows it by streaming."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.postgres import SUPERUSER, PostgresServer, PostgresUnavailable, _binaries, _end

PATIENCE = 60


class Restartable(PostgresServer):
    """One that may be ended and started, and frozen, while its data stays."""

    def halt(self) -> None:
        """Ends it; its data stays."""
        self.thaw()
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def stop(self) -> None:
        self.thaw()
        super().stop()

    def resume(self) -> None:
        """Returns once it answers."""
        binaries = _binaries()
        self._launch(binaries)
        self._wait_until_it_answers()

    def freeze(self) -> None:
        """All of it: connections are still taken, and nothing is answered any more."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def asked(self, statement: str, database: str = "postgres") -> object:
        """The one value that a statement has, if it has any."""
        with psycopg.connect(
            host=str(self.socket_directory), user=SUPERUSER, dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        own = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in (self._process.pid, *map(int, own)):
            # One may have ended meanwhile: a backend does as its client goes.
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class Standby(Restartable):
    """A copy of a primary, made as it starts, that follows it from then on. ``at``: an address where neighbours ask it,
    beside its socket, without a password.
    """

    def __init__(self, primary: PostgresServer, at: str = "") -> None:
        super().__init__()
        self._primary, self._at = primary, at
        self.configuration = self.configuration | {"listen_addresses": at}

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self._at or self.socket_directory}"

    def _initialise(self, binaries: Path) -> None:
        source = ["--host", str(self._primary.socket_directory), "--username", SUPERUSER]
        how = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        with self._log.open("ab") as log:
            done = subprocess.run(
                [str(binaries / "pg_basebackup"), "--pgdata", str(self._data), *source, *how],
                **{"stdout": log, "stderr": log, "check": False, **self._identity()},
            )
        if done.returncode != 0:
            raise PostgresUnavailable(f"pg_basebackup ended with {done.returncode}\n{self._tail()}")
        if self._at:
            with (self._data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {self._at}/28 trust\n")

    def follow(self) -> None:
        """Waits until it has everything the primary has now."""
        assert isinstance(self._primary, Restartable)
        written = self._primary.asked("SELECT CAST(pg_current_wal_insert_lsn() AS text)")
        deadline = time.monotonic() + PATIENCE
        while not self.asked(f"SELECT pg_last_wal_replay_lsn() >= CAST('{written}' AS pg_lsn)"):
            assert time.monotonic() < deadline, self._tail()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It goes on receiving, and shows nothing of it."""
        self.asked("SELECT pg_wal_replay_pause()")
        deadline = time.monotonic() + PATIENCE
        while self.asked("SELECT pg_get_wal_replay_pause_state()") != "paused":
            assert time.monotonic() < deadline, self._tail()
        try:
            yield
        finally:
            self.asked("SELECT pg_wal_replay_resume()")
