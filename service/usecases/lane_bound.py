"""What is known of an open lane: what moderators have found in it, and whether it may publish."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.lane import AT_ONCE, LATE, MEMORY, WAITING, Tally, hidden, is_kept
from service.domain.moderation import READERS, Action, ActorKind, Status
from service.domain.standing import standing
from service.storage import lanes, learners
from service.storage.decisions import Decision
from service.storage.lanes import Case, LaneChange, Published
from service.storage.uow import Session

_REFUSED = {Action.REJECT.value, Action.SPAM.value}


@dataclass(frozen=True)
class LaneState:
    """``audited``: what moderators have found in those drawn by lot. ``waiting``: how many of them nobody has looked
    at. ``late``: whether those are too many, or wait for too long. ``kept``: whether the lane may stay open.
    """

    audited: Tally
    waiting: int
    published: Published
    late: bool
    kept: bool

    @property
    def publishes(self) -> bool:
        return self.kept and not self.late


def state_of(session: Session, lane: LaneChange, now: datetime) -> LaneState:
    """Of an open lane."""
    cases, published = lanes.list_audited(session, lane, MEMORY), lanes.count_published(session, lane)
    chains = learners.list_chains(session, lane.site_id, {case.comment for case in cases})
    sizes = learners.batch_sizes(session, lane.site_id, {row.batch for c in chains.values() for row in c if row.batch})
    wrong: list[bool] = []
    waiting: list[Case] = []
    taken_back = 0
    for case in cases:
        verdict = _verdict(case, chains, sizes)
        if verdict is not None:
            wrong.append(verdict)
        elif case.rewritten or case.status in (Status.WITHDRAWN, Status.ERASED):
            taken_back += 1
        else:
            waiting.append(case)
    usual = published.taken_back / published.count if published.count else 0.0
    wrong += [True] * hidden(taken_back, len(cases), usual)
    return LaneState(
        Tally(sum(wrong), len(wrong)),
        len(waiting),
        published,
        late=len(waiting) > WAITING or any(now - case.created_at > LATE for case in waiting),
        kept=is_kept(
            lane.percent, Tally(lane.wrong, lane.judged), wrong, Tally(published.taken_down, published.count)
        ),
    )


def _verdict(case: Case, chains: Mapping[UUID, Collection[Decision]], sizes: Mapping[UUID, int]) -> bool | None:
    """Whether a moderator has found it wrong, by what stood before its author took it back; ``None`` when none has
    looked at the text the model would have published.
    """
    if case.redacted:
        return True
    chain = [row for row in chains.get(case.comment, ()) if row.action not in READERS]
    stands = standing(chain, chain[-1].version_after) if chain else None
    if stands is None or stands.actor_kind != ActorKind.MODERATOR or stands.revision != 1:
        return None
    if stands.action in _REFUSED:
        return True
    swept = stands.batch is not None and sizes.get(stands.batch, 1) > AT_ONCE
    return None if swept or stands.action != Action.APPROVE else False


def open_state(session: Session, site_id: UUID, now: datetime) -> LaneState | None:
    """Of the site's lane; ``None`` while it is closed."""
    lane = lanes.find_open(session, site_id)
    return state_of(session, lane, now) if lane else None
