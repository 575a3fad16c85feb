"""Reading, with wrk where it is and with our own loader where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from service.bench.service_load import loader, wrk
from service.bench.service_load.asked import Sample, Verified, verified
from service.bench.service_load.rounds import Action
from service.bench.service_load.scenarios import Question, Scenario, Server

#: How often a server is asked in advance at most, and what is faster.
_WARMING, _FASTER = 6, 1.1


@dataclass(frozen=True)
class Reads:
    """``program``: wrk, or ``None`` for our own loader."""

    program: str | None
    connections: int
    seconds: float
    folder: Path

    def actions(self, servers: Iterable[Server]) -> dict[tuple[Scenario, str], Action]:
        """What is measured of reading: whatever each server offers."""
        return {
            (scenario, server.name): partial(self._ready, server, question, [])
            for server in servers
            for scenario, question in server.questions.items()
        }

    def _ready(self, server: Server, question: Question, known: list[Verified]) -> Callable[[], Sample]:
        """Each request is sent once and its answer looked at before any is sent many times; in the rounds that follow
        the first of them is. ``known``: what has been verified, kept from round to round.

        Before the first round all is asked for without being counted, until that goes no faster any more: one
        connection reaches one worker only.
        """
        if known:
            verified(server.port, known[0].asks[:1])
        else:
            known.append(verified(server.port, question()))
            before = 0.0
            for _ in range(_WARMING):
                rate = self.load(server.port, known[0]).rate
                if rate < before * _FASTER:
                    break
                before = rate
        return partial(self.load, server.port, known[0])

    def load(self, port: int, checked: Verified) -> Sample:
        """What comes of asking a server for as long as these readers do."""
        if self.program is None:
            return loader.drive(port, loader.in_turn(checked), self.connections, self.seconds)
        return wrk.drive(self.program, port, checked, self.connections, self.seconds, self.folder)
