"""Sites: publications, with their policy as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import JSON, Integer, Select, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.errors import NotFoundError
from service.domain.site import SitePolicy
from service.storage.base import Base, versioned
from service.storage.types import UtcDateTime

#: Under this beside a row's columns: its policy's data, and the policy read from it.
_READ = "_policy_read"


@versioned
class Site(Base):
    """``version`` grows with each change."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    policy_data: Mapped[dict[str, object]] = mapped_column("policy", JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    @property
    def policy(self) -> SitePolicy:
        """Read once from what is stored, which is replaced and never changed."""
        read = vars(self).get(_READ)
        if read is None or read[0] is not self.policy_data:
            read = vars(self)[_READ] = (self.policy_data, SitePolicy.from_data(self.policy_data))
        return read[1]


def get_by_slug(session: Session, slug: str) -> Site:
    """The site, or ``NotFoundError``."""
    site = session.scalar(_by_slug(), {"slug": slug})
    if site is None:
        raise NotFoundError("site_not_found")
    return site


@cache
def _by_slug() -> Select[Site]:
    return select(Site).where(Site.slug == bindparam("slug"))


def get(session: Session, site_id: UUID) -> Site:
    """The site, or ``NotFoundError``."""
    site = session.get(Site, site_id)
    if site is None:
        raise NotFoundError("site_not_found")
    return site


def list_all(session: Session) -> Sequence[Site]:
    """Every site by slug; an installation has few."""
    return session.scalars(select(Site).order_by(Site.slug)).all()
