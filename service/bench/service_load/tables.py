"""The tables that are printed: medians of the rounds, with the least and the most beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from rich import box
from rich.table import Table

from service.bench.service_load import isso, nginx, taliq
from service.bench.service_load.rounds import Found, Measured
from service.bench.service_load.scenarios import ALL, READS, Scenario

_MIB = 1024 * 1024
_COLUMNS = (
    *("", "server", "answers/s", "(min-max)", "p50 ms", "p99 ms"),
    *("CPU µs/answer", "to the first", "÷ nginx", "taliq is"),
)


@dataclass(frozen=True)
class Line:
    """Medians of the rounds: answers a second with the least and the most, milliseconds, and the seconds of processor
    time for each answer.
    """

    scenario: Scenario
    server: str
    rate: float
    least: float
    most: float
    p50: float
    p99: float
    cpu: float


def line_of(scenario: Scenario, server: str, rounds: Sequence[Measured]) -> Line:
    rates = [measured.sample.rate for measured in rounds]
    return Line(
        scenario,
        server,
        median(rates),
        min(rates),
        max(rates),
        median(measured.sample.p50 for measured in rounds),
        median(measured.sample.p99 for measured in rounds),
        median(measured.cpu for measured in rounds),
    )


def lines_of(found: Found) -> list[Line]:
    """A line for each scenario and server; of Isso's servers only the one that answered most."""
    lines: list[Line] = []
    for scenario in ALL:
        of = [line_of(s, server, rounds) for (s, server), rounds in found.measured.items() if s == scenario]
        peers = [line for line in of if line.server.startswith(isso.NAME)]
        best = max(peers, key=lambda line: line.rate, default=None)
        kept = [line for line in of if line not in peers or line is best]
        lines += sorted(kept, key=lambda line: line.server != taliq.NAME)
    return lines


def ratio(found: Found, scenario: Scenario, over: str, under: str) -> float | None:
    """How many times as many answers a second one gave as the other: the median over the rounds that both have."""
    above, below = (
        {measured.turn: measured.sample.rate for measured in found.measured.get((scenario, server), [])}
        for server in (over, under)
    )
    rates = [above[turn] / below[turn] for turn in above.keys() & below.keys()]
    return median(rates) if rates else None


def rates_table(found: Found, title: str) -> Table:
    table = Table(box=box.SIMPLE, title=title, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name in _COLUMNS[:2] else "right")
    lines = lines_of(found)
    first = next((line.rate for line in lines if line.server == taliq.NAME and line.scenario in READS), None)
    for line in lines:
        table.add_row(*_cells(found, line, first))
    return table


def _cells(found: Found, line: Line, first: float | None) -> Iterator[str]:
    ours = line.server == taliq.NAME
    yield line.scenario.name if ours else ""
    yield line.server
    yield _number(line.rate)
    yield f"({_number(line.least)}-{_number(line.most)})"
    yield f"{line.p50:.2f}"
    yield f"{line.p99:.2f}"
    yield f"{line.cpu * 1e6:.0f}"
    yield f"{line.rate / first:.2f}" if ours and first and line.scenario in READS else ""
    floor = None if line.server == nginx.NAME else ratio(found, line.scenario, line.server, nginx.NAME)
    yield f"{floor:.3g}" if floor else ""
    against = None if ours else ratio(found, line.scenario, taliq.NAME, line.server)
    yield f"x{against:.3g}" if against else ""


def memory_table(found: Found) -> Table:
    table = Table(box=box.SIMPLE, title="Memory of all processes of a server, MiB", pad_edge=False)
    table.add_column("")
    for name in ("RSS at the start", "PSS at the start", "RSS at most", "PSS at most"):
        table.add_column(name, justify="right")
    for server, start in found.at_start.items():
        most = found.memory[server]
        table.add_row(server, *(f"{size / _MIB:.0f}" for size in (start.rss, start.pss, most.rss, most.pss)))
    return table


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"
