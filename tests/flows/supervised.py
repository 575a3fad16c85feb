"""``taliq serve`` as a supervisor runs it: started again when it has ended. And its processes, to be killed."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.flows.live import environment
from tests.flows.load import Asking
from tests.ports import free_port

DEADLINE, PAUSE = 60.0, 0.05


class Supervised:
    """A server with two workers."""

    def __init__(self, database_url: str, log: Path, workers: int = 2, **more: str) -> None:
        self.port, self.workers, self._log = free_port(), workers, log
        self._environment = environment(database_url, self.port, trusted_proxies="127.0.0.1/32", **more)

    def __enter__(self) -> Self:
        self._start()
        try:
            self.until(self.is_whole)
        except BaseException:
            kill(self.process.pid, *children(self.process.pid))
            self.process.wait()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def _start(self) -> None:
        command = [sys.executable, "-m", "service", "serve"]
        command += ["--port", str(self.port), "--workers", str(self.workers)]
        with self._log.open("ab") as file:
            self.process = subprocess.Popen(command, env=self._environment, stdout=file, stderr=file)

    def is_whole(self) -> bool:
        """Whether it answers, and as many workers live as were asked for."""
        return ready(self.port) and len(children(self.process.pid)) == self.workers

    def until(self, condition: Callable[[], bool]) -> None:
        """Waits for it; meanwhile the server is started again when it has ended."""
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if self.process.poll() is not None:
                self._start()
            assert time.monotonic() < deadline, self._log.read_text()[-2000:]
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PAUSE)


def ready(port: int) -> bool:
    asking = Asking(port)
    try:
        return asking.ask("GET", "/readyz").status == 200
    finally:
        asking.close()


def children(parent: int) -> list[int]:
    """The living processes that a process has started, oldest first: a number alone does not tell, they begin anew."""
    found = []
    for each in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in each.read_text().split():
                # The 22nd field, of which the second, in brackets, may hold anything.
                started = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[19]
                found.append((int(started), int(child)))
    return [child for _, child in sorted(found)]


def kill(*processes: int) -> None:
    """``kill -9``; returns when they have ended."""
    handles = []
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            handles.append(os.pidfd_open(process))
            os.kill(process, signal.SIGKILL)
    for handle in handles:
        assert select.select([handle], [], [], DEADLINE)[0], f"{processes} live on"
        os.close(handle)
