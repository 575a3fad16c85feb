"""A PostgreSQL that keeps what it has committed, and may be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from tests.flows.supervised import children, kill
from tests.postgres import CONFIGURATION, SUPERUSER, PostgresServer, _binaries, _unprivileged

DEADLINE = 60.0


class LastingPostgres(PostgresServer):
    """As an operator runs it: it writes through to the disk. ``parent``: the folder its own is made in."""

    def __init__(self, parent: Path | None = None, **settings: str) -> None:
        super().__init__()
        self._parent = parent
        lasting = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        self.configuration = CONFIGURATION | lasting | settings

    def _new_folder(self) -> Path:
        if self._parent is None:
            return super()._new_folder()
        folder = self._parent / "pg"
        folder.mkdir(0o700)
        if (account := _unprivileged()) is not None:
            os.chown(folder, *account)
        return folder

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.socket_directory), user=SUPERUSER, dbname=database, autocommit=True)

    def backends(self) -> list[int]:
        """The processes that serve the service's connections, the busy ones first."""
        with self.connect() as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                " ORDER BY state = 'idle', query_start DESC"
            )
            return [int(str(row[0])) for row in found]

    def kill(self) -> None:
        """``kill -9`` of the postmaster and of all it has started."""
        process, self._process = self._process, None
        assert process is not None
        # Held first, that it starts nobody of whom we do not know.
        process.send_signal(signal.SIGSTOP)
        if process.poll() is not None:
            # It has ended by itself: a postmaster does that cannot write.
            return
        os.waitpid(process.pid, os.WUNTRACED)
        kill(process.pid, *children(process.pid))
        process.wait()

    def resume(self) -> None:
        """Starts it on what is there; returns once it answers."""
        self._launch(_binaries())
        self._wait_until_it_answers()

    def wait_for_standby(self) -> None:
        """From here on a commit is acknowledged when the standby has it too."""
        with self.connect() as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        self.until("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")

    def until(self, question: str = "SELECT 1") -> None:
        """Waits until it can be asked, and says yes."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError), self.connect() as connection:
                if connection.execute(question).fetchone() == (1,):
                    return
        raise AssertionError(f"the database does not come to this: {question}")


class Standby(LastingPostgres):
    """A copy of ``primary`` that is kept up to date by streaming, and answers questions."""

    def __init__(self, primary: LastingPostgres) -> None:
        super().__init__()
        self._primary = primary

    def _initialise(self, binaries: Path) -> None:
        command = [binaries / "pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        command += ["--pgdata", self._data, "--host", self._primary.socket_directory, "--username", SUPERUSER]
        with self._log.open("ab") as log:
            subprocess.run(command, stdout=log, stderr=log, check=True, **self._identity())

    def receiver(self) -> int:
        """The process that takes what the primary sends."""
        with self.connect() as connection:
            found = connection.execute("SELECT pid FROM pg_stat_wal_receiver").fetchone()
        assert found is not None
        return int(str(found[0]))

    def promote(self) -> None:
        """Returns once it takes writes."""
        with self.connect() as connection:
            assert connection.execute("SELECT pg_promote()").fetchone() == (True,)
