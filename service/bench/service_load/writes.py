"""What is written: new comments, each a reader's of their own."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from service.bench.dice import Dice
from service.bench.scene import ORIGIN
from service.bench.service_load.articles import key_of, language_of, typed
from service.bench.service_load.asked import Refused, Sample
from service.bench.service_load.database import Desk
from service.bench.service_load.loader import Requests, drive
from service.bench.service_load.rounds import Action, Found
from service.bench.service_load.scenarios import WRITES, Scenario, write_with
from service.bench.service_load.wire import Answer, Broken, Line, request

#: Numbers that no comment of the load has.
FIRST = 10_000_000
#: A thread in which only those stand that ``Writers.fill`` has made.
FILLED = "filled"


class Writers:
    """Sends to the site of ``desk``. ``acknowledged``: what was answered with 202; ``waiting``: of those, what no
    moderator has seen.
    """

    def __init__(self, desk: Desk, port: int, articles: int, seed: int) -> None:
        self._desk, self._articles, self._seed = desk, articles, seed
        self.slug, self.port = desk.slug, port
        #: With which a moderator's program decides.
        self.credentials = {"Authorization": f"Bearer {desk.token}", "Content-Type": "application/json"}
        self._sent = 0
        self.acknowledged: set[str] = set()
        self.waiting: deque[str] = deque()

    def actions(self, seconds: float) -> dict[Scenario, Action]:
        """What is measured of writing."""
        return {write_with(many): partial(self._ready, many, seconds) for many in WRITES}

    def _ready(self, connections: int, seconds: float) -> Callable[[], Sample]:
        return partial(self.send, connections, seconds)

    def send(self, connections: int, seconds: float) -> Sample:
        """New comments, for so many seconds."""
        return drive(self.port, self._comments(), connections, seconds)

    def fill(self, parents: Sequence[str | None]) -> list[str]:
        """The ids of new comments in the thread ``FILLED``, one for each parent; they wait for nobody else."""
        line, made = Line(self.port), list[str]()
        try:
            for parent in parents:
                asked = comment(self.slug, self._sent, self._articles, self._seed, thread=FILLED, parent=parent)
                self._note(line.ask(asked))
                self._sent += 1
                made.append(self.waiting.pop())
        except (Broken, OSError) as error:
            raise Refused(f"no answer: {error}") from None
        finally:
            line.close()
        return made

    def settle(self, found: Found) -> None:
        """Holds what was acknowledged against what stands in the database; a difference is a fault."""
        stored, told = self._desk.stored(), len(self.acknowledged)
        found.told.append(f"{told:,} comments were acknowledged with 202, and {stored:,} stand in the database.")
        if stored != told:
            found.faults.append(found.told[-1])

    def _comments(self) -> Requests:
        while True:
            number = self._sent
            self._sent += 1
            yield comment(self.slug, number, self._articles, self._seed), self._note

    def _note(self, answer: Answer) -> None:
        if answer.code != 202:
            raise Refused(f"{answer.code} came where 202 has to: {answer.body[:200].decode('utf-8', 'replace')}")
        made = json.loads(answer.body).get("id")
        if made is None or made in self.acknowledged:
            raise Refused("taken for one that had come before")
        self.acknowledged.add(made)
        self.waiting.append(made)


def comment(slug: str, number: int, articles: int, seed: int, **given: str | None) -> bytes:
    """The post of a program that sends a reader's comment; the same ``number`` is the same. Each number has a text, an
    address and a network of its own, and a network around it. ``given``: fields that are to be something else.
    """
    (name, text), dice = typed(seed, FIRST + number, language_of(number)), Dice(seed, FIRST + number)
    article = number % articles
    body = {
        "thread": key_of(article),
        "url": f"{ORIGIN}/a/{article}",
        "title": f"مقال رقم {article}",
        "name": name,
        "email": f"writer{number}@example.org",
        "body": text,
        "submission_id": f"{dice.bits():016x}{dice.bits():016x}",
        **given,
    }
    headers = {"Content-Type": "application/json", "X-Forwarded-For": network(number)}
    return request("POST", f"/v1/sites/{slug}/comments", headers, json.dumps(body, ensure_ascii=False).encode())


def network(number: int) -> str:
    """An address in a /24 of its own, for the first ten million or so."""
    return f"{20 + (number >> 16) % 160}.{number >> 8 & 255}.{number & 255}.7"

