"""What a rule would have done: asked of the comments that people have decided, before it is written.

Two steps. The database picks out the comments whose words hold the letters of some phrase, by reading through the words
the search keeps anyway; what it picks is more than the rule sees, never less. Those are then looked at by the very
matcher that will look at new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, true
from sqlalchemy.orm import Session

from service.domain.moderation import Status
from service.domain.rules import RuleDraft
from service.domain.standing import standing
from service.screening.outcome import Outcome
from service.screening.rules import Rule, RuleBook
from service.storage.comments import Comment
from service.storage.decisions import Decision
from service.storage.revisions import Revision
from service.storage.search import SearchText
from service.storage.threads import Thread
from service.text.fold import fold, folded
from service.text.phrases import Mode, forms
from service.text.words import MAX_LENGTH, words

#: Comments looked back over, from the newest; and what is looked at letter by letter, as much as a second allows.
LOOK_BACK, LOOKED_AT = 100_000, 4_000
#: With more phrases than so many the database cannot pick: then only so many comments are looked back over.
PICKED_BY, LOOK_BACK_LISTS = 60, 2_000
#: Times the database looks for a word in a comment, as often as a second and a half allows. Twenty words are looked for
#: in the newest 75,000 comments, and fifteen in all.
LOOKED_FOR = 1_500_000
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
    """Of the newest ``decided`` comments that people have decided, in the section if one is given, those the rule would
    have seen something in, by how they were decided. Of each kind the newest are ``examples``; those approved come
    first: they would be its mistakes.
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
    wanted = [_letters(phrase, language) for phrase in phrases[: PICKED_BY + 1]]
    most = _reach(wanted)
    oldest = _oldest(session, site_id, section, most)
    decided = most if oldest else _count_decided(session, site_id, section, None)
    picked = _picked(session, site_id, section, oldest, wanted if most > LOOK_BACK_LISTS else ())
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
        decided = _count_decided(session, site_id, section, picked[LOOKED_AT - 1])
    shown = tuple(example for status in DECIDED for example in examples[status])
    return BackTest(decided, counts[DECIDED[0]], counts[DECIDED[1]], counts[DECIDED[2]], shown)


def _letters(phrase: str, language: str) -> list[str]:
    """Words that a text holds, each inside of one of its own, wherever it holds the phrase in any of its forms: those
    of a feminine ة have all before it in common. Longer words are kept without their end.
    """
    text, *others = forms(phrase, language)
    return [word for word in words(text[:-1] if others else text, language) if len(word) < MAX_LENGTH]


def _reach(wanted: Sequence[Sequence[str]]) -> int:
    """How many comments are looked back over: the fewer, the more is looked for in each."""
    if len(wanted) > PICKED_BY:
        return LOOK_BACK_LISTS
    return max(LOOK_BACK_LISTS, min(LOOK_BACK, LOOKED_FOR // max(1, sum(map(len, wanted)))))


def _decided(site_id: UUID, section: str) -> ColumnElement[bool]:
    past = and_(Comment.site_id == site_id, Comment.moderated_by.is_not(None), Comment.status.in_(DECIDED))
    if not section:
        return past
    threads = select(Thread.id).where(Thread.site_id == site_id, Thread.section == section)
    return and_(past, Comment.thread_id.in_(threads))


def _oldest(session: Session, site_id: UUID, section: str, most: int) -> UUID | None:
    """The oldest of the newest ``most`` comments that people have decided; ``None`` when there are not so many."""
    newest = select(Comment.id).where(_decided(site_id, section)).order_by(Comment.id.desc())
    return session.scalar(newest.offset(most - 1).limit(1))


def _count_decided(session: Session, site_id: UUID, section: str, oldest: UUID | None) -> int:
    counted = select(func.count()).where(_decided(site_id, section))
    return session.scalar(counted.where(Comment.id >= oldest) if oldest else counted) or 0


def _picked(
    session: Session, site_id: UUID, section: str, oldest: UUID | None, wanted: Sequence[Sequence[str]]
) -> Sequence[UUID]:
    """The newest comments that may be seen, one more than are looked at. The search knows a comment by its last text:
    one that may have been decided by another is picked unseen.
    """
    picked = (
        select(Comment.id)
        .join(SearchText, SearchText.comment_id == Comment.id)
        .where(_decided(site_id, section), SearchText.site_id == site_id)
    )
    if oldest:
        picked = picked.where(Comment.id >= oldest)
    if wanted:
        shown = Comment.published_revision
        otherwise = and_(Comment.latest_revision > 1, or_(shown.is_(None), shown < Comment.latest_revision))
        picked = picked.where(or_(otherwise, *map(_holds, wanted)))
    return session.scalars(picked.order_by(Comment.id.desc()).limit(LOOKED_AT + 1)).all()


def _holds(parts: Sequence[str]) -> ColumnElement[bool]:
    return and_(true(), *(SearchText.words.contains(part, autoescape=True) for part in parts))


def _texts(session: Session, site_id: UUID, ids: Sequence[UUID]) -> Iterator[Row[UUID, str, str, int, int]]:
    """What each said when it was decided as it stands, the newest first."""
    for first in range(0, len(ids), _CHUNK):
        chunk = ids[first : first + _CHUNK]
        judged = _judged(session, site_id, chunk)
        rows = session.execute(
            select(Comment.id, Comment.status, Revision.source, Revision.number, Comment.latest_revision)
            .join(Revision, Revision.comment_id == Comment.id)
            .where(Comment.site_id == site_id, Revision.site_id == site_id, Comment.id.in_(chunk))
            .order_by(Comment.id.desc())
        )
        yield from (row for row in rows if row.number == judged.get(row.id, row.latest_revision))


def _judged(session: Session, site_id: UUID, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Of those that have had more than one text, the one that the standing decision is about."""
    chains: dict[tuple[UUID, int], list[Decision]] = {}
    for version, decision in session.execute(
        select(Comment.version, Decision)
        .join(Decision, Decision.subject_id == Comment.id)
        .where(Comment.site_id == site_id, Decision.site_id == site_id)
        .where(Comment.id.in_(ids), Comment.latest_revision > 1)
        .order_by(Decision.subject_id, Decision.version_after)
    ):
        chains.setdefault((decision.subject_id, version), []).append(decision)
    stands = {comment: standing(chain, version) for (comment, version), chain in chains.items()}
    return {comment: decision.revision for comment, decision in stands.items() if decision}


def try_rule(session: Session, site_id: UUID, draft: RuleDraft, language: str) -> BackTest:
    """What a rule that says this would have seen."""
    rule = Rule(0, draft.phrases, Mode(draft.mode), Outcome.HOLD, None, draft.section, draft.exceptions)
    return back_test(session, site_id, RuleBook([rule], language), draft.phrases, language, draft.section)
