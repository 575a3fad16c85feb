"""What a text is like, and which comments are nearly the same as another: kept for three days, written with the text.

A likeness is a comment's signature; shingles are the rows it is looked up by. Comments that are nearly the same share
their ``cluster_id``. A chain counts: what is like something that is like a third is in one cluster with it.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.expression import TextualSelect

from service.domain.moderation import Status
from service.storage.base import Base, ask, at_most, insert_rows
from service.storage.comments import Comment
from service.storage.types import UtcDateTime
from service.text.fold import FOLD_VERSION
from service.text.shingles import BANDS, WHOLE, alike, bands

#: How far back a copy is looked for. What is older goes, a few with every text that comes.
LOOK_BACK = timedelta(hours=72)
#: So many are compared, the newest of each band: a raid of ten thousand copies costs no more than one of a hundred.
COMPARED = 200
#: More than one, or what is over would never be gone.
_GONE_AT_ONCE = 4
#: The locks a session, which is one transaction's, has taken.
_HELD = "likeness"


class Likeness(Base):
    """The ``signature`` of the latest text, folded by the rules of ``fold_version``; made of a reader's text."""

    __tablename__ = "likeness"
    __table_args__ = (Index(None, "site_id", "at"),)

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
    fold_version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Shingle(Base):
    """A band of a likeness. The key is all there is, and in its order the newest of a value come last; the signature
    says which rows are a comment's.
    """

    __tablename__ = "shingle"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    band: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    comment_id: Mapped[UUID] = mapped_column(primary_key=True)


def _candidates(looked_up: Sequence[int]) -> TextualSelect:
    """Written out: put together anew for each text it would cost more than the database takes to answer it.

    Nothing but the ids leads to the likenesses: by their site or their moment SQLite would read those of three days.
    """
    newest = " UNION ALL ".join(
        f"SELECT comment_id FROM (SELECT comment_id FROM shingle WHERE site_id = :site AND band = {band}"  # noqa: S608
        f" AND value = :value{n} ORDER BY comment_id DESC LIMIT {COMPARED // len(looked_up)}) AS newest{n}"
        for n, band in enumerate(looked_up)
    )
    statement = sql(
        "SELECT l.comment_id, l.signature, l.at, c.cluster_id, c.thread_id, c.status FROM likeness l"  # noqa: S608
        " JOIN comment c ON c.id = l.comment_id"
        f" WHERE l.comment_id IN ({newest}) AND l.fold_version = :fold"
        " AND c.site_id = :site AND c.cluster_id IS NOT NULL ORDER BY l.comment_id DESC"
    )
    values = [bindparam(f"value{n}", type_=BigInteger) for n in range(len(looked_up))]
    return statement.bindparams(bindparam("site", type_=Uuid), *values).columns(
        Likeness.comment_id, Likeness.signature, Likeness.at, Comment.cluster_id, Comment.thread_id, Comment.status
    )


#: By the number of bands a text has.
_CANDIDATES = {BANDS: _candidates(range(BANDS)), 1: _candidates([WHOLE])}


@dataclass(frozen=True)
class Near:
    """A comment that is nearly the same."""

    comment: UUID
    cluster: UUID
    thread: UUID
    at: datetime
    public: bool


def find_near(
    session: Session, site_id: UUID, signature: bytes, now: datetime, *, but: UUID | None = None
) -> list[Near]:
    """What the site has received in the last three days that is nearly the same, the newest first, of ``COMPARED``
    that have a band in common. ``but`` is left out.
    """
    looked_up = bands(signature)
    values = {f"value{n}": value for n, (_, value) in enumerate(looked_up)}
    asked = {"site": site_id, "fold": FOLD_VERSION}
    rows = session.connection().execute(_CANDIDATES[len(looked_up)], {**asked, **values})
    return [
        Near(row.comment_id, row.cluster_id, row.thread_id, row.at, row.status == Status.APPROVED)
        for row in rows
        if row.comment_id != but and row.at > now - LOOK_BACK and alike(signature, row.signature)
    ]


def cluster_for(
    session: Session, site_id: UUID, signature: bytes, own: UUID, now: datetime, *, but: UUID | None = None
) -> UUID:
    """The cluster of a new text: that of what is nearly the same, or else ``own``, which is nobody's so far. ``but``:
    the comment it is a text of. Clusters that turn out to be one become one.
    """
    one_at_a_time(session, site_id, signature)
    clusters = {near.cluster for near in find_near(session, site_id, signature, now, but=but)}
    first = min(clusters, default=own)
    _join(session, site_id, clusters - {first}, first)
    return first


def put(session: Session, comment: Comment, signature: bytes, now: datetime) -> None:
    """From now on others may be like ``comment``. What has been so for too long goes."""
    new = Likeness(
        comment_id=comment.id, site_id=comment.site_id, signature=signature, fold_version=FOLD_VERSION, at=now
    )
    insert_rows(session, new)
    session.connection().execute(insert(Shingle), _rows(comment.site_id, comment.id, signature))
    _drop_old(session, comment.site_id, now)


def forget(session: Session, comment: Comment) -> None:
    """Nothing is like ``comment`` any more, and it is in no cluster."""
    comment.cluster_id = None
    row = session.scalar(
        select(Likeness).where(Likeness.site_id == comment.site_id, Likeness.comment_id == comment.id)
    )
    if row is not None:
        _drop(session, comment.site_id, [(row.comment_id, row.signature)])
        session.expunge(row)


def one_at_a_time(session: Session, site_id: UUID, signature: bytes) -> None:
    """Waits, where writers run side by side, until nobody else writes a text that has a band in common with this one;
    held to the end of the transaction. Copies sent at once would not see each other's rows.
    """
    if session.get_bind().dialect.name == "postgresql":
        keys = sorted(_key(site_id, band, value) for band, value in bands(signature))
        if session.info.get(_HELD) != keys:
            asked = postgresql.array(keys, type_=BigInteger)
            session.execute(select(func.pg_advisory_xact_lock(func.unnest(asked))))
            session.info[_HELD] = keys


def _key(site_id: UUID, band: int, value: int) -> int:
    made = blake2b(site_id.bytes + struct.pack("<Hq", band, value), digest_size=8, person=b"likeness").digest()
    return int(struct.unpack("<q", made)[0])


def _join(session: Session, site_id: UUID, clusters: Collection[UUID], into: UUID) -> None:
    """Their rows in the order of their ids, as everybody takes them."""
    if not clusters:
        return
    theirs = select(Comment).where(Comment.site_id == site_id, Comment.cluster_id.in_(clusters))
    for comment in session.scalars(theirs.order_by(Comment.id).with_for_update()):
        comment.cluster_id = into


def _rows(site_id: UUID, comment_id: UUID, signature: bytes) -> list[dict[str, object]]:
    return [
        {"site_id": site_id, "band": band, "value": value, "comment_id": comment_id}
        for band, value in bands(signature)
    ]


def _drop_old(session: Session, site_id: UUID, now: datetime) -> None:
    """The oldest few that are over; what another transaction is dropping is left to it."""
    rows = ask(session, _over(), {"site": site_id, "since": now - LOOK_BACK}).all()
    if rows:
        _drop(session, site_id, [(row.comment_id, row.signature) for row in rows])


@cache
def _over() -> Select[UUID, bytes]:
    return (
        select(Likeness.comment_id, Likeness.signature)
        .where(Likeness.site_id == bindparam("site"), Likeness.at <= bindparam("since"))
        .order_by(Likeness.at)
        .limit(at_most(_GONE_AT_ONCE))
        .with_for_update(skip_locked=True)
    )


def _drop(session: Session, site_id: UUID, old: Sequence[tuple[UUID, bytes]]) -> None:
    """``old``: comments and their signatures."""
    keys = [(band, value, comment) for comment, signature in old for band, value in bands(signature)]
    session.execute(
        delete(Shingle).where(
            Shingle.site_id == site_id, tuple_(Shingle.band, Shingle.value, Shingle.comment_id).in_(keys)
        )
    )
    session.execute(
        delete(Likeness).where(Likeness.site_id == site_id, Likeness.comment_id.in_([comment for comment, _ in old]))
    )
