"""How well scores tell the bad from the fine."""

from __future__ import annotations

from collections.abc import Sequence


def auc(scores: Sequence[float], bad: Sequence[bool]) -> float | None:
    """How often a bad one scores above a fine one, a tie counting half; ``None`` without some of each."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks = [0.0] * len(scores)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        for at in order[start:end]:
            ranks[at] = (start + end + 1) / 2
        start = end
    worse = sum(bad)
    fine = len(scores) - worse
    if not worse or not fine:
        return None
    total = sum(rank for rank, is_bad in zip(ranks, bad, strict=True) if is_bad)
    return (total - worse * (worse + 1) / 2) / (worse * fine)


def found_first(scores: Sequence[float], bad: Sequence[bool], share: float) -> float | None:
    """What part of the bad ones stands in the first ``share`` of the queue, the highest scores first."""
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    first = order[: round(share * len(order))]
    return sum(bad[at] for at in first) / sum(bad) if any(bad) else None
