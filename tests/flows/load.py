"""Load on a running server that things happen to: readers who send comments and moderators who approve some.

Everybody does what a browser does that hears nothing: sends the same again under the same id, until there is an answer.
What was sent and what was acknowledged stands in this process, which nothing happens to.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Condition, Event
from typing import Any
from urllib.parse import urlencode

from tests.newsroom import FIELDS, ORIGIN, word

COMMENTS, HOT = "/v1/sites/demo/comments", "article-0"
ARTICLES = 4
#: One of so many comments is approved, and one of so many is sent once more after its answer has come.
APPROVED, REPEATED = 3, 5
#: Seconds: the longest somebody waits for one answer, tries again at the latest, and does not give up.
PATIENCE, PAUSE, DEADLINE = 20.0, 0.3, 60.0
#: A connection that ended; the statuses are numbers.
CUT = "cut"


@dataclass
class Sent:
    """One comment. ``id``: its own, once it was acknowledged; ``asked``, ``approved``: whether a moderator has asked
    for it to be approved, and was told that it is.
    """

    submission_id: str
    thread: str
    body: str
    network: str
    id: str | None = None
    asked: bool = False
    approved: bool = False


@dataclass
class Load:
    """``readers`` read the one page that many read, ``strangers`` such as nobody has read before.

    ``sent``: all that was sent; ``heard``: how often each answer came, by who asked; ``odd``: answers that nobody
    may get; ``served``: when each acknowledgement came, in seconds of the monotonic clock.
    """

    port: int
    token: str
    writers: int = 6
    moderators: int = 2
    readers: int = 1
    strangers: int = 0
    sent: list[Sent] = field(default_factory=list)
    heard: Counter[tuple[str, object]] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    served: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._news, self._over, self._numbers = Condition(), Event(), itertools.count()
        self._waiting: SimpleQueue[Sent | None] = SimpleQueue()
        self._patient = self._powered = True

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Sends as long as the block lasts, and then brings to its end what was begun."""
        with ThreadPoolExecutor(self.writers + self.moderators + self.readers + self.strangers) as threads:
            writing = [threads.submit(self._write) for _ in range(self.writers)]
            approving = [threads.submit(self._approve) for _ in range(self.moderators)]
            reading = [threads.submit(self._read, "reader") for _ in range(self.readers)]
            reading += [threads.submit(self._read, "stranger") for _ in range(self.strangers)]
            try:
                yield
            except BaseException:
                self.give_up()
                raise
            finally:
                self._over.set()
                wait(writing)
                for _ in approving:
                    self._waiting.put(None)
            for future in writing + approving + reading:
                future.result()

    def more(self, count: int) -> None:
        """Waits until ``count`` more comments were acknowledged."""
        self._until_more(lambda: len(self.served), count)

    def more_reads(self, count: int) -> None:
        """Waits until so many more pages were shown."""
        self._until_more(lambda: self.heard["reader", 200] + self.heard["stranger", 200], count)

    def _until_more(self, so_far: Callable[[], int], count: int) -> None:
        with self._news:
            wanted, deadline = so_far() + count, time.monotonic() + DEADLINE
            while so_far() < wanted:
                assert time.monotonic() < deadline, f"nobody gets through: {self}"
                self._news.wait(PAUSE)

    @contextlib.contextmanager
    def without_power(self) -> Iterator[None]:
        """No answer counts meanwhile. A machine whose power is cut gives none; this one runs on for a moment, and of a
        file that is synchronised at that very moment its kernel may say that all is well.
        """
        self._powered = False
        try:
            yield
        finally:
            self._powered = True

    def give_up(self) -> None:
        """Nobody tries again: what has no answer yet stays without one."""
        self._over.set()
        self._patient = False

    def __str__(self) -> str:
        """Who heard what, how often."""
        told = sorted(self.heard.items(), key=str)
        return ", ".join(f"{who} {answer} {times}" for (who, answer), times in told)

    def _write(self) -> None:
        asking = Asking(self.port)
        while not self._over.is_set():
            number = next(self._numbers)
            network = f"{20 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.7"
            comment = Sent(secrets.token_urlsafe(24), f"article-{number % ARTICLES}", f"تعليق {word()}", network)
            self.sent.append(comment)
            for _ in range(2 if number % REPEATED == 0 else 1):
                answer = self._until_taken("writer", lambda: self._send(asking, comment), (201, 202))
                if answer is not None:
                    self._note(comment, str(answer["id"]))
            if comment.id is not None and number % APPROVED == 0:
                self._waiting.put(comment)
        asking.close()

    def _note(self, comment: Sent, told: str) -> None:
        if comment.id is None:
            comment.id = told
            with self._news:
                self.served.append(time.monotonic())
                self._news.notify_all()
        elif comment.id != told:
            self.odd.append(f"one submission is comment {comment.id} and comment {told}")

    def _send(self, asking: Asking, comment: Sent) -> Answered:
        body = {**FIELDS, "thread": comment.thread, "url": f"{ORIGIN}/a/{comment.thread}", "body": comment.body}
        headers = {"X-Forwarded-For": comment.network}
        return asking.ask("POST", COMMENTS, {**body, "submission_id": comment.submission_id}, headers)

    def _approve(self) -> None:
        asking, headers = Asking(self.port), {"Authorization": f"Bearer {self.token}"}
        while (comment := self._waiting.get()) is not None:
            path = f"/v1/moderation/comments/{comment.id}/approve"
            body = {"version": 1, "client_id": comment.submission_id}
            comment.asked = True
            answer = self._until_taken("moderator", lambda: asking.ask("POST", path, body, headers), (200,))
            comment.approved = answer is not None
        asking.close()

    def _read(self, who: str) -> None:
        asking = Asking(self.port)
        while not self._over.is_set():
            path = f"{COMMENTS}?{urlencode({'thread': HOT if who == 'reader' else word()})}"
            self._until_taken(who, lambda: asking.ask("GET", path), (200,))
            with self._news:
                self._news.wait(PAUSE)
        asking.close()

    def _until_taken(self, who: str, ask: Callable[[], Answered], wanted: tuple[int, ...]) -> dict[str, object] | None:
        """The answer, or ``None`` when there is none before the deadline."""
        deadline = time.monotonic() + DEADLINE
        while self._patient and time.monotonic() < deadline:
            answer = ask()
            if not self._powered:
                answer = Answered(None, {})
            with self._news:
                self.heard[who, answer.status or CUT] += 1
            if answer.status in wanted:
                return answer.body
            if answer.status not in (None, 503) or (answer.status == 503 and not answer.later):
                self.odd.append(f"{who}: {answer.status} {answer.body}")
                return None
            with self._news:
                # Somebody who gets through is a reason to try again at once.
                self._news.wait(PAUSE)
        return None


@dataclass(frozen=True)
class Answered:
    """``status``: ``None`` when the connection ended first. ``later``: it says when to come again."""

    status: int | None
    body: dict[str, Any]
    later: bool = False


class Asking:
    """One connection, opened anew when it has ended."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def ask(self, method: str, path: str, data: object = None, headers: dict[str, str] | None = None) -> Answered:
        body = None if data is None else json.dumps(data).encode()
        try:
            self._connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
            answer = self._connection.getresponse()
            read = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return Answered(None, {})
        try:
            told = dict(json.loads(read))
        except ValueError:
            told = {"no problem document": read[:200]}
        return Answered(answer.status, told, answer.headers["Retry-After"] is not None)

    def close(self) -> None:
        self._connection.close()
