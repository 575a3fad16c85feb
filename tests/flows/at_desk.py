"""A moderator at the desk of a running server: a session of their own, and the requests the desk's script makes."""

from __future__ import annotations

import http.client
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.newsroom import PASSWORD

ATTEMPTS = 10
_CARD = re.compile(r'<article class="card".*?data-id="([^"]+)" data-version="(\d+)".*?</article>', re.DOTALL)
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True)
class Card:
    id: str
    version: int
    #: A colleague reads it.
    held: bool


@dataclass(frozen=True)
class Answered:
    """One request to decide and what came back; ``first``: it judged what nobody had judged before."""

    comment: str
    version: int
    action: str
    once: str
    status: int
    body: dict[str, object]

    @property
    def first(self) -> bool:
        return self.version == 1


@dataclass
class AtDesk:
    port: int
    login: str
    name: str
    answers: list[Answered] = field(default_factory=list)
    later: int = 0

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        status, headers, _ = self._ask("POST", "/console/login", {"login": self.login, "password": PASSWORD}, {})
        assert status == 303
        self._cookie = headers["Set-Cookie"].partition(";")[0]
        token = _TOKEN.search(self._page("/console/"))
        assert token is not None
        self._csrf = token[1]

    def queue(self, *, held: bool = False) -> list[Card]:
        """The first page of what waits; with ``held`` also what colleagues read."""
        html = self._page(f"/console/?{urlencode({'site': 'demo', **({'held': '1'} if held else {})})}")
        return [Card(m[1], int(m[2]), 'class="reads"' in m[0]) for m in _CARD.finditer(html)]

    def take(self, ids: Sequence[str]) -> list[str]:
        """Those that are one's own from now on."""
        status, body = self._act("/console/leases", {"ids": " ".join(ids)})
        assert status == 200, body
        mine, held = body["mine"], body["held"]
        assert isinstance(mine, list)
        assert isinstance(held, dict)
        assert set(mine) | set(held) == set(ids)
        return mine

    def decide(self, comment: str, version: int, action: str, once: str | None = None) -> Answered:
        once = once or secrets.token_urlsafe(18)
        fields = {"comment": comment, "version": str(version), "action": action, "once": once}
        status, body = self._act("/console/decide", {**fields, **({"reason": "insult"} if action == "reject" else {})})
        self.answers.append(Answered(comment, version, action, once, status, body))
        return self.answers[-1]

    def close(self) -> None:
        self._connection.close()

    def _act(self, path: str, fields: dict[str, str]) -> tuple[int, dict[str, object]]:
        form = {"csrf": self._csrf, "site": "demo", **fields}
        for _ in range(ATTEMPTS):
            status, _, body = self._ask("POST", path, form, {"Accept": "application/json", "Cookie": self._cookie})
            if status != 503:
                return status, dict(json.loads(body))
            # The database was busy for longer than a request waits: the script comes again with the same client id.
            self.later += 1
        raise AssertionError(f"{path} is not available")

    def _page(self, path: str) -> str:
        status, _, body = self._ask("GET", path, None, {"Cookie": self._cookie})
        assert status == 200
        return body.decode()

    def _ask(
        self, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        if form is not None:
            headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.headers, answer.read()
