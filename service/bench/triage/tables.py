"""What was found, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table

from service.bench.measure import percentile
from service.bench.triage.folds import Folded
from service.bench.triage.stream import Seen
from service.bench.triage.telling_apart import auc, found_first
from service.learning.calibration import BAD, FINE, Lane
from service.learning.learner import SPEAKS_FROM, Stage

#: From how many decisions to how many.
MARKS = (0, 50, 200, 1_000)
FIRST = 0.30
#: What counts as "200 characters".
_ABOUT = range(180, 221)


def learning(seen: Sequence[Seen]) -> Table:
    """How well it told them apart, as it learnt."""
    table = _table("AUC of what was scored before its label was told", "known", "comments", "AUC", "disguised")
    for mark, end in zip(MARKS, (*MARKS[1:], len(seen)), strict=True):
        if between := seen[mark:end]:
            table.add_row(f"{mark:,} to {mark + len(between) - 1:,}", *_told(between))
    table.add_row("all", *_told(seen))
    return table


def queue(seen: Sequence[Seen]) -> Table:
    """What stands in front when the worst come first."""
    later = seen[SPEAKS_FROM:] or seen
    bad = [one.bad for one in later]
    table = _table(f"The queue, worst first, after {SPEAKS_FROM}", "", "as typed", "disguised")
    parts = [found_first(scores, bad, FIRST) for scores in ([o.score for o in later], [o.disguised for o in later])]
    table.add_row(f"bad ones in its first {FIRST:.0%}", *map(_percent, parts))
    best = min(1.0, FIRST * len(later) / max(1, sum(bad)))
    table.add_row("at best", _percent(best), _percent(best))
    return table


def lanes(seen: Sequence[Seen]) -> Table:
    """What it would have offered together, and how right that was."""
    speaks = [one for one in seen if one.stage is Stage.SPEAKS]
    title = f"Lanes, of the {len(speaks):,} comments that it spoke of"
    table = _table(title, "", "share", "comments", "right", "wanted", "right, disguised")
    for lane, wanted in ((Lane.FINE, 1 - FINE), (Lane.BAD, BAD)):
        own = [one for one in speaks if one.lane is lane]
        hidden = [one for one in speaks if one.disguised_lane is lane]
        share = _percent(len(own) / len(speaks)) if speaks else "-"
        rights = [_percent(_right(of, lane)) for of in (own, hidden)]
        table.add_row(f"likely {lane}", share, f"{len(own):,}", rights[0], _percent(wanted), rights[1])
    return table


def times(seen: Sequence[Seen]) -> Table:
    """What it cost, in milliseconds."""
    table = _table("Milliseconds a comment", "", "comments", "score p50", "p95", "learn p50", "p95")
    about = [one for one in seen if one.length in _ABOUT]
    for name, of in (("all", seen), (f"{_ABOUT[0]} to {_ABOUT[-1]} characters", about)):
        if of:
            both = ([one.scoring for one in of], [one.learning for one in of])
            cells = [f"{1000 * percentile(seconds, share):.2f}" for seconds in both for share in (0.5, 0.95)]
            table.add_row(name, f"{len(of):,}", *cells)
    return table


def folded(found: Mapping[str, Folded], folds: int) -> Table:
    table = _table(f"AUC, mean of {folds} folds", "", "as typed", "disguised", "lost", "worst fold")
    for name, of in found.items():
        lost = f"{of.plain - of.disguised:.4f}"
        table.add_row(name, f"{of.plain:.4f}", f"{of.disguised:.4f}", lost, f"{min(of.each):.4f}")
    return table


def _told(seen: Sequence[Seen]) -> tuple[str, str, str]:
    bad = [one.bad for one in seen]
    found = [auc(scores, bad) for scores in ([one.score for one in seen], [one.disguised for one in seen])]
    plain, hidden = ("-" if value is None else f"{value:.3f}" for value in found)
    return f"{len(seen):,}", plain, hidden


def _right(seen: Sequence[Seen], lane: Lane) -> float | None:
    return sum(one.bad == (lane is Lane.BAD) for one in seen) / len(seen) if seen else None


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE, title=title, pad_edge=False, title_justify="left")
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table
