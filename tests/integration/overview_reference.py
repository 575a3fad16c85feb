"""The overview counted by hand: plain loops over whole tables, sharing no line with the query it judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import select

from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.findings import Finding
from service.storage.threads import Thread
from tests.newsroom import Newsroom

Shares = dict[str, tuple[int, int, int, timedelta | None]]


@dataclass
class Tables:
    comments: list[Comment]
    decisions: list[Decision]
    findings: list[Finding]
    threads: dict[UUID, Thread]


def read(room: Newsroom, site: UUID) -> Tables:
    def all_of(session: Any, kind: Any) -> list[Any]:
        return [row for row in session.scalars(select(kind)) if row.site_id == site]

    return room.container.reader.run(
        lambda s: Tables(
            all_of(s, Comment), all_of(s, Decision), all_of(s, Finding), {t.id: t for t in all_of(s, Thread)}
        )
    )


def bucket_counts(tables: Tables, starts: list[datetime], unit: timedelta) -> list[tuple[int, int]]:
    judged = [d for d in tables.decisions if is_judgement(tables, d)]
    readers = [c for c in tables.comments if c.staff_id is None]
    return [
        (
            sum(start <= c.created_at < start + unit for c in readers),
            sum(start <= d.at < start + unit for d in judged),
        )
        for start in starts
    ]


def is_judgement(tables: Tables, decision: Decision) -> bool:
    if decision.actor_kind not in ("moderator", "token"):
        return False
    if decision.action not in ("approve", "reject", "spam", "reopen"):
        return False
    (comment,) = [c for c in tables.comments if c.id == decision.subject_id]
    return not (comment.staff_id is not None and comment.staff_id == decision.actor_id and decision.version == 1)


def pending_at(tables: Tables, moment: datetime) -> int:
    """What waited after everything up to and including ``moment``, from the chains."""
    waiting = 0
    for comment in tables.comments:
        if comment.created_at > moment:
            continue
        chain = sorted((d for d in tables.decisions if d.subject_id == comment.id), key=lambda d: d.version_after)
        last = [d.to_status for d in chain if d.at <= moment][-1:]
        waiting += (last or ["pending"]) == ["pending"]
    return waiting


def shares(tables: Tables, since: datetime, by: str) -> Shares:
    groups: dict[str, list[Comment]] = {}
    for comment in tables.comments:
        if comment.staff_id is None and comment.created_at >= since:
            thread = tables.threads[comment.thread_id]
            groups.setdefault(thread.title if by == "thread" else thread.section, []).append(comment)
    return {name: _share(tables, inside) for name, inside in groups.items()}


def _share(tables: Tables, inside: list[Comment]) -> tuple[int, int, int, timedelta | None]:
    waits = []
    for comment in inside:
        judged = [
            d.at
            for d in tables.decisions
            if d.subject_id == comment.id and d.actor_kind == "moderator" and is_judgement(tables, d)
        ]
        if judged:
            waits.append((min(judged) - comment.created_at).total_seconds())
    return (
        len(inside),
        sum(c.status == "approved" for c in inside),
        sum(c.status in ("rejected", "spam") for c in inside),
        timedelta(seconds=median(waits)) if waits else None,
    )


def by_finding(tables: Tables, since: datetime) -> dict[str, tuple[int, int, int]]:
    found = {}
    for code in {f.code for f in tables.findings}:
        spoken = {(f.comment_id, f.revision) for f in tables.findings if f.code == code}
        inside = [
            c
            for c in tables.comments
            if c.staff_id is None and c.created_at >= since and (c.id, c.latest_revision) in spoken
        ]
        if inside:
            found[code] = (
                len(inside),
                sum(c.status == "approved" for c in inside),
                sum(c.status in ("rejected", "spam") for c in inside),
            )
    return found


def loads(tables: Tables, since: datetime) -> dict[UUID, tuple[int, int, int]]:
    """Decisions, hours with one, and how many do not stand."""
    found: dict[UUID, tuple[int, int, int]] = {}
    mine = [d for d in tables.decisions if d.actor_kind == "moderator" and is_judgement(tables, d) and d.at >= since]
    for person in {d.actor_id for d in mine if d.actor_id}:
        theirs = [d for d in mine if d.actor_id == person]
        hours = {d.at.strftime("%Y-%m-%d %H") for d in theirs}
        found[person] = (len(theirs), len(hours), sum(not stands(tables, d) for d in theirs))
    return found


def stands(tables: Tables, decision: Decision) -> bool:
    """Nobody has undone it, or every undo of it was undone in its turn."""
    return not any(stands(tables, other) for other in tables.decisions if other.undoes == decision.id)
