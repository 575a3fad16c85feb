"""Everything at once for a long while: whether the service holds more and more memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from threading import Event

import click
from rich.console import Console
from rich.progress import Progress

from service.bench.scene import SLUG
from service.bench.service_load import accounting, taliq
from service.bench.service_load.articles import Plan, key_of
from service.bench.service_load.aside import beside
from service.bench.service_load.asked import Refused
from service.bench.service_load.database import Desk, prepare_shown
from service.bench.service_load.loader import Requests, drive
from service.bench.service_load.processes import interruptible
from service.bench.service_load.scenarios import GZIP, IDENTITY, Server
from service.bench.service_load.wire import Answer, Line, request
from service.bench.service_load.writes import Writers

#: Readers at once, and seconds between two posts; each is approved.
READERS, BETWEEN = 8, 0.5
#: The growth that is allowed, from the first quarter to the last.
GROWTH = 0.05
_LOOKS = 60


@dataclass(frozen=True)
class Soaked:
    """``memory``: PSS in bytes at moments evenly apart; ``posted``: each of them approved."""

    reads: int
    posted: int
    memory: tuple[int, ...]
    faults: tuple[str, ...]

    @property
    def growth(self) -> float:
        """By which part the last quarter of the time holds more than the second: in the first what is asked for again
        and again is still being kept. By the medians.
        """
        quarter = max(1, len(self.memory) // 4)
        before, after = self.memory[quarter : 2 * quarter] or self.memory, self.memory[-quarter:]
        return median(after) / median(before) - 1

    def told(self) -> str:
        mib = [size / 1024 / 1024 for size in self.memory]
        return (
            f"{self.reads:,} reads and {self.posted:,} posts, each approved: {mib[0]:.0f} MiB at the start,"
            f" {max(mib):.0f} at most, {mib[-1]:.0f} at the end;"
            f" {self.growth:+.1%} from the second quarter of the time to the last."
        )


@click.command("soak")
@click.option("--minutes", type=click.FloatRange(0.05, 1_440), default=30.0, show_default=True)
@click.option("--database", help="As for `taliq bench service`, like the rest.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("var/bench"), show_default=True
)  # fmt: skip
@click.option("--articles", type=click.IntRange(3, 100_000), default=1_000, show_default=True)
@click.option("--long", "long_one", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def measure_soak(
    minutes: float, database: str | None, folder: Path, articles: int, long_one: int, seed: int, workers: int
) -> None:
    """Read, post and approve for half an hour, and see whether the service holds more and more memory."""
    accounting.require()
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    with interruptible(), Progress(console=Console(stderr=True)) as shown:
        prepared = prepare_shown(database, folder, Plan(articles, long_one), seed, shown)
        task = shown.add_task("Reading and writing", total=1.0)
        with taliq.serving(prepared, workers, folder) as server, closing(Desk(prepared)) as desk:
            writers = Writers(desk, server.port, articles, seed)
            soaked = soak(server, prepared.plan, writers, minutes, lambda part: shown.update(task, completed=part))
    click.echo(soaked.told())
    if soaked.faults:
        raise click.ClickException("\n".join(soaked.faults))


def soak(server: Server, plan: Plan, writers: Writers, minutes: float, tell: Callable[[float], None]) -> Soaked:
    """Reads every kind of page in turn, posts and approves, for so many minutes. ``tell``: how far it is, up to 1."""
    memory = [accounting.memory(*server.pids).pss]
    posted, reads, faults = [0], 0, list[str]()
    asked = _in_turn(plan)
    with beside(partial(_write, writers, posted)):
        for look in range(_LOOKS):
            sample = drive(server.port, asked, READERS, minutes * 60 / _LOOKS)
            reads, faults = reads + sample.answers, [*faults, *sample.faults]
            memory.append(accounting.memory(*server.pids).pss)
            tell((look + 1) / _LOOKS)
    done = Soaked(reads, posted[0], tuple(memory), tuple(faults))
    grown = (f"memory grew by {done.growth:.1%}",) if done.growth > GROWTH else ()
    return replace(done, faults=(*faults, *grown))


def _in_turn(plan: Plan) -> Requests:
    """Articles in an order of no use to a cache, each in several ways; now and then an address nobody asked for."""
    number = 0
    while True:
        article = number * 617 % plan.articles
        page, thread = taliq.page_path(article), key_of(article)
        ways = (
            page,
            f"/v1/sites/{SLUG}/comments.html?thread={thread}&lang={('ar', 'en')[number % 2]}",
            f"{page}&order=newest",
            f"/v1/sites/{SLUG}/counts?thread={thread}&thread={key_of(0)}",
            f"/v1/sites/{SLUG}/feed?thread={thread}",
            f"/v1/sites/{SLUG}/page?thread={thread}",
            f"{page}&utm={number}",
        )
        yield request("GET", ways[number % len(ways)], (IDENTITY, GZIP)[number // 7 % 2]), _is_right
        number += 1


def _write(writers: Writers, posted: list[int], stop: Event) -> None:
    line = Line(writers.port)
    try:
        while not stop.wait(BETWEEN):
            (made,) = writers.fill([None])
            path = f"/v1/moderation/comments/{made}/approve"
            if line.ask(request("POST", path, writers.credentials, b'{"version": 1}')).code != 200:
                raise Refused("an approval was refused")
            posted[0] += 1
    finally:
        line.close()


def _is_right(answer: Answer) -> None:
    if answer.code != 200 or not answer.body:
        raise Refused(f"{answer.code} came where 200 has to")

