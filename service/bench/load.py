"""Fills an empty database with comments as the product would have written them, a few thousand at a time."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from uuid import UUID

from service.bench.dice import Dice
from service.bench.scene import ORIGIN, SLUG, STAFF, START, Scene, settings_of
from service.bench.story import ORDER, Story
from service.bench.telling import Teller
from service.bootstrap import Container, build
from service.domain.credentials import new_password
from service.domain.errors import ConfigurationError
from service.domain.moderation import Actor, ActorKind, Status
from service.gateways.clock import Uuid7, utc_now
from service.queries import site_setup
from service.storage import bulk, comments, search
from service.storage.comments import Comment
from service.storage.engine import write_engine
from service.storage.search import SearchText
from service.storage.threads import Thread
from service.storage.uow import Session, UnitOfWork
from service.usecases.publish import mark, rebuild_marked

BATCH = 5_000
#: Threads whose pages are built in one transaction.
_TOGETHER = 200
#: Told the step and how far it has come, of how much.
Progress = Callable[[str, int, int], None]


class Tells(Protocol):
    def tell(self, number: int) -> Story:
        """The comment of that number, with all that has happened to it; asked in order from 0 on."""


@dataclass(frozen=True)
class Kind:
    """What a load is: its ``name`` is its site's as soon as all of it is there, and tells it from any other."""

    name: str
    threads: Callable[[Scene], int]
    teller: Callable[[Scene], Tells]


#: What a desk is measured with: all that can have happened to a comment, a tenth of it in one thread.
DESK = Kind(SLUG, lambda scene: scene.threads, Teller)


def load(
    database_url: str, rows: int, seed: int, progress: Progress = lambda step, done, of: None, kind: Kind = DESK
) -> bool:
    """A database with that many comments, at this release; ``False`` when it had them. ``ConfigurationError`` for one
    that holds anything else: nothing is ever loaded beside what readers have sent. Sites that a measurement has made
    for itself (``bench-1``) are nothing else.
    """
    # Its own ids too fall by the seed.
    container = build(settings_of(database_url, seed), clock=lambda: START, new_id=Dice(seed, 1 << 40).id_at)
    try:
        if container.schema.current() != container.schema.head():
            container.schema.upgrade()
        if _is_loaded(container, rows, kind):
            return False
        _fill(container, _UnitsOfWork(database_url), rows, seed, progress, kind)
    finally:
        container.close()
    return True


def _is_loaded(container: Container, rows: int, kind: Kind) -> bool:
    found = container.reader.run(site_setup.list_sites)
    if not found:
        return False
    sites = [site for site in found if not site.slug.startswith(f"{SLUG}-")]
    held = container.reader.run(lambda s: bulk.count_comments(s, sites[0].id)) if sites else 0
    # The name is given when everything else is done.
    if [(site.slug, site.name) for site in sites] == [(SLUG, kind.name)] and held == rows:
        return True
    raise ConfigurationError(f"The database holds something else than {rows} comments of a load; name an empty one.")


class _UnitsOfWork:
    def __init__(self, database_url: str) -> None:
        self.engine = write_engine(database_url)
        self.plain = UnitOfWork(self.engine, lambda session: None)
        self.building = UnitOfWork(self.engine, partial(rebuild_marked, new_id=Uuid7(), clock=utc_now))


def _fill(
    container: Container, write: _UnitsOfWork, rows: int, seed: int, progress: Progress, kind: Kind
) -> None:
    scene = _set_scene(container, rows, seed)
    threads = kind.threads(scene)
    for first in range(0, threads, BATCH):
        made = [scene.thread_row(n) for n in range(first, min(first + BATCH, threads))]
        write.plain.run(lambda session, of=made: bulk.add(session, Thread, of))  # type: ignore[misc]
    # A story holds no ring, and looking for rings among so many rows takes a third of the time.
    gc.disable()
    try:
        marked = _tell(write.plain, scene, progress, kind.teller(scene))
    finally:
        gc.enable()
    for first in range(0, len(marked), _TOGETHER):
        piece = marked[first : first + _TOGETHER]
        write.building.run(lambda session, of=piece: _mark(session, scene.site, of))  # type: ignore[misc]
        progress("pages", first + len(piece), len(marked))
    bulk.settle(write.plain)
    container.manage_sites.set_policy(SLUG, {}, name=kind.name)
    write.engine.dispose()


def _tell(uow: UnitOfWork, scene: Scene, progress: Progress, teller: Tells) -> list[UUID]:
    """Stores all comments; one public one of each thread that has any."""
    public = dict[UUID, UUID]()
    for first in range(0, scene.rows, BATCH):
        stories = [teller.tell(number) for number in range(first, min(first + BATCH, scene.rows))]
        uow.run(lambda session, told=stories: _store(session, told))  # type: ignore[misc]
        public.update((s.comment["thread_id"], s.id) for s in stories if s.comment["status"] == Status.APPROVED)
        progress("comments", first + len(stories), scene.rows)
    return list(public.values())


def _set_scene(container: Container, rows: int, seed: int) -> Scene:
    site = container.manage_sites.create(SLUG, "unfinished", {"origins": [ORIGIN]})
    staff = []
    for login in STAFF:
        made = container.manage_staff.create_moderator(login, login.title(), new_password(), "admin", [SLUG])
        staff.append(Actor(ActorKind.MODERATOR, made.id, made.name))
    return Scene(rows, seed, site.id, tuple(staff), container.vault, container.signer)


def _store(session: Session, stories: Iterable[Story]) -> None:
    told = list(stories)
    bulk.prepare(session)
    for row in (row for story in told for row in story.rows[SearchText]):
        row["id"] = search.number_for(session, row["comment_id"])
    for kind in ORDER:
        bulk.add(session, kind, [row for story in told for row in story.rows[kind]])


def _mark(session: Session, site: UUID, ids: Iterable[UUID]) -> None:
    """The product builds the pages itself: of a thread that has none, all of them."""
    bulk.prepare(session)
    for comment_id in ids:
        comment: Comment | None = comments.find(session, site, comment_id)
        assert comment is not None
        mark(session, comment)
