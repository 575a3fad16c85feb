"""What a site's moderators have decided of comments like a new one, as far as its model knows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import ceil, floor
from threading import Lock
from uuid import UUID

from service.domain.lane import BOUNDS, OPENS, Tally
from service.learning.calibration import Lane
from service.learning.explain import explain
from service.learning.learner import Learner, Stage, features_of_comment
from service.learning.packing import OutdatedModelError, unpack
from service.learning.surely import surely_fine
from service.screening.facts import LaneOpen, Precedent
from service.storage import lanes, learners
from service.storage.lanes import LaneChange
from service.storage.sites import Site
from service.storage.uow import Session
from service.text.fold import folded
from service.text.found_links import found_links
from service.usecases.lane_bound import state_of

#: Models that a process has in memory at once, some twelve megabytes each; the one that was asked longest ago goes.
KEPT = 8
#: Words that are marked.
MARKS = 5
#: The lane of what half at least was refused of, by a model that puts in order and says nothing is likely.
LEANING = "leaning"

_models: OrderedDict[UUID, tuple[int, Learner | None]] = OrderedDict()
_lock = Lock()


def precedent_of(
    session: Session, site: Site, now: datetime, body: str, name: str = "", website: str | None = None
) -> Precedent | None:
    """``None`` while the model knows too little. ``UnreadableModelError`` when what is stored is damaged."""
    learner = model_of(session, site.id)
    said = said_by(learner, site.policy.language, body) if learner else None
    if learner is None or said is None or said.lane != Lane.FINE.value:
        return said
    lane = lanes.find_open(session, site.id)
    if lane is None or website or found_links(body) or not in_lane(learner, lane, site.policy.language, name, body):
        return said
    # What may not be published now is audited, so that the lane can show what has become of it.
    audit = lane.audit if state_of(session, lane, now).publishes else 100
    return replace(said, alone=LaneOpen(lane.id, audit))


def said_by(learner: Learner, language: str, body: str) -> Precedent | None:
    """What one model says. While it may only put in order, it tells of those alone that it would put first."""
    if learner.stage is Stage.SILENT:
        return None
    opinion = learner.opinion(features_of_comment(body, language))
    if learner.stage is Stage.ORDERS:
        bad, like = opinion.record.bad, opinion.record.all
        return Precedent(LEANING, bad, like) if 0 < like <= 2 * bad else None
    spans: tuple[tuple[int, int], ...] = ()
    if opinion.lane is Lane.BAD:
        said = explain(learner.model, folded(body, language), MARKS)
        spans = tuple(sorted((word.start, word.end) for word in said if word.weight > 0))
    return Precedent(opinion.lane.value, opinion.record.bad, opinion.record.all, spans)


def lane_offers(session: Session, site_id: UUID) -> Mapping[int, Tally]:
    """By bound, for those at which the model is good enough to publish by itself: how many decided comments would have
    been let through, and how many of those moderators have refused; in whole comments, in doubt against the model.
    """
    learner = model_of(session, site_id)
    edges = {percent: learner.edge(percent / 100, OPENS) for percent in BOUNDS} if learner else {}
    found = {percent: Tally(ceil(edge.wrong), floor(edge.all)) for percent, edge in edges.items() if edge}
    return {percent: tally for percent, tally in found.items() if tally.sure(percent) >= OPENS}


def in_lane(learner: Learner, lane: LaneChange, language: str, name: str, body: str) -> bool:
    """Whether the model may answer for it, where it keeps its bound."""
    most = lane.percent / 100
    edge = learner.edge(most, OPENS)
    return edge is not None and surely_fine(learner, edge, most, language, name, body)


def model_of(session: Session, site: UUID) -> Learner | None:
    """As it was stored last, read again only when another one was; ``None`` when none is there that can be used."""
    version = learners.find_version(session, site)
    with _lock:
        known = _models.get(site)
        if known is not None and known[0] == version:
            _models.move_to_end(site)
            return known[1]
    row = learners.find(session, site) if version else None
    learner = _unpacked(row.data) if row else None
    with _lock:
        _models[site] = (row.version if row else 0, learner)
        _models.move_to_end(site)
        while len(_models) > KEPT:
            _models.popitem(last=False)
    return learner


def _unpacked(data: bytes) -> Learner | None:
    """One of another release says nothing until the worker has made it anew."""
    try:
        return unpack(data)
    except OutdatedModelError:
        return None
