"""The page of one comment tells how its texts differ."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from service.domain.moderation import Action
from tests.newsroom import Newsroom
from tests.web.test_console import sign_in


def amend(room: Newsroom, comment: UUID, body: str) -> None:
    room.container.amend_comment.amend("demo", room.container.signer.receipt(comment, 0), {"body": body})


def texts(room: Newsroom, comment: UUID, lang: str = "en") -> list[str]:
    html = sign_in(room, lang=lang).get(f"/console/comments/{comment}").get_data(as_text=True)
    return html.partition('<ol class="revisions">')[2].partition("</ol>")[0].split("<li>")[1:]


def test_a_comment_of_one_text_has_nothing_to_compare(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved()
    html = sign_in(small_newsroom).get(f"/console/comments/{comment}").get_data(as_text=True)
    assert 'class="revisions"' not in html


def test_every_text_says_when_whose_and_what_changed(newsroom: Newsroom) -> None:
    comment = newsroom.approved(body="النهر بين سدّين <b>قديم</b>")
    newsroom.clock.forward(minutes=5)
    amend(newsroom, comment, "النهر الكبير بين سدّين")
    first, second = texts(newsroom, comment)
    assert "&lt;b&gt;قديم&lt;/b&gt;" in first
    assert "<ins>" not in first + first
    assert "Readers see this" in first
    assert "Readers see this" not in second
    assert re.search(r"<ins>.*\[added:\].*الكبير<.*\[end\].*</ins> ", second)
    assert re.search(r"<del>.*\[removed:\].*&lt;b&gt;قديم&lt;/b&gt;", second)
    assert "The author" in second
    assert "09:05 UTC" in second
    assert 'dir="rtl"' in second
    newsroom.decide(comment, Action.APPROVE, 3)
    assert "Readers see this" in texts(newsroom, comment)[1]
    assert "[أُضيف:]" in texts(newsroom, comment, "ar")[1]


def test_what_is_hidden_is_seen_there_too(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.pending(body="قبل بعد")
    amend(small_newsroom, comment, "قبل \u202e بعد")
    second = texts(small_newsroom, comment)[1]
    assert "[U+202E]" in second
    assert "\u202e" not in second


def test_nothing_is_left_of_erased_texts(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved(body="كلام أوّل")
    amend(small_newsroom, comment, "كلام ثانٍ")
    small_newsroom.container.erase_comment.erase("demo", small_newsroom.container.signer.receipt(comment, 0))
    told = texts(small_newsroom, comment)
    assert len(told) == 2
    assert not any("كلام" in text or "differing" in text for text in told)


@pytest.mark.parametrize("number", [20])
def test_the_most_texts_a_comment_can_have_are_shown(small_newsroom: Newsroom, number: int) -> None:
    comment = small_newsroom.pending(body="نصّ 1")
    for n in range(2, number + 1):
        amend(small_newsroom, comment, f"نصّ {n}")
    assert len(texts(small_newsroom, comment)) == number
