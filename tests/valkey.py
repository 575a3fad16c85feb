"""A real Redis for tests, as Debian has it; it speaks what Valkey speaks. It keeps nothing on disk."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis

from tests.ports import free_port

REDIS = shutil.which("valkey-server") or shutil.which("redis-server")


class Valkey:
    """`with Valkey() as valkey: valkey.url`; it may be stopped, started and frozen, and is on one port throughout, at
    the address ``at``.
    """

    def __init__(self, at: str = "127.0.0.1") -> None:
        self._at = at
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder, self._port = Path(tempfile.mkdtemp(prefix="taliq-valkey-")), free_port()
        self.url = f"valkey://{self._at}:{self._port}/0"
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Returns once it answers."""
        command = [str(REDIS), "--port", str(self._port), "--bind", self._at, "--dir", str(self._folder)]
        # It refuses whoever is not on this machine, unless told that nobody else gets here.
        command += ["--protected-mode", "no"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--save", "", "--appendonly", "no"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection((self._at, self._port), timeout=1).close()
                return
            # The pause between two tries is spent listening for its death.
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"it ended with {self._process.wait(timeout=0.02)}\n{self.log()}")
        raise AssertionError(f"it does not answer\n{self.log()}")

    def stop(self) -> None:
        """At once, and with everything it knew."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait(timeout=20)

    def freeze(self) -> None:
        """It still takes connections, and says nothing any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> Any:
        """To look behind the service's back."""
        return redis.Redis(self._at, self._port, protocol=2)

    def log(self) -> str:
        return (self._folder / "log").read_text()
