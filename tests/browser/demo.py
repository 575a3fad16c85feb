"""``taliq demo`` as a process: started, read, interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.ports import free_port

SECONDS = 60
_WELCOME = re.compile(
    r"Article  (?P<article>\S+)\s+Console  (?P<console>\S+)\s+login (?P<login>\S+), password (?P<password>.+)\n"
    r"\s+API      (?P<docs>\S+)"
)


def environment() -> dict[str, str]:
    """This one without any setting of Taliq, since the demo makes its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TALIQ_")}


def command(folder: Path | str, port: int, site_port: int) -> list[str]:
    options = ["--folder", str(folder), "--port", str(port), "--site-port", str(site_port)]
    return [sys.executable, "-m", "service", "demo", *options]


class Demo:
    """The running demo and what it printed; leaving the block interrupts it as Ctrl-C does."""

    def __init__(self, folder: Path, port: int | None = None, site_port: int | None = None) -> None:
        self.folder, self.port, self.site_port = folder, port or free_port(), site_port or free_port()
        self.output = ""
        self._greeted = threading.Event()

    def __enter__(self) -> Demo:
        self._process = subprocess.Popen(
            command(self.folder, self.port, self.site_port),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env={**environment(), "PYTHONIOENCODING": "utf-8"},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        greeted = self._greeted.wait(SECONDS)
        found = _WELCOME.search(self.output)
        if not greeted or found is None:
            self.stop()
            raise AssertionError(f"the demo did not start:\n{self.output}")
        self.article, self.console, self.docs = found["article"], found["console"], found["docs"]
        self.login, self.password = found["login"], found["password"]
        self.service, self.site = _origin(self.console), _origin(self.article)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        code = self.stop()
        if kind is None:
            assert code == 0, f"the demo ended with {code}:\n{self.output}"
            assert "Stopped." in self.output
            assert "Traceback" not in self.output, self.output

    @property
    def origins(self) -> tuple[str, str]:
        return self.service, self.site

    def stop(self) -> int:
        """Ctrl-C, once; the code it ended with."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        code = self._process.wait(SECONDS)
        self._reader.join(SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output += line
            if "Ctrl-C stops" in line:
                self._greeted.set()
        self._greeted.set()


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
