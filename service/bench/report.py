"""The table that is printed."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from service.bench.measure import Found, percentile

#: Largest by smallest, of what has to cost the same at every size.
LIMIT = 1.5
HALF, MOST = 0.5, 0.95


def table_of(found: Sequence[Found], sizes: Sequence[int], judged: float = HALF) -> Table:
    """``judged``: ``HALF`` or ``MOST``, by which of the two a question is held to ``LIMIT``."""
    table = Table(box=box.SIMPLE, title="Milliseconds: median, and what 95 of 100 stay below", pad_edge=False)
    table.add_column("")
    for size in sizes:
        table.add_column(f"{size:,}\np50", justify="right")
        table.add_column("\np95", justify="right")
    table.add_column("ratio\np50", justify="right")
    table.add_column("\np95", justify="right")
    table.add_column(f"{'p50' if judged == HALF else 'p95'} at\nmost {LIMIT}")
    for group in found:
        table.add_row(*_line(group.group, [group.all(n) for n in range(len(sizes))], group.limited, judged))
        if len(group.seconds) > 1:
            name, times = max(group.seconds.items(), key=lambda item: percentile(item[1][-1], HALF))
            table.add_row(*_line(f"  the slowest: {name}", times, False, judged), style="dim")
    return table


def _line(name: str, times: Sequence[Sequence[float]], limited: bool, judged: float) -> list[str]:
    halves, most = ([percentile(of, share) for of in times] for share in (HALF, MOST))
    cells = [f"{value * 1000:.2f}" for pair in zip(halves, most, strict=True) for value in pair]
    ratios = {HALF: halves[-1] / halves[0], MOST: most[-1] / most[0]}
    verdict = ("kept" if ratios[judged] <= LIMIT else "over") if limited else ""
    return [name, *cells, *(f"{ratio:.2f}" for ratio in ratios.values()), verdict]
