"""Threads that are told whole: all their comments are in one batch, and their pages are written with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from service.bench.dice import Dice
from service.bench.scene import END, Scene
from service.bench.story import Row, Story
from service.domain.moderation import Status
from service.domain.snapshot import FIRST, PublicComment, cut, digest, encode
from service.storage.revisions import Revision

#: Comments of which each thread holds all of its own, and of a thread, give or take chance.
BATCH, EACH = 5_000, 50
#: Behind the chance for all comments.
_PAGES = 1 << 42


def threads_of(rows: int) -> int:
    """How many threads so many comments have."""
    return -(-rows // EACH)


def even_thread(scene: Scene, number: int, dice: Dice) -> int:
    """The thread of a comment: of every ``BATCH`` that come one after the other in some of their own."""
    first = number // BATCH * BATCH
    return first // EACH + dice.below(-(-min(BATCH, scene.rows - first) // EACH))


def whole(scene: Scene, stories: Sequence[Story], first: int, count: int) -> tuple[list[Row], list[Row]]:
    """The rows of ``count`` threads from ``first`` on, and those of their pages, as the product builds them."""
    told: dict[UUID, list[Story]] = {scene.thread_id(n): [] for n in range(first, first + count)}
    for story in stories:
        told[story.comment["thread_id"]].append(story)
    threads, pages = [], []
    for number, (thread, of) in enumerate(told.items(), first):
        built = list(_pages(scene, thread, of, Dice(scene.seed, _PAGES + number)))
        shown = sum(page["comment_count"] for page in built)
        threads.append(scene.thread_row(number) | {"comment_count": shown, "version": len(built) and 1})
        pages += built
    return threads, pages


def _pages(scene: Scene, thread: UUID, stories: Iterable[Story], dice: Dice) -> Iterator[Row]:
    """None for a thread of which nothing has ever been public."""
    public = list(_public(stories))
    for place, chunk in enumerate(cut(public, last=True) if public else ()):
        root, first = chunk[0].key if place else (FIRST, FIRST)
        content = encode(chunk)
        yield {
            "id": dice.id_at(END),
            "site_id": scene.site,
            "thread_id": thread,
            "first_root": root,
            "first_id": first,
            "comment_count": len(chunk),
            "newest_id": max(c.id for c in chunk),
            "content": content,
            "digest": digest(content),
            "built_at": END,
        }


def _public(stories: Iterable[Story]) -> list[PublicComment]:
    """In thread order. Nothing in a load answers what its author took back, so of that no place stays."""
    shown = [_shown(story) for story in stories if story.comment["status"] == Status.APPROVED]
    return sorted(shown, key=lambda comment: comment.key)


def _shown(story: Story) -> PublicComment:
    comment = story.comment
    revision = story.rows[Revision][comment["published_revision"] - 1]
    return PublicComment(
        id=comment["id"],
        parent=comment["parent_id"],
        root=comment["root_id"],
        name=revision["name"],
        website=revision["website"],
        text=revision["source"],
        html=revision["html"],
        dir=revision["direction"],
        lang=revision["language"],
        created_at=comment["created_at"],
        edited_at=revision["created_at"] if revision["number"] > 1 else None,
        staff=False,
        avatar=comment["avatar"],
    )
