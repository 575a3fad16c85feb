"""How a thread is cut into pages."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from service.domain.snapshot import MAX_COMMENTS, MAX_ROOTS, PublicComment, cut

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def discussion(sizes: list[int]) -> list[PublicComment]:
    """Comments of roots with so many replies each."""
    comments, number = [], 1
    for replies in sizes:
        root = UUID(int=number)
        for _ in range(replies + 1):
            comment_id = UUID(int=number)
            parent = None if comment_id == root else root
            comments.append(
                PublicComment(comment_id, parent, root, "n", None, "t", "h", "ltr", None, NOW, None, False, "a")
            )
            number += 1
    return comments


@given(st.lists(st.integers(0, 130), max_size=120), st.booleans())
def test_pages_hold_everything_once_in_order_and_within_limits(sizes: list[int], last: bool) -> None:
    comments = discussion(sizes)
    pages = cut(comments, last=last)
    assert [c for page in pages for c in page] == comments
    assert all(pages) or pages == [[]]
    for page in pages:
        assert len(page) <= MAX_COMMENTS
        assert len({c.root for c in page}) <= MAX_ROOTS


def test_a_discussion_that_fits_on_a_page_is_not_torn() -> None:
    pages = cut(discussion([60, 50]), last=True)
    assert [len(p) for p in pages] == [61, 51]


def test_a_page_overflowing_in_the_middle_is_halved() -> None:
    sizes = [len(p) for p in cut(discussion([1] * 50 + [0]), last=False)]
    assert len(sizes) == 2
    assert abs(sizes[0] - sizes[1]) <= 2
