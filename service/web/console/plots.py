"""Where the marks of a plot stand. Along the page in percent, so that a plot fills whatever width it is given while
its letters keep their size; down the page in pixels. Time and bars run the way the page is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Of the plot over time: its top, its zero line, and all of it with the labels.
TOP, BASE, HEIGHT = 10, 170, 196
#: Of one row: its height, and where in it the bar lies.
ROW, BAR_TOP, BAR_HEIGHT = 64, 22, 12
#: How much of its slot a group of columns fills, and the gap between two columns, in parts of the slot.
FILLED, GAP = 0.78, 0.06
MOST_TICKS = 5


@dataclass(frozen=True)
class Mark:
    """A rectangle; ``kind`` is its class in the style sheet."""

    kind: str
    x: str
    y: float
    width: str
    height: float


@dataclass(frozen=True)
class Tick:
    """``brief``: the label where there is little room; empty for none at all."""

    at: str
    label: str
    brief: str


@dataclass(frozen=True)
class Column:
    """One value; ``None`` is not known. One that is known only in part says so by its kind."""

    kind: str
    value: int | None


@dataclass(frozen=True)
class Slot:
    """What stands side by side at one moment. ``tip`` says it in words; ``label`` stands below."""

    columns: tuple[Column, ...]
    tip: str
    label: str = ""
    brief: str = ""


@dataclass(frozen=True)
class Columns:
    height: int
    base: int
    groups: tuple[tuple[str, tuple[Mark, ...]], ...]
    levels: tuple[tuple[float, int], ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Row:
    """``parts`` follow one another from where the line begins. ``brief``: the label where there is little room."""

    label: str
    brief: str
    note: str
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Rows:
    height: int
    start: str
    rows: tuple[tuple[int, Row, tuple[Mark, ...]], ...]


def levels_for(most: int) -> list[int]:
    """Whole round numbers from nought to at least ``most``, few enough to be read."""
    magnitude = 1
    while True:
        for step in (magnitude, 2 * magnitude, 5 * magnitude):
            if step * (MOST_TICKS - 1) >= most:
                return list(range(0, max(most, 1) + step, step))[: -(-max(most, 1) // step) + 1]
        magnitude *= 10


def columns(slots: Sequence[Slot], rtl: bool) -> Columns:
    """Columns over time, the oldest where a line begins."""
    values = [c.value for slot in slots for c in slot.columns if c.value is not None]
    levels = levels_for(max(values, default=0))
    scale = (BASE - TOP) / levels[-1]
    each = 100 / max(len(slots), 1)
    return Columns(
        height=HEIGHT,
        base=BASE,
        groups=tuple((slot.tip, tuple(_stand(slot, n * each, each, scale, rtl))) for n, slot in enumerate(slots)),
        levels=tuple((round(BASE - level * scale, 1), level) for level in levels),
        ticks=tuple(
            Tick(_percent(_turned((n + 0.5) * each, 0, rtl)), slot.label, slot.brief)
            for n, slot in enumerate(slots)
            if slot.label
        ),
    )


def rows(items: Sequence[Row], rtl: bool) -> Rows:
    """One bar below the other, each as long as its parts together, the longest as wide as the plot."""
    longest = max((sum(size for _, size in item.parts) for item in items), default=0)
    placed = tuple((n * ROW, item, tuple(_lie(item, n * ROW + BAR_TOP, longest, rtl))) for n, item in enumerate(items))
    return Rows(len(items) * ROW, "100%" if rtl else "0%", placed)


def _stand(slot: Slot, start: float, each: float, scale: float, rtl: bool) -> Iterable[Mark]:
    """The columns of one slot. The whole slot is marked once where a value is not known."""
    if any(column.value is None for column in slot.columns):
        yield Mark("unknown", _percent(_turned(start, each, rtl)), TOP, _percent(each), BASE - TOP)
    number = len(slot.columns)
    wide = each * (FILLED - GAP * (number - 1)) / number
    at = start + each * (1 - FILLED) / 2
    for column in slot.columns:
        if column.value:
            height = round(column.value * scale, 1)
            yield Mark(column.kind, _percent(_turned(at, wide, rtl)), round(BASE - height, 1), _percent(wide), height)
        at += wide + each * GAP


def _lie(row: Row, y: float, longest: int, rtl: bool) -> Iterable[Mark]:
    at = 0.0
    for kind, size in row.parts:
        if size:
            wide = 100 * size / longest
            yield Mark(kind, _percent(_turned(at, wide, rtl)), y, _percent(wide), BAR_HEIGHT)
            at += wide


def _turned(start: float, wide: float, rtl: bool) -> float:
    return 100 - start - wide if rtl else start


def _percent(value: float) -> str:
    return f"{max(value, 0):.4g}%"
