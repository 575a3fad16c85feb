"""The rules of a site as its admins see them, with what each has seen and how often people agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.domain.rules import RuleDraft
from service.storage import word_rules
from service.storage.comments import Comment
from service.storage.word_rules import PAGE_SIZE, RuleHit, WordRule

#: Hits of one rule that are looked at, from the newest.
HITS_SEEN = 500


@dataclass(frozen=True)
class Record:
    """Of the newest ``HITS_SEEN`` comments that a rule has seen something in. ``decided``: those whose standing
    decision is a person's; what rules and programs decide says nothing about a rule. ``agreed``: of them, refused.
    """

    hits: int
    decided: int
    agreed: int
    more: bool

    @property
    def precision(self) -> float | None:
        return self.agreed / self.decided if self.decided else None


@dataclass(frozen=True)
class RuleView:
    number: int
    name: str
    phrase_count: int
    mode: str
    action: str
    reason: str | None
    section: str
    enabled: bool
    owner: str
    changed_at: datetime
    removed_at: datetime | None
    record: Record


@dataclass(frozen=True)
class RulePage:
    rules: Sequence[RuleView]
    next: int | None


def rule_page(session: Session, site_id: UUID, word: str, before: int | None, *, removed: bool = False) -> RulePage:
    """From the newest. ``before``: the number of the last rule of the page before."""
    rows = word_rules.list_page(session, site_id, word, before, removed=removed)
    shown = rows[:PAGE_SIZE]
    views = [_view(row, record_of(session, site_id, row.number)) for row in shown]
    return RulePage(views, shown[-1].number if len(rows) > PAGE_SIZE else None)


def record_of(session: Session, site_id: UUID, number: int) -> Record:
    newest = (
        select(RuleHit.comment_id)
        .where(RuleHit.site_id == site_id, RuleHit.number == number)
        .order_by(RuleHit.comment_id.desc())
        .limit(HITS_SEEN + 1)
        .subquery()
    )
    decided = Comment.moderated_by.is_not(None) & Comment.status.in_((Status.APPROVED, Status.REJECTED, Status.SPAM))
    refused = Comment.moderated_by.is_not(None) & Comment.status.in_((Status.REJECTED, Status.SPAM))
    hits, people, agreed = session.execute(
        select(func.count(), func.sum(case((decided, 1), else_=0)), func.sum(case((refused, 1), else_=0)))
        .select_from(newest)
        .join(Comment, Comment.id == newest.c.comment_id)
        .where(Comment.site_id == site_id)
    ).one()
    return Record(min(hits, HITS_SEEN), people or 0, agreed or 0, more=hits > HITS_SEEN)


def _view(row: WordRule, record: Record) -> RuleView:
    return RuleView(
        number=row.number,
        name=row.name,
        phrase_count=row.phrase_count,
        mode=row.mode,
        action=row.action,
        reason=row.reason,
        section=row.section,
        enabled=row.enabled,
        owner=row.owner_label,
        changed_at=row.changed_at,
        removed_at=row.removed_at,
        record=record,
    )


@dataclass(frozen=True)
class StoredRule:
    """``state``: ``on``, ``off`` or ``removed``; only what is on is looked for."""

    number: int
    draft: RuleDraft
    state: str


def stored_rule(session: Session, site_id: UUID, number: int) -> StoredRule:
    """What the rule says, with all its phrases; ``NotFoundError`` for one that is not the site's."""
    row = word_rules.get(session, site_id, number)
    draft = RuleDraft(
        row.name,
        tuple(row.lines.split("\n")),
        row.mode,
        row.action,
        row.reason,
        row.section,
        tuple(filter(None, row.exceptions.split("\n"))),
    )
    return StoredRule(number, draft, "removed" if row.removed_at else "on" if row.enabled else "off")
