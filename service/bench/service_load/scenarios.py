"""The questions: what readers' browsers ask a comment service for, each by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.bench.service_load.asked import Ask

IDENTITY = {"Accept-Encoding": "identity"}
GZIP = {"Accept-Encoding": "gzip"}
CLOSE = {**IDENTITY, "Connection": "close"}


#: Makes the requests of one scenario when they are needed.
Question = Callable[[], Sequence[Ask]]


@dataclass(frozen=True)
class Scenario:
    """``name`` is what it is chosen by."""

    name: str
    tells: str


HOT = Scenario("hot identity", "the hot thread, as it is")
HOT_GZIP = Scenario("hot gzip", "the same, gzipped")
HOT_KNOWN = Scenario("hot conditional", "the same, asked again with its tag: 304")
HOT_CLOSE = Scenario("hot new connection", "the same as it is, over a new connection each time")
COUNTS = Scenario("counts", "how many comments ten articles have")
MIX = Scenario("mix", "all articles in turn, as they are")
LONG = Scenario("long first page", "the first page of the long thread")
READS = (HOT, HOT_GZIP, HOT_KNOWN, HOT_CLOSE, COUNTS, MIX, LONG)
WRITES = (8, 32)
APPROVE = Scenario("approve", "one approval after the other, by the moderation API")


def write_with(connections: int) -> Scenario:
    return Scenario(f"write {connections}", f"new comments over {connections} connections")


DECIDED = Scenario("decided", "a hot thread, as it is, while twenty decisions a second change it")
#: All of them, in the order in which they are measured and told.
ALL = (*READS, *(write_with(connections) for connections in WRITES), APPROVE, DECIDED)


@dataclass(frozen=True)
class Server:
    """A server that runs. ``questions``: by scenario; one that is missing is nothing it offers. ``pids``: of the
    processes from which all of its others descend.
    """

    name: str
    port: int
    pids: tuple[int, ...]
    questions: dict[Scenario, Question] = field(repr=False)
