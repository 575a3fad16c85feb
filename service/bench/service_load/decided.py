"""A hot thread at rest, and while moderators change it twenty times a second: how many reads, and how old."""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from threading import Event

from service.bench.service_load.articles import HOT
from service.bench.service_load.aside import beside
from service.bench.service_load.asked import Ask, Refused, Sample, Verified, verified
from service.bench.service_load.rounds import Action
from service.bench.service_load.scenarios import IDENTITY, Server
from service.bench.service_load.wire import Answer, Line, request
from service.bench.service_load.writes import FILLED, Writers

#: Decisions a second, every other one an approval, by so many moderators. Comments that are hidden at any time: each
#: stays so for seconds.
PACE, MODERATORS, HIDDEN = 20, 5, 40
#: Reads a second that are looked at comment by comment; and how long, in seconds, one may show what is no more.
LOOKS, OLDEST = 25, 1.0
#: One comment of the hundred is there or not, and they are not equally long.
_TOLERANCE = 0.1

#: Loads a port with requests whose answers were verified.
Load = Callable[[int, Verified], Sample]


@dataclass(frozen=True)
class Change:
    """Of one comment. ``asked`` and ``answered``: moments, in seconds."""

    id: str
    shows: bool
    asked: float
    answered: float


@dataclass(frozen=True)
class Look:
    """One read: from when to when, and which comments it showed."""

    begun: float
    ended: float
    shown: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """Of one round. ``decided`` a second; ``oldest``: see ``oldest_of``."""

    rest: Sample
    busy: Sample
    decided: float
    looks: int
    oldest: float


class Decided:
    """A thread of its own, filled when it is first measured, on the site ``writers`` sends to."""

    def __init__(self, writers: Writers, load: Load) -> None:
        self._writers, self._load = writers, load
        self._path = f"/v1/sites/{writers.slug}/comments?thread={FILLED}"
        self._moderators: list[_Moderator] = []
        self.outcomes: dict[str, list[Outcome]] = defaultdict(list)

    def action(self, server: Server) -> Action:
        """Reads come from ``server``; what is decided goes to where the writers write."""
        return partial(self._ready, server)

    def told(self) -> list[str]:
        """A sentence for each server: medians of the rounds, and of all reads the oldest."""
        return [_told(server, outcomes) for server, outcomes in self.outcomes.items()]

    def _ready(self, server: Server) -> Callable[[], Sample]:
        """Measures it at rest, and looks at as many reads meanwhile."""
        if not self._moderators:
            self._fill()
        ask = Ask(request("GET", self._path, IDENTITY), HOT, lambda page: len(page["comments"]))
        checked = replace(_soon_right(server.port, ask), tolerance=_TOLERANCE)
        with beside(partial(self._look, server.port, ask.request, [])):
            rest = self._load(server.port, checked)
        return partial(self._measure, server, checked, rest)

    def _measure(self, server: Server, checked: Verified, rest: Sample) -> Sample:
        looks: list[Look] = []
        changes: list[Change] = []
        begun = time.monotonic()
        with ExitStack() as stack:
            stack.enter_context(beside(partial(self._look, server.port, checked.asks[0].request, looks)))
            for moderator in self._moderators:
                stack.enter_context(beside(partial(moderator.work, changes)))
            busy = self._load(server.port, checked)
        pace = len(changes) / (time.monotonic() - begun)
        oldest = oldest_of(looks, changes)
        self.outcomes[server.name].append(Outcome(rest, busy, pace, len(looks), oldest))
        faults = [*rest.faults, *busy.faults]
        if oldest > OLDEST:
            faults.append(f"a read showed what had been decided otherwise {oldest:.2f} s before it began")
        return replace(busy, faults=tuple(faults))

    def _fill(self) -> None:
        fill, credentials = self._writers.fill, self._writers.credentials
        moderators = [_Moderator(self._writers.port, credentials) for _ in range(MODERATORS)]
        roots = fill([None] * (HOT // 2))
        for comment in roots:
            moderators[0].decide(comment, "approve", 1)
        # What comes and goes are answers: a hundred in all at most, on one page.
        answers = fill([roots[number % len(roots)] for number in range(HOT // 2 + HIDDEN)])
        for number, comment in enumerate(answers):
            moderator = moderators[number % MODERATORS]
            if number < HOT // 2:
                moderator.shown.append((comment, moderator.decide(comment, "approve", 1)))
            else:
                moderator.hidden.append((comment, 1))
        self._moderators = moderators

    def _look(self, port: int, asked: bytes, looks: list[Look], stop: Event) -> None:
        line, due = Line(port), time.monotonic()
        try:
            while not stop.wait(max(0.0, due - time.monotonic())):
                due += 1 / LOOKS
                begun = time.monotonic()
                answer = line.ask(asked)
                looks.append(Look(begun, time.monotonic(), _comments_of(answer)))
        finally:
            line.close()


class _Moderator:
    """``shown``, ``hidden``: comments that are theirs alone, each with its version; decided longest ago comes first."""

    def __init__(self, port: int, credentials: Mapping[str, str]) -> None:
        self._line, self._credentials = Line(port), credentials
        self.shown: deque[tuple[str, int]] = deque()
        self.hidden: deque[tuple[str, int]] = deque()

    def work(self, changes: list[Change], stop: Event) -> None:
        """Rejects one and approves one in turn, until it is time to stop and as many show as before."""
        due, whole = time.monotonic(), len(self.shown)
        try:
            while not stop.wait(max(0.0, due - time.monotonic())) or len(self.shown) < whole:
                due += MODERATORS / PACE
                approves = len(self.shown) < whole
                whence, whither = (self.hidden, self.shown) if approves else (self.shown, self.hidden)
                comment, version = whence.popleft()
                asked = time.monotonic()
                after = self.decide(comment, "approve" if approves else "reject", version)
                changes.append(Change(comment, approves, asked, time.monotonic()))
                whither.append((comment, after))
        finally:
            self._line.close()

    def decide(self, comment: str, action: str, version: int) -> int:
        """The version after it."""
        asked = {"version": version, **({"reason": "spam"} if action == "reject" else {})}
        path = f"/v1/moderation/comments/{comment}/{action}"
        answer = self._line.ask(request("POST", path, self._credentials, json.dumps(asked).encode()))
        if answer.code != 200:
            raise Refused(f"{answer.code} came where a decision has to: {answer.body[:200]!r}")
        told: int = json.loads(answer.body)["version"]
        return told


def oldest_of(looks: list[Look], changes: list[Change]) -> float:
    """How long before a read began what it still showed had been decided otherwise, at most, in seconds; 0.0 when none
    did. A decision that was under way during a read may show in it or not.
    """
    by_comment: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_comment[change.id].append(change)
    oldest = 0.0
    for look in looks:
        for of_one in by_comment.values():
            known = [change for change in of_one if change.answered <= look.begun]
            if not known or any(look.begun < change.answered and change.asked < look.ended for change in of_one):
                continue
            if (known[-1].id in look.shown) != known[-1].shows:
                oldest = max(oldest, look.begun - known[-1].answered)
    return oldest


def _soon_right(port: int, ask: Ask) -> Verified:
    """What was decided last may take its time to show."""
    deadline = time.monotonic() + 2 * OLDEST
    while True:
        try:
            return verified(port, [ask])
        except Refused:
            if time.monotonic() > deadline:
                raise


def _comments_of(answer: Answer) -> frozenset[str]:
    if answer.code != 200:
        raise Refused(f"{answer.code} came where a page has to")
    return frozenset(comment["id"] for comment in json.loads(answer.body)["comments"])


def _told(server: str, outcomes: list[Outcome]) -> str:
    rate = median(one.busy.rate / one.rest.rate for one in outcomes)
    late = median(one.busy.p99 / one.rest.p99 for one in outcomes)
    return (
        f"{server}, while {median(one.decided for one in outcomes):.1f} decisions a second change the thread:"
        f" x{rate:.2f} as many reads as at rest ({median(one.rest.rate for one in outcomes):,.0f} a second), p99"
        f" x{late:.2f} ({median(one.rest.p99 for one in outcomes):.2f} ms). Of {sum(one.looks for one in outcomes):,}"
        f" that were looked at the oldest was {max(one.oldest for one in outcomes):.2f} s old."
    )
