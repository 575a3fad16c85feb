"""``taliq bench service``: the service as readers meet it, over HTTP, beside what else there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from service.bench.service_load import accounting, peers, plot, tables, taliq, wrk
from service.bench.service_load.articles import Plan
from service.bench.service_load.database import Desk, Prepared, prepare_shown
from service.bench.service_load.peers import Peers
from service.bench.service_load.processes import interruptible
from service.bench.service_load.reads import Reads
from service.bench.service_load.rounds import Found, run_rounds
from service.bench.service_load.scenarios import ALL, READS, Scenario
from service.bench.service_load.writing import Writing
from service.domain.errors import ConfigurationError

_WIDTH = 144
LOADERS = ("auto", "wrk", "own")


@click.command("service")
@click.option("--database", help="Address of an empty database of PostgreSQL, or of one this has filled; else SQLite.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/bench"),
    show_default=True,
    help="For the databases, the logs, and the peers.",
)
@click.option("--articles", type=click.IntRange(3, 100_000), default=1_000, show_default=True, help="In all.")
@click.option(
    "--long", "long_one", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True,
    help="Comments under the long one; the hot one has 100 and any other ten.",
)  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same comments.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Of every server.")
@click.option("--connections", type=click.IntRange(1, 1_000), default=32, show_default=True, help="Of readers.")
@click.option("--seconds", type=click.FloatRange(0.1, 600), default=4.0, show_default=True, help="Of a measurement.")
@click.option("--rounds", type=click.IntRange(1, 100), default=3, show_default=True, help="Of all measurements.")
@click.option("--only", default="", metavar="WORDS", help="What begins so: hot, counts, mix, long, write, decided …")
@click.option(
    "--loader", type=click.Choice(LOADERS), default="auto", show_default=True, help="Of reads; auto: wrk if here."
)
@click.option("--peers", "with_peers", is_flag=True, help="And taliq behind nginx, nginx with its bytes on disk, Isso.")
@click.option("--plot", "plotted", type=click.Path(dir_okay=False, path_type=Path), help="Draw the rates, as SVG.")
def measure_service(
    database: str | None,
    folder: Path,
    articles: int,
    long_one: int,
    seed: int,
    workers: int,
    connections: int,
    seconds: float,
    rounds: int,
    only: str,
    loader: str,
    with_peers: bool,
    plotted: Path | None,
) -> None:
    """Start the service over 1,000 articles and load it: how many answers, how fast, at what cost.

    An answer counts when its status and its content are right. Whatever is not is told, and the exit code is 1.
    """
    chosen, program = _chosen(only), _program(loader)
    accounting.require()
    folder.mkdir(parents=True, exist_ok=True)
    reads = Reads(program, connections, seconds, folder.resolve())
    with interruptible(), Progress(console=Console(stderr=True)) as shown:
        prepared = prepare_shown(database, reads.folder, Plan(articles, long_one), seed, shown)
        beside = peers.find(reads.folder, prepared.plan, seed, _teller(shown)) if with_peers else None
        found = _measure(prepared, chosen, reads, workers, rounds, beside, shown)
    title = (
        f"{workers} workers, {connections} connections of readers, {seconds:g} s, {rounds} rounds; loader of reads:"
        f" {'wrk' if program else 'own'}, of writes: own; {prepared.url.partition(':')[0].partition('+')[0]}"
    )
    _show(found, title, plotted)


def _chosen(only: str) -> list[Scenario]:
    chosen = [scenario for scenario in ALL if scenario.name.startswith(only)]
    if not chosen:
        known = ", ".join(scenario.name for scenario in ALL)
        raise ConfigurationError(f"Nothing begins with {only!r}. There are: {known}.")
    return chosen


def _program(loader: str) -> str | None:
    """wrk, or ``None`` for our own loader."""
    program = None if loader == "own" else wrk.find()
    if loader == "wrk" and program is None:
        raise ConfigurationError("wrk is missing; --loader own does without it.")
    return program


def _teller(shown: Progress) -> Callable[[str], None]:
    """Tells a sentence above the progress, as it stands: what pip says holds brackets."""
    return partial(shown.console.print, markup=False, highlight=False)


def _measure(
    prepared: Prepared,
    chosen: Sequence[Scenario],
    reads: Reads,
    workers: int,
    rounds: int,
    beside: Peers | None,
    shown: Progress,
) -> Found:
    """Starts the servers and measures; whatever happens, they have ended afterwards."""
    with ExitStack() as stack:
        servers = [stack.enter_context(taliq.serving(prepared, workers, reads.folder))]
        if beside is not None:
            servers += beside.start(stack, servers[0], prepared.plan, workers, reads.folder, _teller(shown))
        actions = reads.actions(servers)
        writing = None
        if not set(chosen) <= set(READS):
            desk = stack.enter_context(closing(Desk(prepared)))
            writing = Writing(desk, servers, prepared, reads)
            actions |= writing.actions()
        task = shown.add_task("Measuring", total=None)
        found = run_rounds(chosen, servers, rounds, actions, lambda said: shown.update(task, description=said))
        if writing is not None:
            writing.settle(found)
    return found


def _show(found: Found, title: str, plotted: Path | None) -> None:
    console = Console(width=_WIDTH)
    console.print(tables.rates_table(found, title))
    console.print(tables.memory_table(found))
    for sentence in found.told:
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    if plotted is not None:
        plotted.write_text(plot.svg(tables.lines_of(found), title), "utf-8")
    if found.faults:
        raise click.ClickException("\n".join(("what was not right does not count", *found.faults)))
