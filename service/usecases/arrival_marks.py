"""Where a comment comes from, as marks that lead back to nobody, and what of them is kept for an hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from service.domain.ports import NewId, Signer
from service.storage import arrivals
from service.storage.arrivals import Arrival
from service.storage.comments import Comment
from service.storage.sites import Site
from service.storage.uow import Session
from service.text.networks import around
from service.usecases.gather_facts import Question, Sender


def sender_of(signer: Signer, site: Site, network: str | None, now: datetime) -> Sender:
    """``network``: a /32 or /64. Its marks change with the day, so that nobody is followed from one to the next."""
    days = dict.fromkeys((now.date(), (now - arrivals.HOUR).date()))

    def marks(of: str) -> tuple[bytes, ...]:
        return tuple(signer.digest("arrival", str(day), str(site.id), of) for day in days)

    return Sender(marks(network), marks(around(network))) if network else Sender((), ())


def crowded(question: Question) -> Iterator[bytes]:
    """What is counted before something is published, in an order that is the same for all: the text, the networks, the
    thread. The site is not among them, or it would publish one comment at a time: on a crowded site a few more may slip
    through, as many as are stored at once.
    """
    yield question.digest
    if question.sender is not None:
        yield from question.sender.wider[:1]
    if question.thread is not None:
        # Ids begin with their moment; what follows is random.
        yield question.thread.bytes[8:]


def note_arrival(session: Session, comment: Comment, sender: Sender | None, new_id: NewId) -> None:
    """One more has come from there. What came from nobody knows where is not counted."""
    if sender is None or not sender.network:
        return
    new = Arrival(
        id=new_id(comment.created_at),
        site_id=comment.site_id,
        thread_id=comment.thread_id,
        network=sender.network[0],
        wider=sender.wider[0],
        at=comment.created_at,
    )
    arrivals.add(session, new)
