"""The numbers of an overview, computed from its facts alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TypeVar
from uuid import UUID

from service.domain.moderation import ActorKind, Status
from service.queries.overview.facts import Act, Facts, Found
from service.queries.overview.window import HOUR, Window

K = TypeVar("K", UUID, str)
REJECTED = (Status.REJECTED, Status.SPAM)


@dataclass(frozen=True)
class Tally:
    """How many in one unit of time. ``None``: not known, the rows that were read do not reach back so far.
    ``at_least``: they reach into it.
    """

    count: int | None
    at_least: bool = False


@dataclass(frozen=True)
class Bucket:
    start: datetime
    arrivals: Tally
    decisions: Tally


@dataclass(frozen=True)
class Share:
    """What became of some arrivals. ``rejected`` counts spam too; ``other`` waits or was taken back by its author.
    ``wait``: the median time from arrival to the first decision of a person, of those a person has decided.
    """

    arrivals: int
    approved: int
    rejected: int
    wait: timedelta | None = None

    @property
    def other(self) -> int:
        return self.arrivals - self.approved - self.rejected

    @property
    def rate(self) -> float | None:
        """Approved among decided."""
        decided = self.approved + self.rejected
        return self.approved / decided if decided else None


@dataclass(frozen=True)
class Load:
    """One moderator's decisions. ``hours``: clock hours with at least one. ``undone``: those that stand no more
    because they were taken back, by whomever.
    """

    moderator: UUID
    name: str
    decisions: int
    hours: int
    undone: int


@dataclass(frozen=True)
class Flow:
    """The last hour, or as much of it as is known: what came, what was decided, and where that leads.

    ``minutes`` until nothing is pending, for the state ``clear`` only. The states: ``empty``, ``idle`` (nobody
    decides), ``clear``, ``steady``, ``growing``. ``whole``: all of the hour is known.
    """

    state: str
    minutes: int | None
    arrivals: int
    decisions: int
    whole: bool


def buckets(facts: Facts, window: Window) -> list[Bucket]:
    """Arrivals and decisions by unit of time, oldest first."""
    came = _tallies([a.at for a in facts.arrivals if not a.staff], facts.arrivals_since, window)
    done = _tallies([a.at for a in facts.acts if a.decides], facts.acts_since, window)
    return [Bucket(*one) for one in zip(window.starts(), came, done, strict=True)]


def flow(facts: Facts, window: Window) -> Flow:
    """Everything that enters or leaves the queue counts: a staff reply and a rule's approval do both at once."""
    since = max(window.now - HOUR, facts.arrivals_since, facts.acts_since)
    acts = [a for a in facts.acts if a.at >= since]
    came = [a for a in facts.arrivals if a.at >= since]
    decisions = sum(a.decides for a in acts)
    shrinks = -sum(a.flow for a in acts) - len(came)
    span = max(window.now - since, timedelta(seconds=1))
    state = _state(facts.pending, decisions, shrinks)
    minutes = round(facts.pending * span / shrinks / timedelta(minutes=1)) if state == "clear" else None
    return Flow(state, minutes, sum(not a.staff for a in came), decisions, since == window.now - HOUR)


def by_finding(found: Iterable[Found]) -> list[tuple[str, Share]]:
    """By code, the most frequent first."""
    by_code: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        by_code[one.code][one.status] += one.count
    shares = [(code, _share(statuses)) for code, statuses in by_code.items()]
    return sorted(shares, key=lambda pair: (-pair[1].arrivals, pair[0]))


def by_thread(facts: Facts, number: int) -> list[tuple[UUID, Share]]:
    """The threads with the most arrivals."""
    shares = _grouped(facts, {a.id: a.thread for a in facts.arrivals})
    return sorted(shares.items(), key=lambda pair: (-pair[1].arrivals, pair[0]))[:number]


def by_section(facts: Facts, number: int) -> list[tuple[str, Share]]:
    """The sections with the most arrivals; threads without one are the section ``""``."""
    shares = _grouped(facts, {a.id: a.section for a in facts.arrivals})
    return sorted(shares.items(), key=lambda pair: (-pair[1].arrivals, pair[0]))[:number]


def by_moderator(acts: Sequence[Act]) -> list[Load]:
    """Whoever decided, the most decisions first. The name is the one the log printed last."""
    gone = undone(acts)
    theirs: dict[UUID, list[Act]] = defaultdict(list)
    for act in acts:
        if act.decides and act.actor_kind == ActorKind.MODERATOR and act.actor_id is not None:
            theirs[act.actor_id].append(act)
    loads = [
        Load(
            moderator=person,
            name=done[0].actor_label,
            decisions=len(done),
            hours=len({act.at.replace(minute=0, second=0, microsecond=0) for act in done}),
            undone=sum(act.id in gone for act in done),
        )
        for person, done in theirs.items()
    ]
    return sorted(loads, key=lambda load: (-load.decisions, load.name, load.moderator))


def undone(acts: Sequence[Act]) -> set[UUID]:
    """The acts, newest first, that stand no more. One whose undo was itself undone stands again."""
    gone: set[UUID] = set()
    for act in acts:
        if act.undoes is not None and act.id not in gone:
            gone.add(act.undoes)
    return gone


def _state(pending: int, decisions: int, shrinks: int) -> str:
    if not pending:
        return "empty"
    if not decisions:
        return "idle"
    if shrinks == 0:
        return "steady"
    return "clear" if shrinks > 0 else "growing"


def _tallies(moments: Iterable[datetime], since: datetime, window: Window) -> list[Tally]:
    counts = Counter(window.index(moment) for moment in moments)
    found = []
    for number, start in enumerate(window.starts()):
        if start >= since:
            found.append(Tally(counts[number]))
        elif start + window.unit > since:
            found.append(Tally(counts[number], at_least=True))
        else:
            found.append(Tally(None))
    return found


def _grouped(facts: Facts, keys: Mapping[UUID, K]) -> dict[K, Share]:
    first = _first_decided(facts.acts)
    statuses: dict[K, Counter[str]] = defaultdict(Counter)
    waits: dict[K, list[float]] = defaultdict(list)
    for arrival in facts.arrivals:
        if arrival.staff:
            continue
        key = keys[arrival.id]
        statuses[key][arrival.status] += 1
        # Of an earlier one the first decision may be among those not read.
        if arrival.id in first and arrival.at >= facts.acts_since:
            waits[key].append((first[arrival.id] - arrival.at).total_seconds())
    return {key: _share(counts, waits[key]) for key, counts in statuses.items()}


def _first_decided(acts: Iterable[Act]) -> dict[UUID, datetime]:
    """When a person first decided on each comment; ``acts`` come newest first."""
    return {act.comment: act.at for act in acts if act.decides and act.actor_kind == ActorKind.MODERATOR}


def _share(statuses: Mapping[str, int], waits: Sequence[float] = ()) -> Share:
    return Share(
        arrivals=sum(statuses.values()),
        approved=statuses.get(Status.APPROVED, 0),
        rejected=sum(statuses.get(status, 0) for status in REJECTED),
        wait=timedelta(seconds=median(waits)) if waits else None,
    )
