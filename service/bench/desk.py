"""What is asked of the desk: the product's own queries and use cases, as the console calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

from service.bench.measure import Question
from service.bench.scene import HOT_KEY, SECTIONS, SLUG, STAFF, settings_of
from service.bench.stock import COMMON, LAST_NAMES, RARE
from service.bootstrap import Container, build
from service.domain.access import ROLES, Principal
from service.domain.desk import SORTS, VIEWS, Ask, read_ask
from service.domain.moderation import Action, Actor, ActorKind
from service.domain.ports import Clock
from service.gateways.clock import utc_now
from service.queries import queue, site_setup
from service.queries.cards import Card
from service.usecases.decide_comments import DecisionRequest

#: A filter each, and what it is asked with.
FILTERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("thread", "the one with a tenth of all", {"thread": HOT_KEY}),
    ("thread", "one of many", {"thread": "article-7"}),
    ("by", "one of six", {"by": STAFF[0]}),
    ("by", "nobody", {"by": "nobody"}),
    ("section", "one of eight", {"section": SECTIONS[3]}),
    ("section", "one there is not", {"section": "none"}),
    ("finding", "of most", {"finding": "premoderation"}),
    ("finding", "of few", {"finding": "trap_filled"}),
    ("language", "of a third", {"language": "en"}),
    ("language", "of none", {"language": "tr"}),
    ("reason", "of some", {"reason": "libel"}),
    ("since", "a month ago", {"since": "2026-10-01"}),
    ("until", "half a year ago", {"until": "2026-05-01"}),
)
_WORDS = (
    ("a common word", COMMON["ar"]),
    ("the same without its article", COMMON["ar"].removeprefix("ال")),
    ("the same with its vowels", "النَّهْــر"),
    ("a rare word", RARE),
    ("no such word", "xyzzy"),
    ("two words", "river village"),
)


@dataclass
class Desk:
    """A moderator at the desk of one database. ``walks``: where each walk from page to page has come to."""

    container: Container
    site: UUID
    principal: Principal
    walks: dict[Ask, str | None] = field(default_factory=dict)
    waiting: dict[Ask, Iterator[Card]] = field(default_factory=dict)
    made: list[UUID] = field(default_factory=list)

    def page(self, ask: Ask, cursor: str | None) -> queue.QueuePage:
        return self.container.reader.run(lambda session: queue.queue_page(session, self.site, ask, cursor))

    def turn(self, ask: Ask) -> None:
        """The next page of a walk; behind the last one the first."""
        self.walks[ask] = self.page(ask, self.walks.get(ask)).next

    def find(self, ask: Ask) -> object:
        """Which comments are found for a page, without all that a card tells of each."""
        return self.container.reader.run(
            lambda session: queue.searched(session, self.site, ask, None, queue.PAGE_SIZE + 1)
        )

    def counts(self) -> dict[str, int]:
        return self.container.reader.run(lambda session: queue.view_counts(session, self.site))

    def next_of(self, ask: Ask) -> Card:
        """A comment that waits; when all have been given, the first again."""
        for _ in range(2):
            if (card := next(self.waiting.setdefault(ask, self._cards(ask)), None)) is not None:
                return card
            del self.waiting[ask]
        raise LookupError(f"nothing waits: {ask}")

    def decide(self, card: Card, action: Action, reason: str | None) -> None:
        request = DecisionRequest(card.id, action, card.version, reason)
        self.made.append(self.container.decide_comments.one(self.principal, request).id)

    def undo(self, decision: UUID) -> None:
        self.container.undo_decision.undo(self.principal, decision)

    def close(self) -> None:
        """Leaves the database as it was found, but for what the record tells."""
        for decision in self.made:
            self.undo(decision)
        self.container.close()

    def _cards(self, ask: Ask) -> Iterator[Card]:
        cursor: str | None = None
        while True:
            page = self.page(ask, cursor)
            yield from page.cards
            cursor = page.next
            if cursor is None:
                return


def open_desk(database_url: str, rows: int, seed: int, clock: Clock = utc_now) -> Desk:
    """The desk of a database that holds a load of ``rows``."""
    container = build(settings_of(database_url, seed), clock=clock)
    site = container.reader.run(lambda session: site_setup.site_view(session, SLUG))
    # Decisions of nobody's who has an account: they are taken back when all is done.
    actor = Actor(ActorKind.MODERATOR, UUID(int=rows), "bench")
    return Desk(container, site.id, Principal(actor, site.id, ROLES["admin"]))


def questions() -> list[Question[Desk]]:
    return [*_pages(), *_filtered(), *_searches(), *_decisions(), Question("counts of all views", "", _counts, True)]


def _pages() -> Iterator[Question[Desk]]:
    for view in VIEWS:
        for sort in SORTS:
            yield Question(f"{view}, {sort}", "", _page(Ask(view, sort)), limited=True)


def _filtered() -> Iterator[Question[Desk]]:
    for name, value, given in FILTERS:
        for view in VIEWS:
            for sort in SORTS:
                ask = replace(Ask(view, sort), **given)
                yield Question(f"filter {name}: {value}", f"{view}, {sort}", _page(ask), share=0.2)


def _searches() -> Iterator[Question[Desk]]:
    for name, words in _WORDS:
        for view in ("pending", "approved", "all"):
            for sort in ("oldest", "newest"):
                ask = read_ask({"search": words, "view": view, "sort": sort})
                yield Question(f"search: {name}, a page of cards", f"{view}, {sort}", _page(ask), share=0.5)
                yield Question(f"search: {name}, which they are", f"{view}, {sort}", _found(ask), share=0.5)
    for sort in ("oldest", "newest"):
        ask = read_ask({"author": LAST_NAMES["ar"][0], "view": "all", "sort": sort})
        yield Question("filter author", sort, _page(ask))


def _decisions() -> Iterator[Question[Desk]]:
    waiting = Ask("pending", "newest")
    for where, ask in (("", waiting), (" in the thread with a tenth of all", replace(waiting, thread=HOT_KEY))):
        for action, reason in ((Action.APPROVE, None), (Action.REJECT, "insult")):
            yield Question(f"{action}{where}", "", _decision(ask, action, reason), limited=True)
            yield Question(f"undo of {action}{where}", "", _undo, limited=True)


def _page(ask: Ask) -> Callable[[Desk], Callable[[], object]]:
    return lambda desk: lambda: desk.turn(ask)


def _found(ask: Ask) -> Callable[[Desk], Callable[[], object]]:
    return lambda desk: lambda: desk.find(ask)


def _counts(desk: Desk) -> Callable[[], object]:
    return desk.counts


def _decision(ask: Ask, action: Action, reason: str | None) -> Callable[[Desk], Callable[[], object]]:
    def ready(desk: Desk) -> Callable[[], object]:
        card = desk.next_of(ask)
        return lambda: desk.decide(card, action, reason)

    return ready


def _undo(desk: Desk) -> Callable[[], object]:
    decision = desk.made.pop()
    return lambda: desk.undo(decision)
