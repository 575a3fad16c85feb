"""``taliq bench``: what the service costs, measured on databases of several sizes that are made for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from service.bench import desk, rows, rules, trials
from service.bench.load import DESK, EVEN, Kind, bytes_of, load
from service.bench.measure import Found, Question, run
from service.bench.report import MOST as P95
from service.bench.report import table_of
from service.bench.service_load import measure_service
from service.bench.service_load.soak import measure_soak
from service.domain.errors import ConfigurationError
from service.text.phrases import Mode

#: More would have texts twice.
MOST = 10_000_000
PLACE = "{rows}"


@click.group()
def bench() -> None:
    """Measure the service on databases made for it."""


bench.add_command(measure_service)
bench.add_command(measure_soak)


@bench.command("desk")
@click.option(
    "--database",
    required=True,
    help="Address of the databases, with {rows} where the size goes: sqlite:///bench-{rows}.sqlite3. They are made when"
    " they are SQLite's; PostgreSQL's have to be there, and empty.",
)
@click.option(
    "--rows",
    "sizes",
    type=click.IntRange(1_000, MOST),
    multiple=True,
    default=(10_000, 1_000_000),
    show_default=True,
    help="Comments of a database; once for each size.",
)
@click.option("--samples", type=click.IntRange(2, 1_000), default=40, show_default=True, help="Of each question.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same comments.")
@click.option("--only", default="", metavar="WORDS", help="Ask what begins so: search, filter, pending, approve.")
def measure_desk(database: str, sizes: tuple[int, ...], samples: int, seed: int, only: str) -> None:
    """How the moderators' desk answers at several sizes, asked in turn."""
    asked = [question for question in desk.questions() if question.group.startswith(only)]
    if not asked:
        known = ", ".join(dict.fromkeys(question.group for question in desk.questions()))
        raise ConfigurationError(f"Nothing begins with {only!r}. There are: {known}.")
    named = _named(database, sizes)
    for size, url in named.items():
        _load(url, size, seed)
    found = _asked(asked, [desk.open_desk(url, size, seed) for size, url in named.items()], samples)
    Console(width=132).print(table_of(found, list(named)))


@bench.command("rows")
@click.option(
    "--database",
    required=True,
    help="As for the desk: postgresql:///bench_{rows}, or sqlite:///bench-{rows}.sqlite3.",
)
@click.option(
    "--rows",
    "sizes",
    type=click.IntRange(1_000, MOST),
    multiple=True,
    default=(10_000, 1_000_000),
    show_default=True,
    help="Comments of a database; once for each size.",
)
@click.option("--samples", type=click.IntRange(2, 10_000), default=200, show_default=True, help="Of each question.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same comments.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="To load PostgreSQL with.")
def measure_rows(database: str, sizes: tuple[int, ...], samples: int, seed: int, processes: int) -> None:
    """How reading, sending, deciding, counting and the queue's first page answer at several sizes, asked in turn.

    Threads have about fifty comments each, and one in ten waits, at every size. What the system does not hold in memory
    comes from the disk and takes what that takes: read a file of SQLite once before, as cat does.
    """
    named = _named(database, sizes)
    for size, url in named.items():
        _load(url, size, seed, EVEN, processes)
    found = _asked(rows.questions(), [rows.open_site(url, size, seed) for size, url in named.items()], samples)
    Console(width=132).print(table_of(found, list(named), P95))


@bench.command("rules")
@click.option(
    "--phrases",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a phrase a line; without it as many are made up.",
)
@click.option("--count", type=click.IntRange(1), default=65_000, show_default=True, help="How many are made up.")
@click.option(
    "--texts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a comment a line; without it comments of a load.",
)
def measure_rules(phrases: Path | None, count: int, texts: Path | None) -> None:
    """What a long list of words and phrases costs: to compile, to keep, and for each comment."""
    listed = _lines(phrases) if phrases else rules.made_phrases(count, seed=1)
    read = _lines(texts) if texts else rules.sample_texts()
    Console(width=100).print(rules.table_of([rules.cost_of(listed, read, mode) for mode in Mode]))


@bench.command("back-test")
@click.option("--database", required=True, help="Of a load; one that is empty is loaded first.")
@click.option("--rows", type=click.IntRange(1_000, MOST), default=150_000, show_default=True, help="Comments of it.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same comments.")
def measure_back_test(database: str, rows: int, seed: int) -> None:
    """How long a rule of words takes to be tried on past decisions before it is saved."""
    _load(database, rows, seed)
    Console(width=100).print(trials.table_of(trials.trials(database, seed)))


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8", errors="replace").split("\n") if line.strip()]


class _Opened(Protocol):
    def close(self) -> None:
        """Leaves the database as it was found, as far as that can be."""


T = TypeVar("T", bound=_Opened)


def _named(database: str, sizes: Sequence[int]) -> dict[int, str]:
    """Addresses by size, the smallest first."""
    if PLACE not in database and len(sizes) > 1:
        raise ConfigurationError("Several sizes need a database each: put {rows} where the size goes.")
    return {size: database.replace(PLACE, str(size)) for size in sorted(set(sizes))}


def _asked(questions: Sequence[Question[T]], opened: Sequence[T], samples: int) -> list[Found]:
    try:
        with Progress(console=Console(stderr=True)) as shown:
            task = shown.add_task("Measuring", total=None)

            def tell(done: int, total: int) -> None:
                shown.update(task, completed=done, total=total)

            return run(questions, opened, samples, tell)
    finally:
        for one in opened:
            one.close()


def _load(url: str, size: int, seed: int, kind: Kind = DESK, processes: int = 1) -> None:
    tasks: dict[str, TaskID] = {}
    start = time.monotonic()
    with Progress(console=Console(stderr=True)) as shown:

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(f"{size:,} comments: {step}", total=total)
            shown.update(tasks[step], completed=done)

        made = load(url, size, seed, tell, kind, processes)
    how = f"loaded in {time.monotonic() - start:,.0f} s" if made else "were there"
    click.echo(f"{size:,} comments {how}; {bytes_of(url, seed) / 1_000_000:,.0f} MB on disk.", err=True)
