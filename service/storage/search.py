"""The search index: the words of every comment's latest text, and of its name.

The rows are the same on both databases; what finds them is not. SQLite: a full-text table that triggers keep equal to
the rows. PostgreSQL: an index over an expression of the words, without a parser or a dictionary of its own, which
would know no Arabic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Row, Text, UniqueConstraint, func, select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.storage.base import Base, insert_rows
from service.text.fold import FOLD_VERSION
from service.text.words import indexed, wanted, words

#: A word with so many hits is common: PostgreSQL then looks for it among the next rows instead.
COMMON = 300
#: By column, the words looked for there, and whether each may go on.
_Terms = Mapping[str, list[tuple[str, bool]]]
BY_EXPRESSION = frozenset({"ix_search_text_words", "ix_search_text_names"})


class SearchText(Base):
    """``words`` and ``names``: with one space between. ``id`` grows with every new comment. ``fold_version``: by which
    rules they, and all else that is kept of the comment's texts for comparing, were folded.
    """

    __tablename__ = "search_text"
    __table_args__ = (UniqueConstraint("comment_id"), Index("ix_search_text_site_id_id", "site_id", "id"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id"))
    words: Mapped[str] = mapped_column(Text)
    names: Mapped[str] = mapped_column(Text)
    fold_version: Mapped[int] = mapped_column(Integer, server_default="1")


@dataclass(frozen=True)
class Words:
    """What a comment's text, and its author's name, are found by, or have to hold to be found."""

    text: str
    name: str


def found_by(text: str, name: str, language: str) -> Words:
    """The words of a comment on a site in this language."""
    return Words(indexed(text, language), indexed(name, language))


def put(session: Session, site_id: UUID, comment_id: UUID, found: Words, *, new: bool) -> None:
    """The comment is found by its new text, and no longer by the one before. ``new``: there was none before."""
    row = None
    if not new:
        row = session.scalar(
            select(SearchText).where(SearchText.site_id == site_id, SearchText.comment_id == comment_id)
        )
    known = row is not None
    row = row or SearchText(site_id=site_id, comment_id=comment_id)
    row.words, row.names, row.fold_version = found.text, found.name, FOLD_VERSION
    if not known:
        insert_rows(session, row)


def list_folded_otherwise(session: Session, site_id: UUID, after: int, limit: int) -> Sequence[SearchText]:
    """Rows behind ``after`` that were not folded by this release's rules, at most ``limit``, by id."""
    return session.scalars(
        select(SearchText)
        .where(SearchText.site_id == site_id, SearchText.id > after, SearchText.fold_version != FOLD_VERSION)
        .order_by(SearchText.id)
        .limit(limit)
    ).all()


def count_folded_otherwise(session: Session, site_id: UUID) -> int:
    """How many comments of the site ``list_folded_otherwise`` would come to."""
    stale = select(func.count()).where(SearchText.site_id == site_id, SearchText.fold_version != FOLD_VERSION)
    return session.scalar(stale) or 0


def distrust(session: Session, site_id: UUID) -> None:
    """Every row of the site is to be folded anew."""
    session.execute(update(SearchText).where(SearchText.site_id == site_id).values(fold_version=0))


@dataclass(frozen=True)
class Hit:
    row: int
    comment_id: UUID


@dataclass(frozen=True)
class Hits:
    """The comments found, in order. ``edge`` is the last row looked at when there may be more behind it."""

    found: tuple[Hit, ...]
    edge: int | None


def hits(
    session: Session,
    site_id: UUID,
    asked: Words,
    language: str,
    *,
    after: int | None,
    newest: bool,
    limit: int,
    look: int = 0,
) -> Hits:
    """Comments with all the words as typed, by arrival; ``language`` is the site's. Looks at no more than ``limit``
    rows (``COMMON`` where that is more), however common a word is. A word that ends in ``*`` may go on. ``look``:
    how many answers to the same question there were before this one, each with an ``edge``.
    """
    terms = {"words": _terms(asked.text, language), "names": _terms(asked.name, language)}
    if not any(terms.values()):
        return Hits((), None)
    bounds = {"site": site_id.hex, "after": after, "limit": limit}
    if session.get_bind().dialect.name == "sqlite":
        return _on_sqlite(session, terms, bounds, newest)
    return _on_postgresql(session, terms, bounds, newest, look)


def _terms(text: str, language: str) -> list[tuple[str, bool]]:
    """Each word, and whether it may go on."""
    return [
        (wanted(word), typed.endswith("*") and word == spelt[-1])
        for typed in text.split()
        if (spelt := list(words(typed, language)))
        for word in spelt
    ]


def _on_sqlite(
    session: Session, terms: _Terms, bounds: Mapping[str, object], newest: bool
) -> Hits:
    """Read from the index in the order of its rows: the site's are picked out as they come by."""
    match = " AND ".join(
        f'{column}: "{word}"{" *" if open_ended else ""}' for column, of in terms.items() for word, open_ended in of
    )
    past, order = ("<", "DESC") if newest else (">", "ASC")
    beyond = f"AND search_index.rowid {past} :after" if bounds["after"] is not None else ""
    rows = session.execute(
        sql(
            # Only names, words of letters and digits, and numbers are put in.
            "SELECT search_text.id, search_text.comment_id, search_text.site_id FROM search_index"  # noqa: S608
            " JOIN search_text ON search_text.id = search_index.rowid"
            f" WHERE search_index MATCH :match {beyond} ORDER BY search_index.rowid {order} LIMIT :limit"
        ),
        {**bounds, "match": match},
    ).all()
    found = tuple(Hit(row, UUID(comment)) for row, comment, site in rows if site == bounds["site"])
    return Hits(found, rows[-1][0] if len(rows) == bounds["limit"] else None)


def _on_postgresql(
    session: Session,
    terms: _Terms,
    bounds: Mapping[str, object],
    newest: bool,
    look: int,
) -> Hits:
    """What is common stands among the next rows, which are walked; what is not found there is mostly rare, and is found
    by its words and then put in order. The planner would have to guess which of the two a word is.
    """
    match, values = _by_index(terms, bounds)
    past, order = ("<", "DESC") if newest else (">", "ASC")
    beyond = f"AND id {past} :after" if bounds["after"] is not None else ""
    if look == 1 and (rare := _rare(session, match, values)) is not None:
        behind = [r for r in rare if _is_behind(r.id, bounds["after"], newest)]
        ordered = sorted(behind, key=lambda r: r.id, reverse=newest)
        return Hits(tuple(Hit(row.id, row.comment_id) for row in ordered), None)
    seen, values = _by_eye(terms, bounds)
    walked = session.execute(
        sql(
            f"SELECT id, comment_id, {seen} AS hit"  # noqa: S608
            " FROM (SELECT id, comment_id, words, names FROM search_text WHERE site_id = CAST(:site AS uuid)"
            f" {beyond} ORDER BY id {order} LIMIT :limit) AS next ORDER BY id {order}"
        ),
        values,
    ).all()
    found = tuple(Hit(row.id, row.comment_id) for row in walked if row.hit)
    return Hits(found, walked[-1].id if len(walked) == bounds["limit"] else None)


def _by_index(terms: _Terms, bounds: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The condition as the words' own index answers it."""
    conditions, values = [], dict(bounds)
    for column, of in terms.items():
        if of:
            conditions.append(f"array_to_tsvector(string_to_array({column}, ' ')) @@ CAST(:{column} AS tsquery)")
            values[column] = " & ".join(f"'{word}'{':*' if open_ended else ''}" for word, open_ended in of)
    return " AND ".join(conditions), values


def _by_eye(terms: _Terms, bounds: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The same for a row at hand, a tenth as dear. Words are letters and digits: none has a sign that LIKE knows."""
    conditions, values = [], dict(bounds)
    for column, of in terms.items():
        for number, (word, open_ended) in enumerate(of):
            conditions.append(f"(' ' || {column} || ' ') LIKE :{column}{number}")
            values[f"{column}{number}"] = f"% {word}{'' if open_ended else ' '}%"
    return " AND ".join(conditions), values


def _rare(session: Session, match: str, values: Mapping[str, object]) -> Sequence[Row[Any]] | None:
    """All rows with the words; ``None`` when there are ``COMMON`` or more. Always by the words' own index: the planner
    thinks that reading on until there are enough costs less, since it does not know what splitting a text costs.
    """
    session.execute(sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"))
    found = session.execute(
        sql(
            "SELECT id, comment_id FROM search_text"  # noqa: S608
            f" WHERE site_id = CAST(:site AS uuid) AND {match} LIMIT {COMMON}"
        ),
        values,
    ).all()
    session.execute(sql("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on"))
    return found if len(found) < COMMON else None


def _is_behind(row: int, after: object, newest: bool) -> bool:
    return not isinstance(after, int) or (row < after if newest else row > after)
