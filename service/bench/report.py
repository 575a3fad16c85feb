"""The table that is printed."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from service.bench.measure import Found, percentile

#: Largest by smallest, of what has to cost the same at every size.
LIMIT = 1.5
_HALF, _MOST = 0.5, 0.95


def table_of(found: Sequence[Found], sizes: Sequence[int]) -> Table:
    table = Table(box=box.SIMPLE, title="Milliseconds: median, and what 95 of 100 stay below", pad_edge=False)
    table.add_column("")
    for size in sizes:
        table.add_column(f"{size:,}\np50", justify="right")
        table.add_column("\np95", justify="right")
    table.add_column("ratio\np50", justify="right")
    table.add_column("\np95", justify="right")
    table.add_column(f"at most\n{LIMIT}")
    for group in found:
        table.add_row(*_line(group.group, [group.all(n) for n in range(len(sizes))], group.limited))
        if len(group.seconds) > 1:
            name, times = max(group.seconds.items(), key=lambda item: percentile(item[1][-1], _HALF))
            table.add_row(*_line(f"  the slowest: {name}", times, False), style="dim")
    return table


def _line(name: str, times: Sequence[Sequence[float]], limited: bool) -> list[str]:
    halves, most = ([percentile(of, share) for of in times] for share in (_HALF, _MOST))
    cells = [f"{value * 1000:.2f}" for pair in zip(halves, most, strict=True) for value in pair]
    ratios = [of[-1] / of[0] for of in (halves, most)]
    verdict = ("kept" if ratios[0] <= LIMIT else "over") if limited else ""
    return [name, *cells, *(f"{ratio:.2f}" for ratio in ratios), verdict]
