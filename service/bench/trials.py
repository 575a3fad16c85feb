"""How long it takes to try a rule on what has been decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from rich import box
from rich.table import Table

from service.bench.scene import SLUG, settings_of
from service.bench.stock import COMMON, RARE
from service.bootstrap import build
from service.domain.rules import RuleDraft, read_rule
from service.queries import site_setup
from service.queries.back_test import BackTest, try_rule
from service.text.phrases import Mode

_SAMPLES = 5
#: A rare word, common ones, one inside of words, two words, one of nobody's, letters that are everywhere; lists.
_TRIED: tuple[tuple[str, Mode, tuple[str, ...]], ...] = (
    ("a rare word", Mode.CLITICS, (RARE,)),
    ("a common word", Mode.CLITICS, (COMMON["ar"],)),
    ("a common English word", Mode.WORD, (COMMON["en"],)),
    ("inside of words", Mode.ANYWHERE, ("نهر",)),
    ("two words", Mode.WORD, ("river village",)),
    ("a word of nobody's", Mode.CLITICS, ("كلب",)),
    ("letters of every text", Mode.ANYWHERE, ("ال",)),
    ("twenty, all feminine", Mode.CLITICS, tuple(f"{letter}ماقة" for letter in "بتثجحخدذرزسشصضطظعغفق")),
    ("a list of sixty", Mode.CLITICS, tuple(f"عبارة{n}" for n in range(60))),
    ("a list of a hundred", Mode.CLITICS, tuple(f"عبارة{n}" for n in range(100))),
)


@dataclass(frozen=True)
class Trial:
    name: str
    found: BackTest
    seconds: tuple[float, ...]


def trials(database_url: str, seed: int) -> list[Trial]:
    """Each tried some times in turn, on a database that holds a load."""
    container = build(settings_of(database_url, seed))
    try:
        site = container.reader.run(lambda session: site_setup.site_view(session, SLUG))
        drafts = [(name, read_rule("", phrases, mode.value, "hold", "", "", ())) for name, mode, phrases in _TRIED]

        def timed(draft: RuleDraft) -> tuple[BackTest, float]:
            start = perf_counter()
            found = container.reader.run(lambda s: try_rule(s, site.id, draft, site.policy.language))
            return found, perf_counter() - start

        made = [[timed(draft) for _, draft in drafts] for _ in range(_SAMPLES)]
    finally:
        container.close()
    return [
        Trial(name, made[0][place][0], tuple(run[place][1] for run in made)) for place, (name, _) in enumerate(drafts)
    ]


def table_of(found: Sequence[Trial]) -> Table:
    table = Table(box=box.SIMPLE, title="A rule tried on past decisions", pad_edge=False)
    for name in ("", "of the last", "matched", "refused", "seconds, best", "worst"):
        table.add_column(name, justify="right" if name else "left")
    for trial in found:
        counts = (trial.found.decided, trial.found.matched, trial.found.refused)
        seconds = (min(trial.seconds), max(trial.seconds))
        table.add_row(trial.name, *(f"{n:,}" for n in counts), *(f"{s:.2f}" for s in seconds))
    return table
