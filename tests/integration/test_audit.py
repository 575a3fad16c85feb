"""``taliq audit``: the log walked, summed up and taken along, against what somebody could do to it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from service.domain.moderation import Action
from service.queries import audit, decision_stream, heads
from service.storage import decisions
from service.storage.decisions import HASHED, chain_hash
from service.storage.engine import write_engine
from tests.integration.conftest import Run
from tests.newsroom import FIELDS, Newsroom
from tests.plans import plans, sorts_or_scans

#: The day the newsroom's clock stands on.
DAY = "2026-11-25"


@pytest.fixture
def taliq(newsroom: Newsroom, command_line: Callable[[str], Run]) -> Run:
    return command_line(newsroom.container.settings.database_url)


@pytest.fixture
def judged(newsroom: Newsroom) -> UUID:
    """A comment with an edit between its decisions, beside others: one waiting, one withdrawn, one undone, one of a
    batch and an edit that waits.
    """
    room = newsroom
    room.pending()
    taken = room.approved()
    room.container.withdraw_comment.withdraw("demo", room.container.signer.receipt(taken, 0))
    undone = room.decide(room.pending(), Action.SPAM)
    room.container.undo_decision.undo(room.principal, undone.id)
    edited = room.approved()
    amend(room, edited, "نصّ ينتظر")
    comment = room.approved()
    amend(room, comment, "نصّ ثانٍ")
    room.decide(comment, Action.APPROVE, 3)
    room.decide(comment, Action.REJECT, 4, "insult")
    room.decide(comment, Action.REOPEN, 5)
    return comment


def amend(room: Newsroom, comment: UUID, body: str) -> None:
    room.container.amend_comment.amend("demo", room.container.signer.receipt(comment, 0), {"body": body})


def tamper(room: Newsroom, *statements: str, **values: object) -> None:
    """What somebody could do who owns the database: no trigger and no foreign key stands in the way."""
    engine = write_engine(room.container.settings.database_url)
    off = {
        "postgresql": ["SET session_replication_role = replica"],
        "sqlite": [
            "PRAGMA foreign_keys = OFF",
            "DROP TRIGGER IF EXISTS decision_no_UPDATE",
            "DROP TRIGGER IF EXISTS decision_no_DELETE",
        ],
    }[engine.dialect.name]
    connection = engine.raw_connection()
    try:
        for command in off:
            connection.cursor().execute(command)
        for statement in statements:
            if engine.dialect.name == "postgresql":
                statement = re.sub(r":(\w+)", r"%(\1)s", statement)
            cursor = connection.cursor()
            cursor.execute(statement, values)
            assert cursor.rowcount
        connection.commit()
    finally:
        connection.close()
        engine.dispose()


def chain(room: Newsroom, comment: UUID) -> list[UUID]:
    with_ids = room.sql("SELECT id, subject_id FROM decision ORDER BY version_after")
    return [UUID(str(found)) for found, subject in with_ids if UUID(str(subject)) == comment]


def fault(room: Newsroom) -> tuple[str, UUID, UUID | None] | None:
    found = audit.verify(room.container.reader, None).fault
    return found and (found.what, found.subject, found.decision)


def bound(room: Newsroom, found: UUID) -> str:
    """An id as this database binds it."""
    return found.hex if "sqlite" in room.container.settings.database_url else str(found)


def test_a_log_that_nobody_touched_fits(newsroom: Newsroom, judged: UUID, taliq: Run) -> None:
    assert audit.verify(newsroom.container.reader, None) == audit.Audit(9, 4, None)
    assert taliq("audit", "verify") == (0, "9 decisions in 4 chains: nothing was altered\n", "")
    assert taliq("audit", "verify", "--site", "demo")[0] == 0
    assert taliq("audit", "verify", "--site", "nobody")[0] == 3


@pytest.mark.parametrize("batch", [1, 2, 3, 7])
def test_a_chain_that_runs_over_the_edge_of_a_batch_fits(
    newsroom: Newsroom, judged: UUID, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "BATCH", batch)
    told: list[int] = []
    assert audit.verify(newsroom.container.reader, None, told.append) == audit.Audit(9, 4, None)
    assert sum(told) == 9
    assert max(told) == batch


def test_what_is_decided_meanwhile_raises_no_alarm(
    newsroom: Newsroom, judged: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newsroom goes on between every two batches, on the comment that is being looked at."""
    monkeypatch.setattr(audit, "BATCH", 1)
    versions = iter(range(6, 12))

    def meanwhile(_rows: int) -> None:
        if version := next(versions, None):
            newsroom.decide(judged, Action.REOPEN if version % 2 else Action.APPROVE, version)

    found = audit.verify(newsroom.container.reader, None, meanwhile)
    assert (found.fault, found.chains) == (None, 4)
    assert found.decisions > 9


def test_a_row_that_cannot_be_read_is_named(small_newsroom: Newsroom, command_line: Callable[[str], Run]) -> None:
    """SQLite keeps a word in a column of times."""
    small_newsroom.approved()
    comment = small_newsroom.approved()
    small_newsroom.decide(comment, Action.SPAM, 2)
    ids = chain(small_newsroom, comment)
    tamper(small_newsroom, "UPDATE decision SET at = 'yesterday' WHERE id = :id", id=ids[1].hex)
    assert fault(small_newsroom) == ("unreadable", comment, ids[1])
    taliq = command_line(small_newsroom.container.settings.database_url)
    assert str(ids[1]) in taliq("audit", "verify")[2]


ALTERED = {
    "reason": ("UPDATE decision SET reason = 'other' WHERE id = :id", 2, "hash", 2),
    "actor": ("UPDATE decision SET actor_label = 'أحد آخر' WHERE id = :id", 1, "hash", 1),
    "undone back": ("UPDATE decision SET hash = prev_hash WHERE id = :id", 1, "hash", 1),
    "first taken out": ("DELETE FROM decision WHERE id = :id", 0, "link", 1),
    "one taken out": ("DELETE FROM decision WHERE id = :id", 2, "link", 3),
    "last taken out": ("DELETE FROM decision WHERE id = :id", 3, "comment_version", 2),
    "given to another site": ("UPDATE decision SET site_id = id WHERE id = :id", 1, "hash", 1),
}


@pytest.mark.parametrize("name", ALTERED)
def test_the_first_row_that_was_altered_is_named(
    newsroom: Newsroom, judged: UUID, taliq: Run, name: str
) -> None:
    statement, number, what, named = ALTERED[name]
    ids = chain(newsroom, judged)
    tamper(newsroom, statement, id=bound(newsroom, ids[number]))
    assert fault(newsroom) == (what, judged, ids[named])
    code, out, err = taliq("audit", "verify")
    assert (code, out) == (1, "")
    assert str(judged) in err
    assert str(ids[named]) in err
    assert f"({what})" in err


def test_rows_that_changed_places_do_not_fit(newsroom: Newsroom, judged: UUID) -> None:
    ids = chain(newsroom, judged)
    tamper(
        newsroom,
        "UPDATE decision SET version_after = 1000 WHERE id = :one",
        "UPDATE decision SET version_after = 5 WHERE id = :other",
        "UPDATE decision SET version_after = 4 WHERE id = :one",
        one=bound(newsroom, ids[2]),
        other=bound(newsroom, ids[1]),
    )
    # The one that came later stands in the place of the other.
    assert chain(newsroom, judged)[1] == ids[2]
    assert fault(newsroom) == ("hash", judged, ids[2])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("status = 'approved'", "comment_status"),
        ("version = version + 1", "comment_version"),
        ("published_revision = 1", "comment_published"),
        ("status = 'approved', version = version - 1", "comment_version"),
    ],
)
def test_a_comment_that_is_not_where_its_last_decision_left_it_is_named(
    newsroom: Newsroom, judged: UUID, change: str, what: str
) -> None:
    tamper(newsroom, f"UPDATE comment SET {change} WHERE id = :id", id=bound(newsroom, judged))
    assert fault(newsroom) == (what, judged, chain(newsroom, judged)[-1])


def test_a_comment_whose_whole_chain_is_gone_is_named(newsroom: Newsroom, judged: UUID, taliq: Run) -> None:
    tamper(newsroom, "DELETE FROM decision WHERE subject_id = :id", id=bound(newsroom, judged))
    assert fault(newsroom) == ("no_decision", judged, None)
    assert "no decision is left" in taliq("audit", "verify")[2]


def test_a_comment_published_past_the_log_is_named(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    tamper(newsroom, "UPDATE comment SET status = 'approved', published_revision = 1")
    assert fault(newsroom) == ("no_decision", comment, None)


def test_a_chain_without_its_comment_is_named(newsroom: Newsroom, judged: UUID) -> None:
    tamper(newsroom, "DELETE FROM comment WHERE id = :id", id=bound(newsroom, judged))
    assert fault(newsroom) == ("comment_missing", judged, chain(newsroom, judged)[-1])


@pytest.mark.parametrize("place", ["version", "before"])
def test_a_forged_row_with_a_fitting_hash_still_has_to_follow(
    newsroom: Newsroom, judged: UUID, place: str
) -> None:
    """The last row rewritten together with its hash: what it says does not follow from the row before it."""
    last = chain(newsroom, judged)[-1]
    change = "revision = 1" if place == "version" else "from_status = 'spam'"
    tamper(newsroom, f"UPDATE decision SET {change} WHERE id = :id", id=bound(newsroom, last))
    rehash(newsroom, last)
    assert fault(newsroom) == (place, judged, last)


def rehash(room: Newsroom, decision: UUID) -> None:
    row = room.container.reader.run(lambda s: decisions.get(s, room.site.id, decision))
    values = {"hash": chain_hash(row), "id": bound(room, decision)}
    tamper(room, "UPDATE decision SET hash = :hash WHERE id = :id", **values)


def test_of_one_site_only_that_one_is_judged(newsroom: Newsroom, judged: UUID, taliq: Run) -> None:
    newsroom.container.manage_sites.create("other", "أخرى", {})
    tamper(newsroom, "UPDATE comment SET status = 'spam' WHERE id = :id", id=bound(newsroom, judged))
    assert taliq("audit", "verify")[0] == 1
    assert taliq("audit", "verify", "--site", "demo")[0] == 1
    assert taliq("audit", "verify", "--site", "other") == (0, "0 decisions in 0 chains: nothing was altered\n", "")


def test_a_digest_can_be_computed_again_after_more_was_decided(
    newsroom: Newsroom, judged: UUID, taliq: Run, tmp_path: Path
) -> None:
    code, line, _ = taliq("audit", "digest", "--date", DAY)
    assert code == 0
    assert line.startswith("taliq-heads-1 site=demo decisions=9 heads=4 newest=")
    newsroom.clock.forward(days=1)
    newsroom.decide(judged, Action.APPROVE, 6)
    newsroom.decide(newsroom.pending(), Action.SPAM)
    assert taliq("audit", "digest", "--site", "demo", "--date", DAY)[1] == line
    later = taliq("audit", "digest", "--date", "2026-11-26")[1]
    assert "decisions=11 heads=5" in later
    kept = tmp_path / "kept.txt"
    kept.write_text(line + later, "utf-8")
    for against in (line, str(kept)):
        code, out, _ = taliq("audit", "verify", "--against", against)
        assert code == 0
        assert "demo: as it was" in out


def test_a_digest_as_of_a_moment_covers_what_was_decided_before_it(newsroom: Newsroom, judged: UUID) -> None:
    ask = newsroom.container.reader.run
    newest = ask(lambda s: heads.newest_before(s, newsroom.site.id, newsroom.clock()))
    assert newest == UUID(int=0)
    newsroom.clock.forward(seconds=1)
    assert ask(lambda s: heads.newest_before(s, newsroom.site.id, newsroom.clock())) != newest


def test_the_end_of_a_chain_cut_off_or_rewritten_whole_is_seen_against_a_digest(
    newsroom: Newsroom, judged: UUID, taliq: Run
) -> None:
    """Somebody takes out the last row and puts the comment back: what is left fits, and is not what was."""
    line = taliq("audit", "digest", "--date", DAY)[1]
    tamper(
        newsroom,
        "DELETE FROM decision WHERE id = :id",
        "UPDATE comment SET status = 'rejected', version = version - 1 WHERE id = :subject",
        id=bound(newsroom, chain(newsroom, judged)[-1]),
        subject=bound(newsroom, judged),
    )
    assert taliq("audit", "verify")[0] == 0
    code, _, err = taliq("audit", "verify", "--against", line)
    assert code == 1
    assert "9 decisions in 4 chains then, 8 in 4 now" in err


def test_what_is_no_digest_is_refused(newsroom: Newsroom, taliq: Run, tmp_path: Path) -> None:
    empty, wrong = tmp_path / "empty", tmp_path / "wrong"
    empty.write_text("\n")
    wrong.write_text("taliq-heads-1 site=demo\n")
    unknown = heads.Heads("nobody", 0, 0, UUID(int=0), "0" * 64).line()
    for against, code in (("nonsense", 2), (str(empty), 2), (str(wrong), 2), (unknown, 1)):
        assert taliq("audit", "verify", "--against", against)[0] == code
    assert taliq("audit", "verify", "--site", "demo", "--against", unknown)[0] == 2
    assert taliq("audit", "export", "--since", "yesterday")[0] == 2


def test_the_export_is_one_ordered_stream_from_which_the_chains_can_be_computed(
    newsroom: Newsroom, judged: UUID, taliq: Run
) -> None:
    newsroom.decide(newsroom.pending(**{**FIELDS, "name": "اسم-القارئة", "body": "نصّ-القارئة"}), Action.SPAM)
    code, out, _ = taliq("audit", "export")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [r["id"] for r in rows] == sorted(r["id"] for r in rows)
    assert len(rows) == 10
    for row in rows:
        facts = json.dumps([row[name] for name in HASHED], ensure_ascii=False, separators=(",", ":"))
        assert row["hash"] == hashlib.sha256(facts.encode()).hexdigest()
        assert row.keys() == {"site", *HASHED, "hash"}
    assert not any(private in out for private in ("اسم-القارئة", "نصّ-القارئة", "salma", "@"))


def test_the_export_begins_where_it_is_told_and_holds_one_site(newsroom: Newsroom, taliq: Run) -> None:
    newsroom.approved()
    newsroom.clock.forward(days=1)
    newsroom.approved()
    assert len(taliq("audit", "export", "--site", "demo")[1].splitlines()) == 2
    for since, number in ((DAY, 2), ("2026-11-26", 1), ("2026-11-26T09:00:00Z", 1), ("2026-11-26T12:00+02:00", 0)):
        assert len(taliq("audit", "export", "--since", since)[1].splitlines()) == number, since
    newsroom.container.manage_sites.create("other", "أخرى", {})
    assert taliq("audit", "export", "--site", "other") == (0, "", "")
    assert taliq("audit", "export", "--site", str(uuid4()))[0] == 3


def test_the_log_is_walked_by_its_indexes(newsroom: Newsroom, judged: UUID) -> None:
    """Batch after batch in index order: nothing is sorted, nothing is read twice."""
    key = (judged, 3)
    walks = [
        lambda s: audit._chained(s, key, audit.BATCH),
        lambda s: audit._bare(s, key),
        lambda s: audit._comments(s, judged),
        lambda s: heads._chained(s, key),
        lambda s: heads.newest_before(s, newsroom.site.id, newsroom.clock()),
        lambda s: decision_stream._after(s, newsroom.site.id, judged),
        lambda s: decision_stream._after(s, None, judged),
    ]
    for walk in walks:
        for plan in plans(newsroom, walk):
            assert sorts_or_scans(plan) == [], plan
