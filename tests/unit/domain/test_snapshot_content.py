"""A page's content, read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.snapshot import PublicComment, decode, encode

NOW = datetime(2026, 1, 1, 12, 30, 5, 123_000, tzinfo=UTC)
#: What PostgreSQL takes and a page can hold: no NUL, no half of a pair.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@st.composite
def discussions(draw: st.DrawFn) -> list[PublicComment]:
    """Comments in thread order, with replies to whatever of their discussion stands before them."""
    comments = list[PublicComment]()
    for number in range(1, draw(st.integers(0, 12)) + 1):
        own = UUID(int=number)
        of_last = [c for c in comments if c.root == comments[-1].root]
        parent = draw(st.sampled_from([None, *of_last]))
        comments.append(
            PublicComment(
                id=own,
                parent=parent.id if parent else None,
                root=parent.root if parent else own,
                name=draw(TEXTS),
                website=draw(st.none() | TEXTS),
                text=draw(TEXTS),
                html=draw(TEXTS),
                dir=draw(st.sampled_from(["rtl", "ltr", "auto"])),
                lang=draw(st.sampled_from([None, "ar"])),
                created_at=NOW + timedelta(milliseconds=draw(st.integers(0, 2_000))),
                edited_at=draw(st.sampled_from([None, NOW])),
                staff=draw(st.booleans()),
                avatar=draw(st.sampled_from(["", "a1"])),
            )
        )
    return comments


@given(discussions())
def test_what_was_written_is_read(comments: list[PublicComment]) -> None:
    read = decode(encode(comments))
    assert read is not None
    assert [(c.key, c.gone, c.to_data()) for c in read] == [(c.key, c.gone, c.to_data()) for c in comments]
    assert encode(read) == encode(comments)


def _without(data: list[dict[str, Any]]) -> None:
    del data[0]["lang"]


def _with(data: list[dict[str, Any]]) -> None:
    data[1]["votes"] = 3


def _beheaded(data: list[dict[str, Any]]) -> None:
    del data[0]


@pytest.mark.parametrize("spoil", [_without, _with, _beheaded])
def test_what_does_not_tell_it_all_is_not_read(spoil: Callable[[list[dict[str, Any]]], None]) -> None:
    """A field fewer or more than this release knows, and a reply to what stands elsewhere."""
    one, two = UUID(int=1), UUID(int=2)
    root = PublicComment(one, None, one, "n", None, "t", "h", "ltr", None, NOW, None, False, "a")
    reply = PublicComment(two, one, one, "n", None, "t", "h", "ltr", None, NOW, None, False, "a")
    data = json.loads(encode([root, reply]))
    spoil(data)
    assert decode(json.dumps(data)) is None
