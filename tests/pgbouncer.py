"""A real pgbouncer before the tests' PostgreSQL: in transaction mode, and with fewer connections than are asked for."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.postgres import SUPERUSER, PostgresServer, identity_in, private_folder

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
#: Connections to the server. Whoever holds one and waits for a second waits in vain when others do the same.
SERVERS = 2
SHIPPED = Path(__file__).parents[1] / "service" / "deploy" / "pgbouncer.ini"


def configuration(server: Path, folder: Path, at: str) -> str:
    """The shipped one, with what is another here: places, no password, and few connections."""
    text = SHIPPED.read_text()
    for theirs, ours in (
        ("host=db port=5432", f"host={server}"),
        ("listen_addr = 0.0.0.0", f"listen_addr = {at}"),
        ("listen_port = 6432", "listen_port = 5432"),
        ("unix_socket_dir =", f"unix_socket_dir = {folder}"),
        ("auth_type = scram-sha-256", "auth_type = trust"),
        ("auth_file = /tmp/users", f"auth_file = {folder}/users"),
        ("default_pool_size = 20", f"default_pool_size = {SERVERS}"),
    ):
        assert theirs in text
        text = text.replace(theirs, ours)
    return text


class PgBouncer:
    """One for a test: `with PgBouncer(server) as pooler: pooler.url("name")`; it may be stopped and started. ``at``: an
    address where it is asked, instead of a socket in its folder.
    """

    def __init__(self, server: PostgresServer, at: str = "") -> None:
        self._server, self._at = server, at
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder = private_folder("taliq-pgb-")
        self._write("users", f'"{SUPERUSER}" ""\n')
        self._write("ini", configuration(self._server.socket_directory, self.folder, self._at))
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self._at or self.folder}"

    def start(self) -> None:
        """Returns once it answers."""
        command = [str(PGBOUNCER), str(self.folder / "ini")]
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, **identity_in(self.folder))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(host=str(self.folder), user=SUPERUSER, dbname="postgres").close()
                return
            # The pause between two tries is spent listening for its death.
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"pgbouncer ended with {self._process.wait(timeout=0.02)}\n{self.log()}")
        raise AssertionError(f"pgbouncer does not answer\n{self.log()}")

    def stop(self) -> None:
        """At once: whoever is connected is cut off, in the midst of whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(timeout=20)

    def log(self) -> str:
        return (self.folder / "output").read_text()

    def _write(self, name: str, text: str) -> None:
        path: Path = self.folder / name
        path.write_text(text)
        path.chmod(0o644)
