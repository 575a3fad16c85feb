"""What is known of who wrote a comment: what else is theirs, and how it was decided.

Only proof joins comments into one author. What came with the same address is counted apart: anybody can type it. The
address itself is in nothing that is handed out, nor is anything made from it; a comment's id leads to both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.domain.trust import Judgement, Level, Standing, stand
from service.queries import digest_reads
from service.queries.digest_reads import REJECTED, UNSEEN
from service.storage import track_records

#: Of one author, or one address, no more of the newest comments than these are looked at.
LOOKED = 200


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
    """``staff``: the newsroom's own reply. ``same_address`` is missing where there was no address or it is erased.
    ``judgements`` are moderators' on what is proven to be the author's, this comment too; ``level`` is what one of them
    has set. ``returns``: whoever wrote it has been given, or has, what proves that the next comment is theirs as well.
    ``author`` is for a keyed mark and never handed out.
    """

    author: UUID
    staff: bool
    proof: str
    first_seen: datetime
    own: Tally
    same_address: SameAddress | None
    judgements: tuple[Judgement, ...] = ()
    level: Level | None = None
    returns: bool = False

    def standing(self, now: datetime) -> Standing:
        return stand(self.judgements, self.proof, self.level, now)


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
    """The digest of each of the site's comments among ``ids``. Two statements for all of them, two more where an author
    is proven; an author or an address that has several of them is looked at once.
    """
    ask = _Ask(session, site_id)
    heads = ask.rows(digest_reads.heads, ids)
    proven = {head.author_id: head for head in heads if head.proof != "none"}
    groups = {_group(head): head for head in heads if head.fingerprint is not None}
    own = _windows(ask, digest_reads.own, proven)
    judged = track_records.judgements(session, site_id, list(proven))
    same = _windows(ask, digest_reads.same_address, groups)
    return {
        head.handle: Digest(
            author=head.author_id,
            staff=head.staff,
            proof=head.proof,
            first_seen=head.first_seen,
            own=own[head.author_id].without(head) if head.author_id in own else Tally(),
            same_address=_shared(same[_group(head)], head) if _group(head) in same else None,
            judgements=tuple(judged.get(head.author_id, ())),
            level=Level(head.level) if head.level else None,
            returns=head.generation is not None or head.proof != "none",
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


@dataclass(frozen=True)
class _Ask:
    session: Session
    site_id: UUID

    def rows(self, question: Callable[[], Select[Any]], ids: Sequence[UUID]) -> Sequence[Any]:
        """No statement for no ids."""
        given = {"site_id": self.site_id, "ids": ids, "looked": LOOKED}
        return self.session.execute(question(), given).all() if ids else []


def _windows(ask: _Ask, question: Callable[[], Select[Any]], asked: Mapping[Any, Any]) -> dict[Any, _Window]:
    by_handle = {head.handle: (group, head) for group, head in asked.items()}
    found = {}
    for row in ask.rows(question, list(by_handle)):
        group, head = by_handle[row.handle]
        words = Counter(row.words.split(",") if row.words else ())
        found[group] = _Window(head, words, row.edge, row.first_seen)
    return found


def _tally(words: Mapping[str, int], *, more: bool) -> Tally:
    reasons = {word.removeprefix(REJECTED): n for word, n in words.items() if word.startswith(REJECTED)}
    unseen = words.get(UNSEEN, 0)
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
