"""What a question to the queue asks of a comment besides its view and its words."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from service.domain.desk import Ask
from service.domain.ids import first_id_at
from service.queries import clusters
from service.storage import staff
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.queue_indexes import narrows
from service.storage.revisions import Revision
from service.storage.threads import Thread

Conditions = list[ColumnElement[bool]]


def conditions(session: Session, site_id: UUID, ask: Ask) -> tuple[Conditions, Conditions]:
    """What an index picks out, so that the walk steps only on these; and what has to be looked at one by one."""
    found = {
        "days": days(ask),
        "thread": _thread(session, site_id, ask),
        "by": _by(session, ask),
        "cluster": [clusters.same_as(session, site_id, ask.cluster)] if ask.cluster else [],
    }
    # Ids are days: where the walk begins and ends, it is told in ``_from``.
    served = (narrowed(ask), "" if ask.order == "priority" else "days")
    along = [condition for name in found if name in served and name != "days" for condition in found[name]]
    others = [condition for name in found if name not in served for condition in found[name]]
    return along, [*others, *_on_the_way(site_id, ask)]


def narrowed(ask: Ask) -> str:
    """The filter whose own index the walk goes along, if there is one."""
    return next((name for name in narrows(ask.view, ask.order == "priority") if getattr(ask, name)), "")


def days(ask: Ask) -> Conditions:
    start, end = ask.days()
    first = [Comment.id >= first_id_at(start)] if start else []
    return [*first, *([Comment.id < first_id_at(end)] if end else [])]


def _thread(session: Session, site_id: UUID, ask: Ask) -> Conditions:
    """One that is not there finds nothing."""
    if not ask.thread:
        return []
    found = session.scalar(select(Thread.id).where(Thread.site_id == site_id, Thread.key == ask.thread))
    return [Comment.thread_id == (found or UUID(int=0))]


def _by(session: Session, ask: Ask) -> Conditions:
    if not ask.by:
        return []
    known = staff.find_by_login(session, ask.by.casefold())
    return [Comment.moderated_by == (known.id if known else UUID(int=0))]


def _on_the_way(site_id: UUID, ask: Ask) -> list[ColumnElement[bool]]:
    """What has to be looked at one by one."""
    conditions: list[ColumnElement[bool]] = []
    if ask.reason:
        conditions.append(Comment.moderated_reason == ask.reason)
    if ask.section:
        conditions.append(
            select(Thread.id)
            .where(Thread.site_id == site_id, Thread.id == Comment.thread_id, Thread.section == ask.section)
            .exists()
        )
    if ask.language:
        conditions.append(
            select(Revision.number)
            .where(
                Revision.site_id == site_id,
                Revision.comment_id == Comment.id,
                Revision.number == Comment.latest_revision,
                Revision.language == ask.language,
            )
            .exists()
        )
    if ask.finding:
        conditions.append(
            select(Finding.id)
            .where(
                Finding.site_id == site_id,
                Finding.comment_id == Comment.id,
                Finding.revision == Comment.latest_revision,
                Finding.code == ask.finding,
            )
            .exists()
        )
    return conditions
