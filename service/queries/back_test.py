"""What a rule would have done: asked of the comments that people have decided, before it is written.

Two steps. The database picks out the comments whose words hold the letters of some phrase, by reading through the words
the search keeps anyway; what it picks is more than the rule sees, never less. Those are then looked at by the very
matcher that will look at new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.domain.rules import RuleDraft
from service.screening.outcome import Outcome
from service.screening.rules import Rule, RuleBook
from service.storage.comments import Comment
from service.storage.revisions import Revision
from service.storage.search import SearchText
from service.storage.threads import Thread
from service.text.fold import fold, folded
from service.text.phrases import Mode, forms
from service.text.words import MAX_LENGTH, words

#: Comments looked back over, from the newest; and what is looked at letter by letter, as much as a second allows.
LOOK_BACK, LOOKED_AT = 100_000, 2_000
#: With more phrases than so many the database cannot pick: then only so many comments are looked back over.
PICKED_BY, LOOK_BACK_LISTS = 60, 2_000
EXAMPLES = 5
DECIDED = (Status.APPROVED.value, Status.REJECTED.value, Status.SPAM.value)
_CHUNK = 500


@dataclass(frozen=True)
class Example:
    """``places``: what would be marked, in the text as typed."""

    comment: UUID
    status: str
    source: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class BackTest:
    """Of the newest ``decided`` comments that people have decided, those the rule would have seen something in, by how
    they were decided. Of each kind the newest are ``examples``; those approved come first: they would be its mistakes.
    """

    decided: int
    approved: int
    rejected: int
    spam: int
    examples: tuple[Example, ...]

    @property
    def matched(self) -> int:
        return self.approved + self.refused

    @property
    def refused(self) -> int:
        return self.rejected + self.spam


def back_test(
    session: Session, site_id: UUID, book: RuleBook, phrases: Sequence[str], language: str, section: str
) -> BackTest:
    """``book`` holds the one rule, of these ``phrases``; it is tried in ``section`` only, if it is given."""
    picking = len(phrases) <= PICKED_BY
    most = LOOK_BACK if picking else LOOK_BACK_LISTS
    oldest = _oldest(session, site_id, most)
    decided = most if oldest else _count_decided(session, site_id, None)
    picked = _picked(session, site_id, oldest, phrases if picking else (), language, section)
    counts = dict.fromkeys(DECIDED, 0)
    examples: dict[str, list[Example]] = {status: [] for status in DECIDED}
    for row in _texts(session, site_id, picked[:LOOKED_AT]):
        if book.sees(fold(row.source, language), section):
            counts[row.status] += 1
            if len(examples[row.status]) < EXAMPLES:
                found = book.find(folded(row.source, language), section)
                examples[row.status].append(Example(row.id, row.status, row.source, tuple(found[0].places)))
    if len(picked) > LOOKED_AT:
        # Letters that are everywhere: what is said is said of so far as was looked.
        decided = _count_decided(session, site_id, picked[LOOKED_AT - 1])
    shown = tuple(example for status in DECIDED for example in examples[status])
    return BackTest(decided, counts[DECIDED[0]], counts[DECIDED[1]], counts[DECIDED[2]], shown)


def _decided(site_id: UUID) -> ColumnElement[bool]:
    return and_(Comment.site_id == site_id, Comment.moderated_by.is_not(None), Comment.status.in_(DECIDED))


def _oldest(session: Session, site_id: UUID, most: int) -> UUID | None:
    """The oldest of the newest ``most`` comments that people have decided; ``None`` when there are not so many."""
    newest = select(Comment.id).where(_decided(site_id)).order_by(Comment.id.desc())
    return session.scalar(newest.offset(most - 1).limit(1))


def _count_decided(session: Session, site_id: UUID, oldest: UUID | None) -> int:
    counted = select(func.count()).where(_decided(site_id))
    return session.scalar(counted.where(Comment.id >= oldest) if oldest else counted) or 0


def _picked(
    session: Session, site_id: UUID, oldest: UUID | None, phrases: Sequence[str], language: str, section: str
) -> Sequence[UUID]:
    """The newest comments that may be seen, one more than are looked at."""
    wanted = (
        select(Comment.id)
        .join(SearchText, SearchText.comment_id == Comment.id)
        .where(_decided(site_id), SearchText.site_id == site_id)
    )
    if oldest:
        wanted = wanted.where(Comment.id >= oldest)
    if phrases:
        wanted = wanted.where(or_(*(_holds(text, language) for phrase in phrases for text in forms(phrase, language))))
    if section:
        wanted = wanted.join(Thread, Thread.id == Comment.thread_id).where(Thread.section == section)
    return session.scalars(wanted.order_by(Comment.id.desc()).limit(LOOKED_AT + 1)).all()


def _holds(phrase: str, language: str) -> ColumnElement[bool]:
    """Every word of it. Longer words are kept without their end."""
    parts = [word for word in words(phrase, language) if len(word) < MAX_LENGTH]
    return and_(*(SearchText.words.contains(part, autoescape=True) for part in parts))


def _texts(session: Session, site_id: UUID, ids: Sequence[UUID]) -> Iterator[Row[UUID, str, str]]:
    """What each said last, the newest first."""
    for first in range(0, len(ids), _CHUNK):
        yield from session.execute(
            select(Comment.id, Comment.status, Revision.source)
            .join(Revision, and_(Revision.comment_id == Comment.id, Revision.number == Comment.latest_revision))
            .where(Comment.site_id == site_id, Revision.site_id == site_id, Comment.id.in_(ids[first : first + _CHUNK]))
            .order_by(Comment.id.desc())
        )


def try_rule(session: Session, site_id: UUID, draft: RuleDraft, language: str) -> BackTest:
    """What a rule that says this would have seen."""
    rule = Rule(0, draft.phrases, Mode(draft.mode), Outcome.HOLD, None, draft.section, draft.exceptions)
    return back_test(session, site_id, RuleBook([rule], language), draft.phrases, language, draft.section)
