"""Rules of words and phrases: one phrase, or a whole list with one action. Nothing a reader wrote is in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ForeignKey,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column, undefer

from service.domain.errors import NotFoundError
from service.domain.moderation import REASONS
from service.domain.rules import ACTIONS, MODES, RuleDraft
from service.storage.base import Base, ask
from service.storage.types import UtcDateTime, one_of
from service.text.fold import fold

PAGE_SIZE = 25
#: What of the folding a database can do while it reads: Arabic spellings of one word, and the signs on its letters.
_ALIKE = {char: fold(char, "ar") for char in "أإآٱىئؤة\u0621\u0640\u0670" + "".join(map(chr, range(0x064B, 0x0656)))}


class WordRule(Base):
    """``number`` counts within the site and is never given again: findings name it. ``lines``: a phrase each, as typed;
    read only when they are asked for, since a list may have a megabyte. ``removed_at``: it can be put back.
    """

    __tablename__ = "word_rule"
    __table_args__ = (
        one_of("mode", MODES, "mode"),
        one_of("action", ACTIONS, "action"),
        one_of("reason", REASONS, "reason"),
    )

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    lines: Mapped[str] = mapped_column(Text, deferred=True)
    phrase_count: Mapped[int] = mapped_column(Integer)
    mode: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    section: Mapped[str] = mapped_column(String(100))
    exceptions: Mapped[str] = mapped_column(Text)
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=true())
    owner_id: Mapped[UUID | None] = mapped_column()
    owner_label: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RuleHit(Base):
    """A comment that a rule has seen something in, once however many texts it has had."""

    __tablename__ = "word_rule_hit"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id"), primary_key=True)


class RuleStamp(Base):
    """What a site's rules are known by as they are now: another after every change, and never the same again."""

    __tablename__ = "word_rule_stamp"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    stamp: Mapped[UUID] = mapped_column()


def find_stamp(session: Session, site_id: UUID) -> UUID | None:
    """``None`` where there has never been a rule."""
    return ask(session, _stamp(), {"site": site_id}).scalar()


@cache
def _stamp() -> Select[UUID]:
    return select(RuleStamp.stamp).where(RuleStamp.site_id == bindparam("site"))


def stamp(session: Session, site_id: UUID, new: UUID) -> None:
    """The rules have changed. Changes of one site wait for each other here, to the end of the transaction."""
    row = session.scalar(select(RuleStamp).where(RuleStamp.site_id == site_id).with_for_update())
    if row is None:
        session.add(RuleStamp(site_id=site_id, stamp=new))
    else:
        row.stamp = new
    session.flush()


def next_number(session: Session, site_id: UUID) -> int:
    return (session.scalar(select(func.max(WordRule.number)).where(WordRule.site_id == site_id)) or 0) + 1


def get(session: Session, site_id: UUID, number: int) -> WordRule:
    """The rule with its phrases, or ``NotFoundError``."""
    found = session.scalar(
        select(WordRule).where(WordRule.site_id == site_id, WordRule.number == number).options(undefer(WordRule.lines))
    )
    if found is None:
        raise NotFoundError("rule_not_found")
    return found


def find_by_name(session: Session, site_id: UUID, name: str) -> WordRule | None:
    """The newest of that name that is not removed."""
    return session.scalar(
        select(WordRule)
        .where(WordRule.site_id == site_id, WordRule.name == name, WordRule.removed_at.is_(None))
        .order_by(WordRule.number.desc())
        .limit(1)
    )


def find_same(session: Session, site_id: UUID, draft: RuleDraft) -> int | None:
    """The number of a rule in force that says the very same."""
    return session.scalar(
        select(WordRule.number)
        .where(WordRule.site_id == site_id, WordRule.enabled.is_(True), WordRule.removed_at.is_(None))
        .where(WordRule.phrase_count == len(draft.phrases), WordRule.name == draft.name)
        .where(WordRule.mode == draft.mode, WordRule.action == draft.action, WordRule.section == draft.section)
        .where(WordRule.reason.is_not_distinct_from(draft.reason))
        .where(WordRule.lines == "\n".join(draft.phrases), WordRule.exceptions == "\n".join(draft.exceptions))
        .order_by(WordRule.number)
        .limit(1)
    )


def count(session: Session, site_id: UUID) -> int:
    """Without those removed."""
    kept = select(func.count()).where(WordRule.site_id == site_id, WordRule.removed_at.is_(None))
    return session.scalar(kept) or 0


def list_in_force(session: Session, site_id: UUID) -> Sequence[WordRule]:
    """Every one that is looked for, with its phrases."""
    return session.scalars(
        select(WordRule)
        .where(WordRule.site_id == site_id, WordRule.enabled.is_(True), WordRule.removed_at.is_(None))
        .order_by(WordRule.number)
        .options(undefer(WordRule.lines))
    ).all()


def list_page(session: Session, site_id: UUID, word: str, before: int | None, *, removed: bool) -> Sequence[WordRule]:
    """From the newest; one more than a page when there are more. ``word``: in the name, a phrase or the owner's name,
    however its hamza is written and its signs are set.
    """
    gone = WordRule.removed_at.is_not(None) if removed else WordRule.removed_at.is_(None)
    wanted = select(WordRule).where(WordRule.site_id == site_id, gone)
    if before is not None:
        wanted = wanted.where(WordRule.number < before)
    if word:
        columns = (WordRule.name, WordRule.lines, WordRule.owner_label)
        meant = "".join(_ALIKE.get(char, char) for char in word)
        wanted = wanted.where(or_(*(_alike(column).icontains(meant, autoescape=True) for column in columns)))
    return session.scalars(wanted.order_by(WordRule.number.desc()).limit(PAGE_SIZE + 1)).all()


def _alike(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    shown: ColumnElement[str] = column.expression
    for char, letter in _ALIKE.items():
        shown = func.replace(shown, char, letter, type_=Text)
    return shown


def note_hits(session: Session, site_id: UUID, comment_id: UUID, numbers: Sequence[int]) -> None:
    """The rules of these numbers have seen something in the comment; what is noted already stays noted once."""
    if not numbers:
        return
    known = set(
        session.scalars(
            select(RuleHit.number).where(
                RuleHit.site_id == site_id, RuleHit.comment_id == comment_id, RuleHit.number.in_(numbers)
            )
        )
    )
    for number in sorted(set(numbers) - known):
        session.add(RuleHit(site_id=site_id, number=number, comment_id=comment_id))
