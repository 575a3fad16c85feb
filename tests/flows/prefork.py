"""``taliq serve``, again and again: forked from a process that has everything imported already.

It is the command itself and takes a fraction of the time, for tests that start it twenty times. ``python -m
tests.flows.prefork NORMAL PORT``: each line on its input starts a server, whose process id it prints. ``NORMAL``: how
SQLite synchronises, instead of the product's own FULL.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from service.__main__ import main
from service.storage import engine
from tests.flows.live import environment
from tests.flows.supervised import DEADLINE, PAUSE, children, kill, ready
from tests.ports import free_port


class Prefork:
    """The server's side for a test. ``synchronous``: FULL is what the product sets."""

    def __init__(self, database_url: str, log: Path, synchronous: str = "FULL") -> None:
        self.port, self._log = free_port(), log
        command = [sys.executable, "-m", "tests.flows.prefork", synchronous, str(self.port)]
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                command,
                env=environment(database_url, self.port, trusted_proxies="127.0.0.1/32"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def start(self) -> None:
        """Returns once it is ready."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._server = int(self._process.stdout.readline())
        deadline, handle = time.monotonic() + DEADLINE, os.pidfd_open(self._server)
        try:
            while not ready(self.port):
                assert not select.select([handle], [], [], PAUSE)[0], self._log.read_text()[-2000:]
                assert time.monotonic() < deadline, self._log.read_text()[-2000:]
        finally:
            os.close(handle)

    def kill(self) -> None:
        """``kill -9`` of all its processes."""
        kill(self._server, *children(self._server))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in children(self._process.pid):
            kill(each, *children(each))
        self._process.communicate()


def _serve(port: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = ["taliq", "serve", "--port", port, "--workers", "2"]
    main()


if __name__ == "__main__":
    _, synchronous, port = sys.argv
    engine._PRAGMAS = tuple(p.replace("synchronous = FULL", f"synchronous = {synchronous}") for p in engine._PRAGMAS)
    assert f"PRAGMA synchronous = {synchronous}" in engine._PRAGMAS
    # Nobody waits for a server that was killed.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            _serve(port)
        print(child, flush=True)
