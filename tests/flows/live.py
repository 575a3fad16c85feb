"""A running server asked over kept-open connections, and what its answers say, read without the service's code."""

from __future__ import annotations

import contextlib
import http.client
import json
from dataclasses import dataclass
from html.parser import HTMLParser
from threading import local
from urllib.parse import urlencode


@dataclass
class Server:
    """A running ``taliq serve``, asked over kept-open connections, one a thread."""

    port: int
    token: str

    def __post_init__(self) -> None:
        self._mine = local()
        self._opened: list[http.client.HTTPConnection] = []

    def ask(self, method: str, path: str, data: object = None, *, as_token: bool = False) -> tuple[int, bytes]:
        connection = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self._opened.append(connection)
        headers = {"Authorization": f"Bearer {self.token}"} if as_token else {}
        body = None if data is None else json.dumps(data).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

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
