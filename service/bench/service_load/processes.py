"""Servers and tools as processes of their own. Each leads a group, and all of the group end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from service.domain.errors import ConfigurationError
from service.settings import PREFIX

START_SECONDS, STOP_SECONDS = 60.0, 10.0
_PAUSE = 0.02
_TAIL = 600


class Failed(Exception):
    """A tool ended with an error, or was given up; with the end of what it said."""


@contextmanager
def running(command: Sequence[str], log: Path, settings: Mapping[str, str] | None = None) -> Iterator[int]:
    """The number of a process that runs meanwhile; what it says goes to ``log``. When left, by whatever way, it and
    all of its group are asked to end, and after ten seconds ended.
    """
    with _started(command, log, settings) as child:
        yield child.pid


def run(command: Sequence[str], log: Path, seconds: float, settings: Mapping[str, str] | None = None) -> str:
    """What a tool says that ends by itself; ``Failed`` when it fails or takes longer."""
    with _started(command, log, settings) as child:
        in_time = _ends_within(child.pid, seconds)
    if not in_time:
        raise Failed(f"{command[0]} took more than {seconds:.0f} seconds. {_end_of(log)}")
    if child.returncode:
        raise Failed(f"{command[0]} ended with {child.returncode}. {_end_of(log)}")
    return log.read_text("utf-8", "replace")


@contextmanager
def _started(
    command: Sequence[str], log: Path, settings: Mapping[str, str] | None
) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    with log.open("wb") as file:
        child = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            env={**environment, **(settings or {})},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    # The group has the number of its leader. Until the leader is waited for, nobody else can be given that number.
    try:
        os.killpg(child.pid, signal.SIGTERM)
        _ends_within(child.pid, STOP_SECONDS)
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def wait_until(ready: Callable[[], bool], pid: int, log: Path, name: str) -> None:
    """Waits for a server; ``ConfigurationError`` with its last words when it does not come up."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline or _ends_within(pid, _PAUSE):
            raise ConfigurationError(f"{name} did not start. {_end_of(log)}")


@contextmanager
def interruptible() -> Iterator[None]:
    """Meanwhile whatever asks this process to end interrupts it as Ctrl-C does, so that its children are ended."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.default_int_handler) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ends_within(pid: int, seconds: float) -> bool:
    """Whether a child of ours ends in that time; it is still there to be waited for."""
    deadline = time.monotonic() + seconds
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _end_of(log: Path) -> str:
    said = log.read_text("utf-8", "replace").strip()
    return f"It said: …{said[-_TAIL:]}" if said else "It said nothing."
