"""The rates as bars, in an SVG file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from math import log10

from service.bench.service_load.tables import Line

#: In pixels: all of it, where bars begin, how long the longest is; the height of the title, of a bar, between groups.
_WIDTH, _LEFT, _LONGEST = 860, 230, 500
_TITLE, _BAR, _GAP = 44, 18, 14
_COLOURS = {"taliq": "#0b6e6e", "nginx": "#777777", "isso": "#c2703d"}


def svg(lines: Sequence[Line], title: str) -> str:
    """A group of bars for each scenario. Rates lie thousands apart, so a bar is as long as their logarithm; each has
    its number behind it, and a thin line from the least to the most of the rounds.
    """
    least, most = _decades(lines)
    marks, y = [f'<text x="10" y="26" class="title">{escape(title)}; a logarithmic scale</text>'], _TITLE
    for scenario, group in groupby(lines, key=lambda line: line.scenario):
        marks.append(f'<text x="10" y="{y + 13}">{escape(scenario.name)}</text>')
        for line in group:
            marks += _bar(line, y, least, most)
            y += _BAR
        y += _GAP
    style = "text{font:12px sans-serif;fill:#222}.title{font-size:14px}.range{stroke:#222;stroke-width:1}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" viewBox="0 0 {_WIDTH} {y}">'
    ground = f'<rect width="{_WIDTH}" height="{y}" fill="#fff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{style}</style>", ground, *marks, "</svg>", ""])


def _bar(line: Line, y: int, least: int, most: int) -> list[str]:
    def at(rate: float) -> float:
        share = (log10(rate) - least) / (most - least) if rate > 0 else 0.0
        return round(_LEFT + max(0.0, share) * _LONGEST, 1)

    end, middle = at(line.rate), y + _BAR // 2 - 1
    colour = _COLOURS.get(line.server.partition(",")[0], "#555555")
    tip = f"{line.scenario.tells}: {line.server}, {line.rate:,.1f} a second, p99 {line.p99:.2f} ms"
    return [
        f'<rect x="{_LEFT}" y="{y}" width="{round(end - _LEFT, 1)}" height="{_BAR - 4}" fill="{colour}">'
        f"<title>{escape(tip)}</title></rect>",
        f'<line x1="{at(line.least)}" x2="{at(line.most)}" y1="{middle}" y2="{middle}" class="range"/>',
        f'<text x="{at(line.most) + 6}" y="{y + 12}">{line.rate:,.0f} {escape(line.server)}</text>',
    ]


def _decades(lines: Sequence[Line]) -> tuple[int, int]:
    """The powers of ten between which all rates lie."""
    rates = [rate for line in lines for rate in (line.least, line.most) if rate > 0] or [1.0]
    least = int(log10(min(rates)) // 1)
    return least, max(least + 1, int(-(-log10(max(rates)) // 1)))
