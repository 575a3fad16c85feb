"""The indexes the queue is read along: each view in each order, and within a thread or a moderator's decisions.

SQLite is told which one to take: of two that fit it guesses, and once took for the second page of what is read quickly
the index of all that is published. PostgreSQL knows how large each is.
"""

from __future__ import annotations

from sqlalchemy import Index, text

from service.domain.desk import STATUS_VIEWS

#: The last says nothing new; but how many have more than one text PostgreSQL knows, and of two columns compared it
#: supposes that a third fits: it would walk along all that is published to find what is rare.
_EDIT = "status = 'approved' AND published_revision < latest_revision AND latest_revision > 1"
_UNSEEN = "status = 'approved' AND moderated_by IS NULL"
_ASKED = "opinion_by IS NOT NULL"


def _index(name: str, *columns: str, where: str = "", on_sqlite: str = "") -> Index:
    if not where:
        return Index(name, *columns)
    return Index(name, *columns, sqlite_where=text(on_sqlite or where), postgresql_where=text(where))


def _reported(name: str, *columns: str) -> Index:
    """SQLite knows no truth but 1."""
    where = "status = 'approved' AND reported"
    return _index(name, *columns, where=where, on_sqlite=f"{where} = 1")


def queue_indexes() -> tuple[Index, ...]:
    return (
        _index("ix_comment_site_id_status_id", "site_id", "status", "id"),
        _index("ix_comment_site_id_status_rank_id", "site_id", "status", "rank", "id"),
        _index("ix_comment_site_id_id", "site_id", "id"),
        _index("ix_comment_site_id_rank_id", "site_id", "rank", "id"),
        _index("ix_comment_site_id_thread_id_status_id", "site_id", "thread_id", "status", "id"),
        _index("ix_comment_site_id_thread_id_id", "site_id", "thread_id", "id"),
        _index(
            "ix_comment_pending_in_thread", "site_id", "thread_id", "status", "rank", "id", where="status = 'pending'"
        ),
        _index("ix_comment_decided_by", "site_id", "moderated_by", "id", where="moderated_by IS NOT NULL"),
        _index(
            "ix_comment_decided_by_status", "site_id", "moderated_by", "status", "id", where="moderated_by IS NOT NULL"
        ),
        _index("ix_comment_unmoderated", "site_id", "status", "moderated_by", "id", where=_UNSEEN),
        _index("ix_comment_unmoderated_rank", "site_id", "status", "moderated_by", "rank", "id", where=_UNSEEN),
        _index("ix_comment_opinion", "site_id", "id", where=_ASKED),
        _index("ix_comment_opinion_rank", "site_id", "rank", "id", where=_ASKED),
        _index("ix_comment_pending", "site_id", "id", where="status = 'pending'"),
        _reported("ix_comment_reported", "site_id", "status", "reported", "id"),
        _reported("ix_comment_reported_rank", "site_id", "status", "reported", "rank", "id"),
        _index("ix_comment_edit_waiting", "site_id", "status", "id", where=_EDIT),
        _index("ix_comment_edit_waiting_rank", "site_id", "status", "rank", "id", where=_EDIT),
    )


#: The indexes of the views that are no status: by id and by urgency.
_OWN = {
    "all": ("ix_comment_site_id_id", "ix_comment_site_id_rank_id"),
    "edits": ("ix_comment_edit_waiting", "ix_comment_edit_waiting_rank"),
    "opinion": ("ix_comment_opinion", "ix_comment_opinion_rank"),
    "reported": ("ix_comment_reported", "ix_comment_reported_rank"),
    "unmoderated": ("ix_comment_unmoderated", "ix_comment_unmoderated_rank"),
    "pending": ("ix_comment_pending", "ix_comment_site_id_status_rank_id"),
}
_STATUS = ("ix_comment_site_id_status_id", "ix_comment_site_id_status_rank_id")
#: Those of a filter, in the views that are a status and in the view of all.
_NARROWED = {
    "thread": ("ix_comment_site_id_thread_id_status_id", "ix_comment_site_id_thread_id_id"),
    "by": ("ix_comment_decided_by_status", "ix_comment_decided_by"),
}


def narrows(view: str, by_urgency: bool) -> tuple[str, ...]:
    """The filters, ``thread`` and ``by``, for which there is an index that has the view and the order too."""
    if by_urgency:
        return ("thread",) if view == "pending" else ()
    return tuple(_NARROWED) if view in (*STATUS_VIEWS, "all") else ()


def index_of(view: str, by_urgency: bool, narrowed: str = "") -> str:
    """The index a view is read along in that order; ``narrowed`` is one of ``narrows`` or nothing."""
    if narrowed:
        if by_urgency:
            return "ix_comment_pending_in_thread"
        return _NARROWED[narrowed][view == "all"]
    return _OWN.get(view, _STATUS)[by_urgency]
