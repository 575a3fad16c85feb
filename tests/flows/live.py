"""A running server asked over kept-open connections, and what its answers say, read without the service's code."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from threading import local
from urllib.parse import urlencode

from service.domain.access import SCOPES
from tests.newsroom import Newsroom, settings_for
from tests.ports import free_port

_SETTINGS = ("database_url", "secret_key", "index_key", "vault_keys", "rate_minute", "rate_hour", "rate_site_minute")

#: The server ends a connection that nothing has come over for 30 seconds; this is well before.
IDLE = 10


@dataclass
class Server:
    """A running ``taliq serve``, asked over kept-open connections, one a thread."""

    port: int
    token: str
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self._mine = local()
        self._opened: list[http.client.HTTPConnection] = []

    def ask(self, method: str, path: str, data: object = None, *, as_token: bool = False) -> tuple[int, bytes]:
        connection = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
            self._opened.append(connection)
        elif time.monotonic() - self._mine.used > IDLE:
            connection.close()  # asked again, it connects anew
        headers = {"Authorization": f"Bearer {self.token}"} if as_token else {}
        body = None if data is None else json.dumps(data).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        read = answer.read()
        self._mine.used = time.monotonic()
        return answer.status, read

    def get(self, path: str, *, as_token: bool = False, **query: str) -> dict[str, object]:
        status, body = self.ask("GET", f"{path}?{urlencode(query)}", as_token=as_token)
        assert status == 200, body
        return dict(json.loads(body))

    def close(self) -> None:
        for connection in self._opened:
            connection.close()

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            return self.ask("GET", "/readyz")[0] == 200
        self._mine.connection = None
        return False


def environment(database_url: str, port: int = 0, **more: str) -> dict[str, str]:
    """For a process of the service, with the limits raised by setting; it has nothing to log. ``more``: further
    settings.
    """
    settings = settings_for(database_url)
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("TALIQ_")},
        **{f"TALIQ_{name.upper()}": str(getattr(settings, name)) for name in _SETTINGS},
        "TALIQ_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TALIQ_LOG_LEVEL": "warning",
        **{f"TALIQ_{name.upper()}": value for name, value in more.items()},
    }


@contextmanager
def serving(room: Newsroom, database_url: str, folder: Path, **more: str) -> Iterator[Server]:
    """The command of the README, in a process of its own. ``more``: further settings."""
    port = free_port()
    command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
    # The site's clock stands still, the server's runs: its token has to outlive both.
    secret = room.container.manage_staff.create_token("demo", "desk", SCOPES, 3650).secret
    log = folder / "server.log"
    with log.open("wb") as file:
        values = environment(database_url, port, **more)
        process = subprocess.Popen(command, env=values, stdout=file, stderr=subprocess.STDOUT)
    running = Server(port, secret)
    try:
        deadline = time.monotonic() + 30
        while not running.is_ready():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield running
    finally:
        running.close()
        process.terminate()
        process.wait(timeout=30)
    assert log.read_text() == ""


class Fragment(HTMLParser):
    """Reads the texts of comments out of the fragment."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.more: str | None = None
        self._current: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "article":
            self._current = self.texts.setdefault(str(named["id"]).removeprefix("comment-"), [])
        elif named.get("class") == "taliq-more":
            self.more = named["href"]
        elif tag == "div" and named.get("class") == "taliq-body":
            self._depth = 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._depth = 0

    def handle_data(self, data: str) -> None:
        if self._depth:
            self._current.append(data)


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_content(html: str) -> str:
    reading = Text()
    reading.feed(html)
    reading.close()
    return "".join(reading.parts)
