"""Round after round, each question of every server in turn: whatever else the machine does slows all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from service.bench.service_load import accounting
from service.bench.service_load.accounting import Memory
from service.bench.service_load.asked import Refused, Sample
from service.bench.service_load.scenarios import Scenario, Server

#: Seconds for which it is waited at most, and for which servers are watched; and the part of a processor that they may
#: take meanwhile: what the kernel counts of two workers that look whether anybody is there.
_RESTS, _WATCHED, _IDLE = 20.0, 0.2, 0.15
#: Makes ready, ``Refused`` when an answer is wrong, and gives what is measured.
Action = Callable[[], Callable[[], Sample]]


@dataclass(frozen=True)
class Measured:
    """The sample of one round, and the processor time of the server's processes in seconds for each answer."""

    turn: int
    sample: Sample
    cpu: float


@dataclass
class Found:
    """What counts, by scenario and name of the server, a round each; ``faults``: what does not, in words; ``memory``:
    the most that was seen of a server, and ``at_start`` before it was asked anything;
    ``told``: what else there is to say, in sentences: above all what became of what was written.
    """

    measured: dict[tuple[Scenario, str], list[Measured]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    at_start: dict[str, Memory] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


def run_rounds(
    chosen: Sequence[Scenario],
    servers: Sequence[Server],
    rounds: int,
    actions: Mapping[tuple[Scenario, str], Action],
    progress: Callable[[str], None] = lambda said: None,
) -> Found:
    """The actions of what is chosen, each so many times. A server that has none for a scenario does not offer it."""
    found = Found()
    for server in servers:
        found.at_start[server.name] = found.memory[server.name] = accounting.memory(*server.pids)
    for turn in range(rounds):
        for scenario in chosen:
            # Who comes first in one round does not in the next.
            place = turn % len(servers)
            for server in (*servers[place:], *servers[:place]):
                if (action := actions.get((scenario, server.name))) is not None:
                    progress(f"{turn + 1} of {rounds}, {scenario.name}, {server.name}")
                    if not rest(servers):
                        found.faults.append(f"{scenario.name}, {server.name}: a server was still at work before it")
                    _measure(found, turn, scenario, server, action)
    return found


def rest(servers: Sequence[Server]) -> bool:
    """Waits until none of them is at work, which is whether they are: a slow one still answers what it was asked when
    the loader has long gone, and the next would be measured beside it.
    """
    pids = [pid for server in servers for pid in server.pids]
    until, spent = time.monotonic() + _RESTS, accounting.cpu_seconds(*pids)
    while time.monotonic() < until:
        time.sleep(_WATCHED)
        before, spent = spent, accounting.cpu_seconds(*pids)
        if spent - before <= _IDLE * _WATCHED:
            return True
    return False


def _measure(found: Found, turn: int, scenario: Scenario, server: Server, action: Action) -> None:
    where = f"{scenario.name}, {server.name}"
    try:
        ready = action()
    except Refused as refused:
        found.faults.append(f"{where}: {refused}")
        return
    before = accounting.cpu_seconds(*server.pids)
    sample = ready()
    spent = accounting.cpu_seconds(*server.pids) - before
    now, most = accounting.memory(*server.pids), found.memory[server.name]
    found.memory[server.name] = Memory(max(now.rss, most.rss), max(now.pss, most.pss))
    if sample.faults or not sample.answers:
        found.faults += [f"{where}: {fault}" for fault in sample.faults or ("nothing was answered",)]
        return
    found.measured.setdefault((scenario, server.name), []).append(Measured(turn, sample, spent / sample.answers))
