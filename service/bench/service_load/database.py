"""The database a service is measured on, and the settings it is started with."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from urllib.parse import quote

from rich.progress import Progress as Shown
from rich.progress import TaskID

from service.bench.load import Progress, load
from service.bench.scene import ORIGIN, SLUG, settings_of
from service.bench.service_load.articles import Plan
from service.bootstrap import Container, build
from service.domain.access import Permission
from service.queries import site_setup
from service.settings import PREFIX
from service.storage import bulk
from service.storage.engine import write_engine

#: More than any run sends: how fast comments are taken is what is measured, not where they are refused.
UNLIMITED = 100_000_000


@dataclass(frozen=True)
class Prepared:
    """A database that holds ``plan``, made from ``seed``."""

    url: str
    plan: Plan
    seed: int

    def environment(self, port: int) -> dict[str, str]:
        """The settings for ``taliq serve``. This machine is believed to be a proxy, so that comments can come from
        as many networks as there are readers.
        """
        settings = replace(
            settings_of(self.url, self.seed),
            public_url=f"http://127.0.0.1:{port}",
            trusted_proxies="127.0.0.1/32",
            rate_site_minute=UNLIMITED,
        )
        return {PREFIX + field.name.upper(): str(getattr(settings, field.name)) for field in fields(settings)}

    def open(self) -> Container:
        return build(settings_of(self.url, self.seed))


def prepare(url: str | None, folder: Path, plan: Plan, seed: int, progress: Progress) -> Prepared:
    """The database at ``url``, loaded unless it holds that very load; without one an SQLite file in ``folder``, made
    beside its place and moved there whole: stopped half-way, the next run begins again.
    """
    if url is None:
        path = folder / f"articles-{plan.articles}-{plan.long}-{seed}.sqlite3"
        if not path.exists():
            unfinished = folder / "unfinished.sqlite3"
            for leftover in folder.glob("unfinished.sqlite3*"):
                leftover.unlink()
            load(_address(unfinished), plan.comments, seed, progress, plan.kind(seed))
            unfinished.replace(path)
        url = _address(path)
    load(url, plan.comments, seed, progress, plan.kind(seed))
    return Prepared(url, plan, seed)


def prepare_shown(database: str | None, folder: Path, plan: Plan, seed: int, shown: Shown) -> Prepared:
    """The same, with a bar for each step."""
    tasks: dict[str, TaskID] = {}

    def tell(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = shown.add_task(f"Preparing: {step}", total=total)
        shown.update(tasks[step], completed=done)

    return prepare(database, folder, plan, seed, tell)


def _address(path: Path) -> str:
    return f"sqlite:///{quote(str(path.resolve()))}"


class Desk:
    """A site of its own for what is written, in the mode ``hold_all``: what is read stays as it was."""

    def __init__(self, prepared: Prepared) -> None:
        self._url, self._container = prepared.url, prepared.open()
        taken = {site.slug for site in self._container.reader.run(site_setup.list_sites)}
        self.slug = next(slug for n in range(1, len(taken) + 2) if (slug := f"{SLUG}-{n}") not in taken)
        policy = {"origins": [ORIGIN], "mode": "hold_all"}
        self._site = self._container.manage_sites.create(self.slug, self.slug, policy).id
        self.token = self._container.manage_staff.create_token(self.slug, SLUG, [Permission.DECIDE.value], 1).secret

    def stored(self) -> int:
        """Comments that stand in the database."""
        return self._container.reader.run(lambda session: bulk.count_comments(session, self._site))

    def commits(self, many: int) -> list[float]:
        """Seconds that each of so many bare transactions took to keep one row of this database."""
        engine = write_engine(self._url)
        try:
            return bulk.write_bare(engine, many)
        finally:
            engine.dispose()

    def close(self) -> None:
        self._container.close()
