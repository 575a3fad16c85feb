"""API tokens: for programs. Shown once; only the SHA-256 of the secret is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Select, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.errors import NotFoundError
from service.storage.base import Base
from service.storage.types import UtcDateTime


class ApiToken(Base):
    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("secret_hash"), Index(None, "site_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def find_by_hash(session: Session, secret_hash: bytes) -> ApiToken | None:
    return session.scalar(_by_hash(), {"hash": secret_hash})


@cache
def _by_hash() -> Select[ApiToken]:
    return select(ApiToken).where(ApiToken.secret_hash == bindparam("hash"))


def list_for(session: Session, site_id: UUID) -> Sequence[ApiToken]:
    """The site's tokens, newest first."""
    return session.scalars(
        select(ApiToken).where(ApiToken.site_id == site_id).order_by(ApiToken.id.desc())
    ).all()


def list_by_id(session: Session, ids: Sequence[UUID]) -> Sequence[ApiToken]:
    """Tokens whatever their site, held to the end of the transaction; always locked in the order of their ids."""
    return session.scalars(
        select(ApiToken).where(ApiToken.id.in_(ids)).order_by(ApiToken.id).with_for_update()
    ).all()


def get(session: Session, token_id: UUID, site_id: UUID | None = None) -> ApiToken:
    """The token, of this site when one is named; or ``NotFoundError``."""
    token = session.scalar(select(ApiToken).where(ApiToken.id == token_id))
    if token is None or site_id not in (None, token.site_id):
        raise NotFoundError("token_not_found")
    return token
