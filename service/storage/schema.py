"""Every table, imported: what the migrations are compared with."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import configure_mappers

from service.storage import (  # noqa: F401 - importing maps them
    arrivals,
    authors,
    comments,
    contacts,
    decisions,
    disclosures,
    findings,
    flags,
    host_lists,
    lanes,
    learners,
    leases,
    level_changes,
    likenesses,
    notes,
    outbox,
    pages,
    revisions,
    search,
    searches,
    second_factors,
    sites,
    staff,
    submissions,
    threads,
    tokens,
    word_rules,
)
from service.storage.base import Base

__all__ = ["configure_mappers", "metadata"]
metadata: MetaData = Base.metadata
