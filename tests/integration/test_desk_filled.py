"""An installation that was there before the desk: what it holds is found and ordered as if it had come today."""

from __future__ import annotations

import random

from sqlalchemy import text

from service.domain.moderation import Action
from service.storage import migrations
from service.storage.engine import write_engine
from tests.newsroom import Newsroom

DESK = "SELECT id, rank, moderated_by, moderated_reason FROM comment ORDER BY id"
WORDS = "SELECT comment_id, words, names FROM search_text ORDER BY comment_id"


def test_what_was_there_before_is_filled_in(newsroom: Newsroom, database_url: str) -> None:
    dice = random.Random(2)
    for number in range(12):
        comment = newsroom.pending(body=f"تعليق {number % 5} عن النهر", name=f"قارئ {number}")
        if number % 2:
            decision = newsroom.decide(comment, dice.choice([Action.APPROVE, Action.SPAM]))
            if number % 3 == 0:
                newsroom.container.undo_decision.undo(newsroom.principal, decision.id)
        elif number % 4 == 0:
            newsroom.decide(comment, Action.REJECT, 1, "hate")
    reported = newsroom.approved()
    newsroom.container.flag_comment.flag("demo", reported, "spam", "net")
    newsroom.container.amend_comment.amend(
        "demo", newsroom.container.signer.receipt(reported, 0), {"body": "نص ثانٍ"}
    )
    erased = newsroom.approved()
    newsroom.container.erase_comment.erase("demo", newsroom.container.signer.receipt(erased, 0))
    desk, found = newsroom.sql(DESK), newsroom.sql(WORDS)
    assert len(found) == 13
    engine = write_engine(database_url)
    migrations.downgrade(engine, "0007")
    with engine.begin() as connection:
        connection.execute(text("UPDATE comment SET rank = 7, moderated_by = NULL, moderated_reason = NULL"))
        connection.execute(text("DELETE FROM search_text"))
    assert newsroom.sql(DESK) != desk
    migrations.upgrade(engine)
    engine.dispose()
    assert newsroom.sql(WORDS) == found
    assert newsroom.sql(DESK) == desk
