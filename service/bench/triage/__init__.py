"""``taliq triage``: what the model would have made of comments whose labels are known."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from service.bench.triage import tables
from service.bench.triage.folds import Folded, Judge, measured, own
from service.bench.triage.labelled import Columns, Labelled, read_labelled, together
from service.bench.triage.stream import replay, shuffled
from service.bench.triage.yardstick import STRENGTHS, yardstick
from service.domain.errors import ConfigurationError
from service.i18n import LANGUAGES

_WIDTH = 100


@click.group()
def triage() -> None:
    """The model that puts the queue in order."""


@triage.command("bench")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", help="The column that holds the text.")
@click.option("--label", help="The column that says whether it is a bad one.")
@click.option("--bad", multiple=True, help="A label of bad ones, any other being fine; repeat for more.")
@click.option("--language", type=click.Choice(LANGUAGES), default="ar", show_default=True, help="Of the site.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same order.")
@click.option("--in-order", is_flag=True, help="As they stand in the files, not shuffled.")
@click.option("--folds", type=click.IntRange(2, 20), help="Ask about each comment when all others are known.")
@click.option("--yardstick", "compare", is_flag=True, help="And scikit-learn on the same folds; needs taliq[learn].")
def measure(
    files: tuple[Path, ...],
    text: str | None,
    label: str | None,
    bad: tuple[str, ...],
    language: str,
    seed: int,
    in_order: bool,
    folds: int | None,
    compare: bool,
) -> None:
    """Replay labelled FILES (.jsonl, .csv, .tsv) as a stream of decisions, each scored before its label is told."""
    if compare and folds is None:
        raise ConfigurationError("The yardstick is laid on folds: --folds 5 --yardstick.")
    columns = Columns(text, label, frozenset(value.strip().lower() for value in bad))
    comments = together(read_labelled(path, columns) for path in files)
    console = Console(width=_WIDTH)
    worse = sum(comment.bad for comment in comments)
    console.print(f"{len(comments):,} comments, {worse:,} of them bad ({worse / len(comments):.0%}), seed {seed}")
    if folds is None:
        _stream(console, comments if in_order else shuffled(comments, seed), language, seed)
    else:
        _folds(console, comments, folds, seed, _judges(language, compare))


def _stream(console: Console, comments: list[Labelled], language: str, seed: int) -> None:
    with Progress(console=Console(stderr=True)) as shown:
        task = shown.add_task("Deciding", total=len(comments))
        seen = replay(comments, language, seed, lambda done: shown.update(task, completed=done))
    for table in (tables.learning, tables.queue, tables.lanes, tables.times):
        console.print(table(seen))


def _judges(language: str, compare: bool) -> dict[str, Judge]:
    judges = {"taliq": own(language)}
    if compare:
        judges |= {f"scikit-learn, C = {strength:g}": yardstick(language, strength) for strength in STRENGTHS}
    return judges


def _folds(console: Console, comments: list[Labelled], folds: int, seed: int, judges: dict[str, Judge]) -> None:
    found: dict[str, Folded] = {}
    with Progress(console=Console(stderr=True)) as shown:
        task = shown.add_task("Folding", total=folds * len(judges))
        for name, judge in judges.items():
            found[name] = measured(comments, folds, seed, judge, lambda: shown.advance(task))
    console.print(tables.folded(found, folds))
