"""What is known of who wrote a comment: what else is theirs, and how it was decided.

Only proof joins comments into one author. What came with the same address is counted apart: anybody can type it. The
address itself is in nothing that is handed out, nor is anything made from it; a comment's id leads to both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, outerjoin, select
from sqlalchemy.orm import Session, aliased

from service.domain.moderation import Action, ActorKind, Status
from service.storage.authors import Author
from service.storage.comments import Comment
from service.storage.contacts import Contact
from service.storage.decisions import Decision

#: Of one author, or one address, no more of the newest comments than these are looked at.
LOOKED = 200
#: How a comment stands, in a word: its status, or one of these.
_UNSEEN, _REJECTED = "unseen", "rejected:"


@dataclass(frozen=True)
class Tally:
    """How other comments stand. ``unseen``: of the approved ones those that no moderator has looked at. ``reasons``: of
    the rejected ones. ``more``: there are more than ``LOOKED``, and only the newest of them were counted.
    """

    approved: int = 0
    unseen: int = 0
    rejected: int = 0
    spam: int = 0
    waiting: int = 0
    taken_back: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    more: bool = False

    @property
    def total(self) -> int:
        return self.approved + self.rejected + self.spam + self.waiting + self.taken_back


@dataclass(frozen=True)
class SameAddress:
    """Other comments under one typed address, but for those that are proven to be the author's."""

    tally: Tally
    first_seen: datetime


@dataclass(frozen=True)
class Digest:
    """``staff``: the newsroom's own reply. ``same_address`` is missing where there was no address or it is erased."""

    staff: bool
    proof: str
    first_seen: datetime
    own: Tally
    same_address: SameAddress | None


@dataclass(frozen=True)
class _Window:
    """The newest of an author's or an address's other comments. ``edge``: the first that is not among them."""

    asked: Any
    words: Counter[str]
    edge: UUID | None
    first_seen: datetime | None

    def without(self, head: Any) -> Tally:
        """As another comment of the same group sees it: with the one that was asked for, without itself."""
        words = self.words
        if head.handle != self.asked.handle:
            words = (words + self._within(self.asked)) - self._within(head)
        return _tally(words, more=self.edge is not None)

    def _within(self, head: Any) -> Counter[str]:
        return Counter([head.word] if self.edge is None or head.handle > self.edge else [])


def digests_of(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Digest]:
    """The digest of each of the site's comments among ``ids``. Two statements for all of them, one more where an author
    is proven; an author or an address that has several of them is looked at once.
    """
    heads = session.execute(_heads(site_id, ids)).all()
    proven = {head.author_id: head for head in heads if head.proof != "none"}
    groups = {_group(head): head for head in heads if head.fingerprint is not None}
    own = _windows(session, _own(site_id, [head.handle for head in proven.values()]), proven) if proven else {}
    same = _windows(session, _same_address(site_id, [h.handle for h in groups.values()]), groups) if groups else {}
    return {
        head.handle: Digest(
            staff=head.staff,
            proof=head.proof,
            first_seen=head.first_seen,
            own=own[head.author_id].without(head) if head.author_id in own else Tally(),
            same_address=_shared(same[_group(head)], head) if _group(head) in same else None,
        )
        for head in heads
    }


def _group(head: Any) -> tuple[bytes | None, UUID | None]:
    """Whoever is asked about the same comments: of one address, less what is proven to be an author's."""
    return head.fingerprint, head.author_id if head.proof != "none" else None


def _shared(window: _Window, head: Any) -> SameAddress:
    # Of a proven author none is among them, so there is nothing to leave out.
    tally = window.without(head) if head.proof == "none" else window.without(window.asked)
    return SameAddress(tally, window.first_seen or head.first_seen)


def _windows(session: Session, statement: Select[Any], asked: Mapping[Any, Any]) -> dict[Any, _Window]:
    by_handle = {head.handle: (group, head) for group, head in asked.items()}
    found = {}
    for row in session.execute(statement):
        group, head = by_handle[row.handle]
        words = Counter(row.words.split(",") if row.words else ())
        found[group] = _Window(head, words, row.edge, row.first_seen)
    return found


def _heads(site_id: UUID, ids: Sequence[UUID]) -> Select[Any]:
    facts: tuple[Any, ...] = (
        Comment.id.label("handle"),
        Comment.author_id,
        Comment.staff_id.is_not(None).label("staff"),
        Author.proof,
        Author.created_at.label("first_seen"),
        Contact.fingerprint,
        _word(site_id, Comment).label("word"),
    )
    return (
        select(*facts)
        .join(Author, Author.id == Comment.author_id)
        .outerjoin(Contact, and_(Contact.comment_id == Comment.id, Contact.site_id == site_id))
        .where(Comment.site_id == site_id, Comment.id.in_(ids))
    )


def _own(site_id: UUID, ids: Sequence[UUID]) -> Select[Any]:
    other = aliased(Comment)
    theirs = (
        select(other.id)
        .where(other.site_id == site_id, other.author_id == Comment.author_id)
        .order_by(other.id.desc())
        .correlate(Comment)
    )
    newest, counted = theirs.limit(LOOKED).subquery(), aliased(Comment)
    others = and_(counted.id == newest.c.id, counted.site_id == site_id, counted.id != Comment.id)
    words = _words(site_id, newest, counted, others)
    facts: tuple[Any, ...] = (
        Comment.id.label("handle"),
        words.correlate(Comment).scalar_subquery().label("words"),
        theirs.offset(LOOKED).limit(1).scalar_subquery().label("edge"),
        # That of the author is known.
        Comment.created_at.label("first_seen"),
    )
    return select(*facts).where(Comment.site_id == site_id, Comment.id.in_(ids))


def _same_address(site_id: UUID, ids: Sequence[UUID]) -> Select[Any]:
    other, oldest, first, counted = aliased(Contact), aliased(Contact), aliased(Comment), aliased(Comment)
    typed = (
        select(other.comment_id.label("id"))
        .where(other.site_id == site_id, other.fingerprint == Contact.fingerprint)
        .order_by(other.comment_id.desc())
        .correlate(Contact)
    )
    newest = typed.limit(LOOKED).subquery()
    others = and_(counted.id == newest.c.id, counted.site_id == site_id, counted.author_id != Comment.author_id)
    words = _words(site_id, newest, counted, others)
    first_seen = (
        select(first.created_at)
        .join(oldest, oldest.comment_id == first.id)
        .where(oldest.site_id == site_id, oldest.fingerprint == Contact.fingerprint)
        .order_by(oldest.comment_id)
        .limit(1)
        .correlate(Contact)
    )
    facts: tuple[Any, ...] = (
        Contact.comment_id.label("handle"),
        words.correlate(Contact, Comment).scalar_subquery().label("words"),
        typed.offset(LOOKED).limit(1).scalar_subquery().label("edge"),
        first_seen.scalar_subquery().label("first_seen"),
    )
    return (
        select(*facts)
        .join(Comment, Comment.id == Contact.comment_id)
        .where(Contact.site_id == site_id, Contact.comment_id.in_(ids))
    )


def _words(site_id: UUID, newest: Any, counted: Any, others: ColumnElement[bool]) -> Select[Any]:
    """An outer join, or SQLite may walk the whole site for comments and look for each among the newest."""
    joined = outerjoin(newest, counted, others)
    return select(func.aggregate_strings(_word(site_id, counted), ",")).select_from(joined)


def _word(site_id: UUID, comment: Any) -> ColumnElement[str]:
    """How one comment stands. Why it was rejected is known of a moderator's decision; a program's is in the log."""
    logged = (
        select(Decision.reason)
        .where(
            Decision.site_id == site_id,
            Decision.subject_id == comment.id,
            Decision.action == Action.REJECT.value,
            Decision.actor_kind != ActorKind.MODERATOR.value,
        )
        .order_by(Decision.version_after.desc())
        .limit(1)
        .correlate(comment)
        .scalar_subquery()
    )
    rejected = comment.status == Status.REJECTED.value
    unseen = and_(comment.status == Status.APPROVED.value, comment.moderated_by.is_(None))
    reason = func.coalesce(comment.moderated_reason, logged, "")
    return case((rejected, _REJECTED + reason), (unseen, _UNSEEN), else_=comment.status)


def _tally(words: Mapping[str, int], *, more: bool) -> Tally:
    reasons = {word.removeprefix(_REJECTED): n for word, n in words.items() if word.startswith(_REJECTED)}
    unseen = words.get(_UNSEEN, 0)
    return Tally(
        approved=words.get(Status.APPROVED, 0) + unseen,
        unseen=unseen,
        rejected=sum(reasons.values()),
        spam=words.get(Status.SPAM, 0),
        waiting=words.get(Status.PENDING, 0),
        taken_back=words.get(Status.WITHDRAWN, 0) + words.get(Status.ERASED, 0),
        reasons=dict(sorted(((r, n) for r, n in reasons.items() if r), key=lambda reason: -reason[1])),
        more=more,
    )
