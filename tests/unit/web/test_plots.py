"""Plots: round numbers at the side, nothing outside of the drawing, and the way of reading."""

from __future__ import annotations

import pytest

from service.web.console.plots import BASE, TOP, Column, Columns, Mark, Row, Slot, columns, levels_for, rows


@pytest.mark.parametrize("most", [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 19, 42, 99, 100, 101, 999, 20_000, 123_456])
def test_the_levels_are_few_round_and_reach_the_top(most: int) -> None:
    levels = levels_for(most)
    step = levels[1]
    assert levels == [n * step for n in range(len(levels))]
    assert 2 <= len(levels) <= 5
    assert levels[-2] < max(most, 1) <= levels[-1], "no level stands empty above the highest"
    assert str(step).rstrip("0") in ("1", "2", "5")


def column(*values: int | None) -> Slot:
    return Slot(tuple(Column(f"k{n}", value) for n, value in enumerate(values)), "tip", "12:00")


def marks_of(plot: Columns) -> list[Mark]:
    return [mark for _, marks in plot.groups for mark in marks]


def number(percent: str) -> float:
    return float(percent.removesuffix("%"))


def test_columns_stand_on_the_base_and_the_highest_ends_at_its_level() -> None:
    marks = marks_of(columns([column(10, 5), column(0, 2)], rtl=False))
    assert [mark.kind for mark in marks] == ["k0", "k1", "k1"], "nought draws nothing"
    assert {round(mark.y + mark.height, 1) for mark in marks} == {BASE}
    assert (marks[0].y, marks[1].height) == (TOP, (BASE - TOP) / 2)


def test_time_runs_as_the_page_is_read() -> None:
    slots = [column(1, 2), column(3, 4), column(5, 6)]
    ahead, back = (columns(slots, rtl) for rtl in (False, True))
    for one, other in zip(marks_of(ahead), marks_of(back), strict=True):
        assert number(one.x) + number(one.width) + number(other.x) == pytest.approx(100, abs=0.1)
        assert (one.y, one.height) == (other.y, other.height)
    assert [t.at for t in ahead.ticks] == [t.at for t in reversed(back.ticks)]
    firsts = [number(marks[0].x) for _, marks in ahead.groups]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize("rtl", [False, True])
def test_nothing_stands_outside_or_on_something_else(rtl: bool) -> None:
    marks = sorted(marks_of(columns([column(n, 24 - n) for n in range(24)], rtl)), key=lambda m: number(m.x))
    ends = [number(m.x) + number(m.width) for m in marks]
    assert number(marks[0].x) >= 0
    assert ends[-1] <= 100
    assert all(end <= number(after.x) for end, after in zip(ends, marks[1:], strict=False))


def test_what_is_not_known_is_marked_and_is_not_nought() -> None:
    plot = columns([column(None, 3), column(0, 0)], rtl=False)
    assert [[mark.kind for mark in marks] for _, marks in plot.groups] == [["unknown", "k1"], []]


def test_rows_share_one_scale_and_their_parts_follow_each_other() -> None:
    items = [
        Row("a", "a", "", (("approved", 6), ("rejected", 0), ("other", 2))),
        Row("b", "b", "", (("approved", 4),)),
    ]
    for rtl in (False, True):
        plot = rows(items, rtl)
        (_, _, first), (_, _, second) = plot.rows
        assert [(m.kind, m.width) for m in first] == [("approved", "75%"), ("other", "25%")]
        assert second[0].width == "50%"
        assert [m.x for m in first] == (["25%", "0%"] if rtl else ["0%", "75%"])
        assert plot.start == ("100%" if rtl else "0%")


def test_nothing_at_all_is_a_plot_too() -> None:
    assert columns([], rtl=True).groups == ()
    assert rows([], rtl=True).height == 0
