"""What a site's moderators have decided of comments like a new one, as far as its model knows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from math import ceil, floor
from threading import Lock
from uuid import UUID

from service.domain.lane import BOUNDS, MEMORY, OPENS, Tally, is_kept
from service.learning.calibration import Lane
from service.learning.explain import explain
from service.learning.learner import Learner, Stage, features_of_comment
from service.learning.packing import OutdatedModelError, unpack
from service.screening.facts import LaneOpen, Precedent
from service.storage import lanes, learners
from service.storage.sites import Site
from service.storage.uow import Session
from service.text.fold import folded

#: Models that a process has in memory at once, some twelve megabytes each; the one that was asked longest ago goes.
KEPT = 8
#: Words that are marked.
MARKS = 5
#: The lane of what half at least was refused of, by a model that puts in order and says nothing is likely.
LEANING = "leaning"

_models: OrderedDict[UUID, tuple[int, Learner | None]] = OrderedDict()
_lock = Lock()


def precedent_of(session: Session, site: Site, body: str) -> Precedent | None:
    """``None`` while the model knows too little. ``UnreadableModelError`` when what is stored is damaged."""
    learner = model_of(session, site.id)
    said = said_by(learner, site.policy.language, body) if learner else None
    if learner is None or said is None or said.lane != Lane.FINE.value:
        return said
    return replace(said, alone=_alone(session, site, learner, body))


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
    return {percent: Tally(ceil(edge.wrong), floor(edge.all)) for percent, edge in edges.items() if edge}


def _alone(session: Session, site: Site, learner: Learner, body: str) -> LaneOpen | None:
    """Asked anew for each comment: a lane that has become worse publishes nothing more, whoever is to close it."""
    lane = lanes.find_open(session, site.id)
    edge = learner.edge(lane.percent / 100, OPENS) if lane else None
    if lane is None or edge is None:
        return None
    if learner.model.score(features_of_comment(body, site.policy.language)) > edge.score:
        return None
    audited = lanes.list_audited(session, lane, MEMORY)
    kept = is_kept(lane.percent, Tally(lane.wrong, lane.judged), audited)
    return LaneOpen(lane.id, lane.audit) if kept else None


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
