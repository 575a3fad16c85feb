"""Fills an empty database with comments as the product would have written them, a few thousand at a time.

Its indexes and foreign keys are taken away before and made again behind: over so many rows that costs a fraction.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Protocol
from uuid import UUID

from service.bench.dice import Dice
from service.bench.scene import ORIGIN, SLUG, STAFF, START, Scene, settings_of
from service.bench.story import ORDER, Row, Story
from service.bench.telling import Teller
from service.bench.threads import BATCH, EACH, even_thread, threads_of, whole
from service.bootstrap import Container, build
from service.domain.credentials import new_password
from service.domain.errors import ConfigurationError
from service.domain.moderation import Actor, ActorKind, Status
from service.gateways.clock import Uuid7, utc_now
from service.queries import site_setup
from service.storage import bulk, comments, search
from service.storage.comments import Comment
from service.storage.engine import write_engine
from service.storage.pages import Page
from service.storage.search import SearchText
from service.storage.threads import Thread
from service.storage.uow import Session, UnitOfWork
from service.usecases.publish import mark, rebuild_marked

#: Threads whose pages are built in one transaction.
_TOGETHER = 200
#: Told the step and how far it has come, of how much.
Progress = Callable[[str, int, int], None]


class Tells(Protocol):
    def tell(self, number: int) -> Story:
        """The comment of that number, with all that has happened to it; asked in order from 0 on."""


@dataclass(frozen=True)
class Kind:
    """What a load is: its ``name``, with its size and seed, is its site's as soon as all of it is there, and tells it
    from any other. ``whole``: each batch holds all comments of its threads.
    """

    name: str
    threads: Callable[[Scene], int]
    teller: Callable[[Scene], Tells]
    whole: bool = False


#: What a desk is measured with: all that can have happened to a comment, a tenth of it in one thread.
DESK = Kind(SLUG, lambda scene: scene.threads, lambda scene: Teller(scene, scene.with_a_hot_one))
#: The same in threads of one size.
EVEN = Kind(
    f"{SLUG}, even",
    lambda scene: threads_of(scene.rows),
    lambda scene: Teller(scene, partial(even_thread, scene)),
    whole=True,
)


def load(
    database_url: str,
    rows: int,
    seed: int,
    progress: Progress = lambda step, done, of: None,
    kind: Kind = DESK,
    processes: int = 1,
) -> bool:
    """A database with that many comments, at this release; ``False`` when it had them. ``ConfigurationError`` for one
    that holds anything else: nothing is ever loaded beside what readers have sent. Sites that a measurement has made
    for itself (``bench-1``) are nothing else. ``processes``: so many tell whole threads side by side, on PostgreSQL.
    """
    # Its own ids too fall by the seed.
    container = build(settings_of(database_url, seed), clock=lambda: START, new_id=Dice(seed, 1 << 40).id_at)
    try:
        if container.schema.current() != container.schema.head():
            container.schema.upgrade()
        if _is_loaded(container, _name(kind, rows, seed)):
            return False
        _fill(container, _UnitsOfWork(database_url), rows, seed, progress, kind, processes)
    finally:
        container.close()
    return True


def bytes_of(database_url: str, seed: int) -> int:
    """What the database takes on disk."""
    container = build(settings_of(database_url, seed))
    try:
        return container.reader.run(bulk.bytes_on_disk)
    finally:
        container.close()


def _name(kind: Kind, rows: int, seed: int) -> str:
    return f"{kind.name}, {rows} comments, seed {seed}"


def _is_loaded(container: Container, name: str) -> bool:
    found = container.reader.run(site_setup.list_sites)
    if not found:
        return False
    sites = [site for site in found if not site.slug.startswith(f"{SLUG}-")]
    # The name is given when everything else is done.
    if [(site.slug, site.name) for site in sites] == [(SLUG, name)]:
        return True
    raise ConfigurationError(f"The database holds something else than the load {name!r}; name an empty one.")


class _UnitsOfWork:
    def __init__(self, database_url: str) -> None:
        self.engine = write_engine(database_url)
        self.plain = UnitOfWork(self.engine, lambda session: None)
        self.building = UnitOfWork(self.engine, partial(rebuild_marked, new_id=Uuid7(), clock=utc_now))


def _fill(
    container: Container,
    write: _UnitsOfWork,
    rows: int,
    seed: int,
    progress: Progress,
    kind: Kind,
    processes: int,
) -> None:
    scene = _set_scene(container, rows, seed)
    taken = write.plain.run(bulk.take_indexes)
    # A story holds no ring, and looking for rings among so many rows takes a third of the time.
    gc.disable()
    try:
        if kind.whole:
            marked = list[UUID]()
            _tell_whole(_Whole(write.plain, scene, kind), processes, progress)
        else:
            marked = _tell(write.plain, scene, progress, kind)
    finally:
        gc.enable()
    for number, statement in enumerate(taken, 1):
        write.plain.run(partial(bulk.make_index, statement=statement))
        progress("indexes", number, len(taken))
    for first in range(0, len(marked), _TOGETHER):
        piece = marked[first : first + _TOGETHER]
        write.building.run(partial(_mark, site=scene.site, ids=piece))
        progress("pages", first + len(piece), len(marked))
    bulk.settle(write.plain)
    container.manage_sites.set_policy(SLUG, {}, name=_name(kind, rows, seed))
    write.engine.dispose()


def _tell(uow: UnitOfWork, scene: Scene, progress: Progress, kind: Kind) -> list[UUID]:
    """Stores all comments; one public one of each thread that has any and no pages yet."""
    threads = kind.threads(scene)
    for first in range(0, threads, BATCH):
        made = [scene.thread_row(n) for n in range(first, min(first + BATCH, threads))]
        uow.run(partial(bulk.add, kind=Thread, rows=made))
    public, teller = dict[UUID, UUID](), kind.teller(scene)
    for first in range(0, scene.rows, BATCH):
        stories = [teller.tell(number) for number in range(first, min(first + BATCH, scene.rows))]
        uow.run(partial(_store, threads=(), stories=stories, pages=()))
        public.update((s.comment["thread_id"], s.id) for s in stories if s.comment["status"] == Status.APPROVED)
        progress("comments", first + len(stories), scene.rows)
    return list(public.values())


@dataclass(frozen=True)
class _Whole:
    """Tells batches of whole threads, in any order."""

    uow: UnitOfWork
    scene: Scene
    kind: Kind

    def tell(self, first: int) -> int:
        """How many comments the batch has that begins with number ``first``."""
        end, teller = min(first + BATCH, self.scene.rows), self.kind.teller(self.scene)
        stories = [teller.tell(number) for number in range(first, end)]
        threads, pages = whole(self.scene, stories, first // EACH, threads_of(len(stories)))
        self.uow.run(lambda session: _store(session, threads, stories, pages))
        return len(stories)


#: In a process that was forked to tell batches: those.
_FORKED: list[_Whole] = []


def _tell_forked(first: int) -> int:
    return _FORKED[0].tell(first)


def _tell_whole(batches: _Whole, processes: int, progress: Progress) -> None:
    rows, done = batches.scene.rows, 0
    firsts = range(0, rows, BATCH)
    with ExitStack() as kept:
        told: Iterable[int] = map(batches.tell, firsts)
        if processes > 1 and batches.uow.engine.dialect.name == "postgresql":
            # A fork has the keys, which no other process could be handed; connections it makes for itself.
            batches.uow.engine.dispose()
            pool = kept.enter_context(get_context("fork").Pool(processes, _FORKED.append, (batches,)))
            told = pool.imap_unordered(_tell_forked, firsts)
        for count in told:
            done += count
            progress("comments", done, rows)


def _set_scene(container: Container, rows: int, seed: int) -> Scene:
    site = container.manage_sites.create(SLUG, "unfinished", {"origins": [ORIGIN]})
    staff = []
    for login in STAFF:
        made = container.manage_staff.create_moderator(login, login.title(), new_password(), "admin", [SLUG])
        staff.append(Actor(ActorKind.MODERATOR, made.id, made.name))
    return Scene(rows, seed, site.id, tuple(staff), container.vault, container.signer)


def _store(session: Session, threads: Sequence[Row], stories: Sequence[Story], pages: Sequence[Row]) -> None:
    bulk.prepare(session)
    for row in (row for story in stories for row in story.rows[SearchText]):
        row["id"] = search.number_for(session, row["comment_id"])
    bulk.add(session, Thread, threads)
    for kind in ORDER:
        bulk.add(session, kind, [row for story in stories for row in story.rows[kind]])
    bulk.add(session, Page, pages)


def _mark(session: Session, site: UUID, ids: Iterable[UUID]) -> None:
    """The product builds the pages itself: of a thread that has none, all of them."""
    bulk.prepare(session)
    for comment_id in ids:
        comment: Comment | None = comments.find(session, site, comment_id)
        assert comment is not None
        mark(session, comment)
