"""What a list of phrases costs: to compile, to keep, and for each comment."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import thread_time

from rich import box
from rich.table import Table

from service.bench.dice import Dice
from service.bench.stock import LANGUAGES, text_of_number
from service.text.fold import fold
from service.text.phrases import Matcher, Mode, Pattern, is_usable
from service.text.suspicion import Disguises

LENGTHS = (200, 1000)
_SAMPLES = 400


@dataclass(frozen=True)
class Cost:
    """Seconds of the processor, and bytes. ``comment``: for a folded comment, by its length; ``second``: for its other
    readings.
    """

    mode: Mode
    phrases: int
    folding: float
    building: float
    memory: int
    peak: int
    comment: dict[int, tuple[float, float]]
    second: dict[int, tuple[float, float]]


def cost_of(phrases: Sequence[str], texts: Sequence[str], mode: Mode) -> Cost:
    start = thread_time()
    patterns = _patterns(phrases, mode)
    folding = thread_time() - start
    start = thread_time()
    matcher = Matcher(patterns)
    building = thread_time() - start
    disguises = Disguises(matcher, patterns, "ar")
    comment, second = dict[int, tuple[float, float]](), dict[int, tuple[float, float]]()
    for length in LENGTHS:
        pieces = _pieces(texts, length)
        comment[length] = _times(pieces, lambda text: list(matcher.hits(text)))
        second[length] = _times(pieces, lambda text: list(disguises.find(text)))
    memory, peak = _memory(phrases, mode)
    return Cost(mode, len(patterns), folding, building, memory, peak, comment, second)


def _patterns(phrases: Sequence[str], mode: Mode) -> list[Pattern]:
    """What would be taken into a list: a sign or a letter alone would not."""
    return [Pattern(text, mode) for phrase in phrases if is_usable(text := fold(phrase, "ar"))]


def _memory(phrases: Sequence[str], mode: Mode) -> tuple[int, int]:
    """What stays when a list is compiled, and the most there was meanwhile. Apart from the times, which counting would
    spoil.
    """
    gc.collect()
    tracemalloc.start()
    matcher = Matcher(_patterns(phrases, mode))
    gc.collect()
    stays, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(matcher)
    return stays, most


def _pieces(texts: Sequence[str], length: int) -> list[str]:
    whole = fold(" ".join(texts), "ar")
    return [whole[at : at + length] for at in range(0, len(whole) - length, length)][:_SAMPLES]


def _times(texts: Sequence[str], run: Callable[[str], object]) -> tuple[float, float]:
    """The middle, and what 95 of 100 stay below."""
    times = []
    for text in texts:
        start = thread_time()
        run(text)
        times.append(thread_time() - start)
    return median(times), sorted(times)[int(0.95 * len(times))]


def made_phrases(count: int, seed: int) -> list[str]:
    """As many different ones of one to three words, for whoever has no list at hand."""
    dice, made = Dice(seed, 1), dict[str, None]()
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    while len(made) < count:
        alphabet = letters if len(made) % 2 else "abcdefghijklmnoprstuvwy"
        words = ("".join(dice.pick(alphabet) for _ in range(3 + dice.below(6))) for _ in range(1 + dice.below(3)))
        made[" ".join(words)] = None
    return list(made)


def sample_texts() -> list[str]:
    """Comments of a load, two in Arabic for one in English."""
    return [text_of_number(LANGUAGES[n % len(LANGUAGES)], n).source for n in range(_SAMPLES)]


def table_of(costs: Sequence[Cost]) -> Table:
    table = Table(box=box.SIMPLE, title="Phrases: what they cost", pad_edge=False)
    table.add_column("")
    for cost in costs:
        table.add_column(cost.mode.value, justify="right")
    table.add_row("phrases", *(f"{c.phrases:,}" for c in costs))
    table.add_row("folding, ms", *(f"{c.folding * 1e3:.0f}" for c in costs))
    table.add_row("building, ms", *(f"{c.building * 1e3:.0f}" for c in costs))
    table.add_row("memory, MB (most meanwhile)", *(f"{c.memory / 1e6:.1f} ({c.peak / 1e6:.1f})" for c in costs))
    for length in LENGTHS:
        table.add_row(f"µs for {length} letters, p50 / p95", *(_pair(c.comment[length]) for c in costs))
        table.add_row("  disguises beside", *(_pair(c.second[length]) for c in costs), style="dim")
    return table


def _pair(times: tuple[float, float]) -> str:
    return " / ".join(f"{second * 1e6:.0f}" for second in times)
