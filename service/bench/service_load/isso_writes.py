"""New comments sent to Isso: the texts that taliq is sent, by readers of whom each has an address of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from urllib.parse import urlencode

from service.bench.service_load.articles import key_of, language_of, typed
from service.bench.service_load.asked import Refused, Sample
from service.bench.service_load.loader import Requests, drive
from service.bench.service_load.rounds import Action
from service.bench.service_load.scenarios import WRITES, Scenario, Server, write_with
from service.bench.service_load.wire import Answer, request
from service.bench.service_load.writes import FIRST


class IssoWriters:
    """Sends to threads that nobody reads: what is read of Isso stays as it was. It shows what it takes at once.

    Between two processes of it one finds its database locked now and then, and answers with 500: that does not count as
    an answer, and all else does. Which of two comments that come at once it names in its answers is chance.
    """

    def __init__(self, server: Server, articles: int, seed: int) -> None:
        self._server, self._articles, self._seed = server, articles, seed
        self._numbers = count()
        self._taken = self._refused = 0

    def actions(self, seconds: float) -> dict[Scenario, Action]:
        return {write_with(many): partial(self._ready, many, seconds) for many in WRITES}

    def told(self) -> list[str]:
        if not self._refused:
            return []
        sent = self._taken + self._refused
        return [f"{self._server.name} took {self._taken:,} of {sent:,} comments; only those count."]

    def _ready(self, connections: int, seconds: float) -> Callable[[], Sample]:
        return partial(self._send, connections, seconds)

    def _send(self, connections: int, seconds: float) -> Sample:
        sample = drive(self._server.port, self._comments(), connections, seconds)
        return replace(sample, faults=()) if sample.answers else sample

    def _comments(self) -> Requests:
        for number in self._numbers:
            yield comment(number, self._articles, self._seed), self._note

    def _note(self, answer: Answer) -> None:
        self._refused += 1
        if answer.code != 201:
            raise Refused(f"{answer.code} came where 201 has to: {answer.body[:200].decode('utf-8', 'replace')}")
        made = json.loads(answer.body)
        if not (made["author"] and made["text"] and made["id"]):
            raise Refused("no comment came")
        self._refused -= 1
        self._taken += 1


def comment(number: int, articles: int, seed: int) -> bytes:
    """The post of a reader's comment to Isso; the same ``number`` is the same."""
    (name, text), article = typed(seed, FIRST + number, language_of(number)), number % articles
    body = {
        "author": name,
        "email": f"writer{number}@example.org",
        "text": text,
        # Without one Isso would fetch the article to find it there.
        "title": key_of(article),
    }
    path = f"/new?{urlencode({'uri': f'/written-{article}/'})}"
    headers = {"Content-Type": "application/json"}
    return request("POST", path, headers, json.dumps(body, ensure_ascii=False).encode())
