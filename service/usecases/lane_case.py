"""What of a new comment the model's lane has to remember."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from service.domain.ports import Signer
from service.screening.facts import Facts, Known, Outcome
from service.screening.pipeline import Verdict
from service.storage import lanes
from service.storage.comments import Comment
from service.storage.lanes import LaneCase
from service.storage.uow import Session

#: Who holds what the model may publish: everything else that objects is not the lane's to weigh.
_HOLDS = frozenset({"premoderation", "first_comment"})


def published_alone(facts: Facts, verdict: Verdict) -> bool:
    """Whether it is the model's doing that it is published unread."""
    return verdict.publish and facts.alone and any(found.code in _HOLDS for found in verdict.findings)


def as_it_is_now(session: Session, site_id: UUID, facts: Facts) -> Facts:
    """``facts``, without the lane when that has been closed since they were gathered."""
    lane, precedent = facts.lane, facts.gathered.precedent
    if lane is None or not isinstance(precedent, Known) or precedent.value is None:
        return facts
    lanes.share(session, site_id)
    now = lanes.find_open(session, site_id)
    if now is not None and now.id == lane.by:
        return facts
    return replace(
        facts, gathered=replace(facts.gathered, precedent=Known(replace(precedent.value, alone=None)))
    )


def lot_of(signer: Signer, digest: bytes) -> float:
    """From 0 up to 1, the same for the same text, whoever sends it and how often. Who has not the key cannot choose."""
    return float(int.from_bytes(signer.digest("audit", digest.hex())[:6], "big") / (1 << 48))


def remember(session: Session, comment: Comment, facts: Facts, verdict: Verdict, *, published: bool) -> None:
    """Writes down that ``comment`` was published by the model alone, or that it waits only because the lot wants it."""
    if facts.lane is None:
        return
    objections = {found.code for found in verdict.findings if found.outcome > Outcome.NOTE}
    audited = facts.audited and bool(objections) and objections <= _HOLDS
    if audited or (published and published_alone(facts, verdict)):
        session.add(
            LaneCase(
                comment_id=comment.id, site_id=comment.site_id, opened_by=facts.lane.by, audited=audited
            )
        )
