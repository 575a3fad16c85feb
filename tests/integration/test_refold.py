"""What is kept of texts for comparing, made anew when the rules of folding have changed."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest
from sqlalchemy import text, update

from service.domain.desk import read_ask
from service.queries import queue
from service.storage.revisions import Revision
from service.storage.search import SearchText
from service.text.fold import FOLD_VERSION
from service.usecases import refold_texts
from tests.newsroom import Newsroom


@pytest.fixture
def old(newsroom: Newsroom) -> list[UUID]:
    """Comments as a release with other rules has left them."""
    made = [newsroom.pending(body=f"الكَلْبُ رقم {n} عند النهر", name="سلمى") for n in range(5)]
    receipt = newsroom.container.signer.receipt(made[0], 0)
    newsroom.container.amend_comment.amend("demo", receipt, {"body": "القِطّة عند النهر"})
    with newsroom.container.refold_texts._uow.engine.begin() as connection:
        connection.execute(update(SearchText).values(words="old", names="old", fold_version=1))
        connection.execute(update(Revision).values(text_digest=b"old"))
    return made


def found(room: Newsroom, words: str) -> set[UUID]:
    ask = read_ask({"search": words, "view": "all"})
    site = room.site.id
    return {card.id for card in room.container.reader.run(lambda s: queue.queue_page(s, site, ask, None)).cards}


def test_older_comments_are_found_again_by_their_latest_text_and_name(newsroom: Newsroom, old: list[UUID]) -> None:
    refold = newsroom.container.refold_texts
    assert (refold.waiting(), found(newsroom, "كلب")) == (5, set())
    assert sum(refold.refold()) == 5
    assert found(newsroom, "كلب") == set(old[1:])
    assert found(newsroom, "قطه") == set(old[:1])
    assert found(newsroom, "author:سلمي") == set(old)
    assert (refold.waiting(), list(refold.refold())) == (0, [])


def test_repeated_texts_are_recognised_again(newsroom: Newsroom, old: list[UUID]) -> None:
    for _ in newsroom.container.refold_texts.refold():
        pass
    again = newsroom.pending(body="الكلب رقم ٣ عند النهر")
    # An earlier text of a comment that was edited since counts too.
    edited = newsroom.pending(body="الكلب رقم 0 عند النهر")
    seen = newsroom.sql("SELECT comment_id FROM finding WHERE code = 'duplicate_text'")
    assert {str(UUID(str(c))) for (c,) in seen} == {str(again), str(edited)}


def test_it_goes_on_where_it_was_stopped(
    newsroom: Newsroom, old: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refold_texts, "BATCH", 2)
    refold = newsroom.container.refold_texts
    assert list(itertools.islice(refold.refold(), 1)) == [2]
    assert refold.waiting() == 3
    assert list(refold.refold()) == [2, 1]


def test_what_was_erased_stays_away(newsroom: Newsroom, old: list[UUID]) -> None:
    newsroom.container.erase_comment.erase("demo", newsroom.container.signer.receipt(old[1], 0))
    for _ in newsroom.container.refold_texts.refold():
        pass
    assert found(newsroom, "نهر") == set(old) - {old[1]}
    with newsroom.container.refold_texts._uow.engine.begin() as connection:
        kept = connection.execute(text("SELECT count(*) FROM revision WHERE source = '' AND text_digest IS NOT NULL"))
        assert kept.scalar() == 0


def test_a_site_whose_language_was_changed_begins_again(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body="گربه")
    assert found(newsroom, "كربه") == {comment}
    newsroom.container.manage_sites.set_policy("demo", {"language": "fa"})
    newsroom.container.refold_texts.distrust("demo")
    assert sum(newsroom.container.refold_texts.refold()) == 1
    assert found(newsroom, "كربه") == set()
    assert found(newsroom, "گربه") == {comment}


def test_new_comments_are_kept_by_the_rules_of_today(newsroom: Newsroom) -> None:
    newsroom.pending()
    versions = newsroom.container.reader.run(lambda s: set(s.scalars(text("SELECT fold_version FROM search_text"))))
    assert versions == {FOLD_VERSION}
