"""The search index: the words of every comment's latest text, and of its name.

The rows are the same on both databases; what finds them is not. SQLite: a full-text table that triggers keep equal to
the rows. PostgreSQL: an index over an expression of the words, without a parser or a dictionary of its own, which
would know no Arabic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Row,
    Text,
    TextualSelect,
    UniqueConstraint,
    and_,
    func,
    select,
    update,
)
from sqlalchemy import column as column_of
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.ids import number_of
from service.storage.base import Base, insert_numbered
from service.text.fold import FOLD_VERSION
from service.text.words import indexed, wanted, words

#: A word with so many hits is common: PostgreSQL then looks for it among the next rows instead.
COMMON = 300
#: By column, the words looked for there, and whether each may go on.
_Terms = Mapping[str, list[tuple[str, bool]]]
BY_EXPRESSION = frozenset({"ix_search_text_words", "ix_search_text_names"})


class SearchText(Base):
    """``words`` and ``names``: with one space between. ``id`` grows with new comments. ``fold_version``: by which
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
    known = None
    if not new:
        theirs = SearchText.site_id == site_id, SearchText.comment_id == comment_id
        known = session.scalar(select(SearchText).where(*theirs))
    row = known or SearchText(site_id=site_id, comment_id=comment_id)
    row.words, row.names, row.fold_version = found.text, found.name, FOLD_VERSION
    if known is None:
        insert_numbered(session, row, number_for(session, comment_id))


def number_for(session: Session, comment_id: UUID) -> int | None:
    """For a new row: made here as every id is, lest all machines ask one counter. SQLite has its own, and packs small
    numbers into half the index: ``None``.
    """
    return None if session.get_bind().dialect.name == "sqlite" else number_of(comment_id)


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
    """The comments found, in order. ``edge`` is the last row looked at when there may be more behind it. ``sifted``:
    they are those that a ``Far`` asked for, and all there are in its rows.
    """

    found: tuple[Hit, ...]
    edge: int | None
    sifted: bool = False


@dataclass(frozen=True)
class Far:
    """What may be looked through for common words, if that costs one statement: ``limit`` rows behind row ``after``,
    until ``most`` comments are found of which ``kept`` says, by their id, that they are asked for. ``common``: that the
    words are, as far as has been seen.
    """

    after: int | None
    limit: int
    most: int
    kept: Callable[[ColumnElement[UUID]], ColumnElement[bool]]
    common: bool


def hits(
    session: Session,
    site_id: UUID,
    asked: Words,
    language: str,
    *,
    after: int | None,
    newest: bool,
    limit: int,
    far: Far | None = None,
) -> Hits:
    """Comments with all the words as typed, by arrival; ``language`` is the site's. Looks at no more than ``limit``
    rows (``COMMON`` where that is more), however common a word is. A word that ends in ``*`` may go on. ``far``: when
    ``limit`` rows have been looked at before, and there was more behind them.
    """
    terms = {"words": _terms(asked.text, language), "names": _terms(asked.name, language)}
    if not any(terms.values()):
        return Hits((), None)
    bounds = {"site": site_id.hex, "after": after, "limit": limit}
    if session.get_bind().dialect.name == "sqlite":
        return _on_sqlite(session, terms, bounds, newest)
    return _on_postgresql(session, terms, bounds, newest, far)


def _terms(text: str, language: str) -> list[tuple[str, bool]]:
    """Each word, and whether it may go on."""
    return [
        (wanted(word), typed.endswith("*") and word == spelt[-1])
        for typed in text.split()
        if (spelt := list(words(typed, language)))
        for word in spelt
    ]


def _on_sqlite(session: Session, terms: _Terms, bounds: Mapping[str, object], newest: bool) -> Hits:
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
    session: Session, terms: _Terms, bounds: Mapping[str, object], newest: bool, far: Far | None
) -> Hits:
    """What is common stands among the next rows, which are walked; what is not found there is mostly rare, and is found
    by its words and then put in order. The planner would have to guess which of the two a word is.
    """
    if far is None:
        rows = session.execute(_walk(terms, bounds, newest)).all()
        found = tuple(Hit(row.id, row.comment_id) for row in rows if row.hit)
        return Hits(found, rows[-1].id if rows and rows[-1].place == bounds["limit"] else None)
    match, values = _by_index(terms, bounds)
    if not far.common and (rare := _rare(session, match, values)) is not None:
        behind = [r for r in rare if _is_behind(r.id, bounds["after"], newest)]
        ordered = sorted(behind, key=lambda r: r.id, reverse=newest)
        return Hits(tuple(Hit(row.id, row.comment_id) for row in ordered), None)
    return _far(session, terms, {**bounds, "after": far.after, "limit": far.limit}, newest, far)


def _far(session: Session, terms: _Terms, bounds: Mapping[str, object], newest: bool, far: Far) -> Hits:
    """A walk that ends with the last comment that is wanted. Where it would end otherwise is asked only if it has."""
    rows, behind, values = _next_rows(bounds, newest)
    seen, words = _by_eye(terms, values)
    walk = (
        sql(f"SELECT id, comment_id, site_id, {seen} AS hit {rows}")
        .bindparams(**words)
        .columns(SearchText.id, SearchText.comment_id, SearchText.site_id, column_of("hit", Boolean))
        .subquery("next")
    )
    order = walk.c.id.desc() if newest else walk.c.id.asc()
    kept = and_(walk.c.site_id == UUID(str(bounds["site"])), walk.c.hit, far.kept(walk.c.comment_id))
    taken = session.execute(select(walk.c.id, walk.c.comment_id).where(kept).order_by(order).limit(far.most)).all()
    full = len(taken) == far.most
    edge = taken[-1].id if full else session.scalar(sql(f"SELECT id {behind}").bindparams(**values))
    return Hits(tuple(Hit(row.id, row.comment_id) for row in taken), edge, sifted=True)


def _walk(terms: _Terms, bounds: Mapping[str, object], newest: bool) -> TextualSelect:
    """The next rows that have the words, and the last one looked at; each with its place among those looked at."""
    rows, _, values = _next_rows(bounds, newest)
    seen, words = _by_eye(terms, values)
    order = "DESC" if newest else "ASC"
    statement = sql(
        # What has not the words stays there: to fetch a row costs more than to look at it.
        "SELECT id, comment_id, site_id, hit, place FROM (SELECT id, comment_id, site_id,"  # noqa: S608
        f" {seen} AS hit, row_number() OVER (ORDER BY id {order}) AS place {rows}) AS next"
        f" WHERE hit OR place = :limit ORDER BY id {order}"
    ).bindparams(**words)
    told = column_of("hit", Boolean), column_of("place", Integer)
    return statement.columns(SearchText.id, SearchText.comment_id, SearchText.site_id, *told)


def _next_rows(bounds: Mapping[str, object], newest: bool) -> tuple[str, str, dict[str, object]]:
    """``FROM …`` the next ``limit`` rows, and the last of them, if there are so many; with what both are given."""
    past, order = ("<", "DESC") if newest else (">", "ASC")
    beyond = f" AND id {past} :after" if bounds["after"] is not None else ""
    rows = f"FROM search_text WHERE site_id = CAST(:site AS uuid){beyond} ORDER BY id {order}"
    values = {name: value for name, value in bounds.items() if beyond or name != "after"}
    return f"{rows} LIMIT :limit", f"{rows} OFFSET :limit - 1 LIMIT 1", values


def _by_index(terms: _Terms, bounds: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The condition as the words' own index answers it."""
    conditions, values = [], dict(bounds)
    for column, of in terms.items():
        if of:
            conditions.append(f"array_to_tsvector(string_to_array({column}, ' ')) @@ CAST(:{column} AS tsquery)")
            values[column] = " & ".join(f"'{word}'{':*' if open_ended else ''}" for word, open_ended in of)
    return " AND ".join(conditions), values


def _by_eye(terms: _Terms, bounds: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The same for a row at hand, a tenth as dear."""
    conditions, values = [], dict(bounds)
    for column, of in terms.items():
        for number, (word, open_ended) in enumerate(of):
            conditions.append(f"strpos(' ' || {column} || ' ', :{column}{number}) > 0")
            values[f"{column}{number}"] = f" {word}{'' if open_ended else ' '}"
    return " AND ".join(conditions), values


def _rare(session: Session, match: str, values: Mapping[str, object]) -> Sequence[Row[Any]] | None:
    """All rows with the words; ``None`` when there are ``COMMON`` or more. Always by the words' own index: the planner
    thinks that reading on until there are enough costs less, since it does not know what splitting a text costs.
    """
    session.execute(sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"))
    found = session.execute(
        sql(
            # Of what is common one row comes: it tells how many there are.
            "SELECT id, comment_id, many FROM (SELECT *, count(*) OVER () AS many, row_number() OVER () AS place FROM ("  # noqa: S608
            f"SELECT id, comment_id FROM search_text WHERE site_id = CAST(:site AS uuid) AND {match} LIMIT {COMMON}"
            f") AS first) AS counted WHERE many < {COMMON} OR place = 1"
        ),
        values,
    ).all()
    session.execute(sql("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on"))
    return None if found and found[0].many == COMMON else found


def _is_behind(row: int, after: object, newest: bool) -> bool:
    return not isinstance(after, int) or (row < after if newest else row > after)
