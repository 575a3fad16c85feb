"""What is asked about a comment as it comes in is led by an index to few rows, however many the site has."""

from __future__ import annotations

import re
import secrets

import pytest
from sqlalchemy import Engine, event

from service.domain.moderation import Status
from tests.newsroom import FIELDS, Newsroom, word
from tests.plans import plan_of

#: SQLite's ways to everything that a site has in one state, or has received in three days.
WHOLE = re.compile(r"ix_comment_site_id_status\w*|ix_comment_pending\w*|ix_likeness_site_id_at")

Asked = list[tuple[str, object]]


@pytest.fixture(params=["hold_all", "publish"])
def asked(request: pytest.FixtureRequest, newsroom: Newsroom) -> tuple[Engine, Asked]:
    """What a comment of many words asks, as the one of its network that the site has seen before."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": request.param})
    found: Asked = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith(("SELECT", "DELETE")):
            found.append((statement, parameters))

    for _ in range(2):
        sent = {
            **FIELDS,
            "body": " ".join(word() for _ in range(12)),
            "submission_id": secrets.token_urlsafe(24),
            "token": newsroom.form_token(),
        }
        event.listen(Engine, "before_cursor_execute", note)
        try:
            answer = newsroom.container.submit_comment.submit("demo", sent, "192.0.2.7/32")
        finally:
            event.remove(Engine, "before_cursor_execute", note)
    assert answer.status == (Status.APPROVED if request.param == "publish" else Status.PENDING)
    assert any("FROM likeness" in statement for statement, _ in found)
    return newsroom.container.reader.engine, found


def test_nothing_reads_a_whole_site(asked: tuple[Engine, Asked]) -> None:
    engine, statements = asked
    for statement, parameters in statements:
        plan = plan_of(engine, statement, parameters)
        if engine.dialect.name == "postgresql":
            assert "Seq Scan" not in plan, f"{statement}\n{plan}"
        # What is over is dropped by its moment, a few at a time.
        elif " <= " not in statement:
            assert not WHOLE.search(plan), f"{statement}\n{plan}"


def test_no_limit_has_sqlite_plan_a_statement_again(asked: tuple[Engine, Asked]) -> None:
    _, statements = asked
    assert [statement for statement, _ in statements if re.search(r"LIMIT (\?|%)", statement)] == []
