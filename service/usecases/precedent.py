"""What a site's moderators have decided of comments like a new one, as far as its model knows."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from service.learning.calibration import Lane
from service.learning.explain import explain
from service.learning.learner import Learner, Stage, features_of_comment
from service.learning.packing import OutdatedModelError, unpack
from service.screening.facts import Precedent
from service.storage import learners
from service.storage.sites import Site
from service.storage.uow import Session
from service.text.fold import folded

#: Models that a process has in memory at once, some twelve megabytes each; the one that was asked longest ago goes.
KEPT = 8
#: Words that are marked.
MARKS = 5

_models: OrderedDict[UUID, tuple[int, Learner | None]] = OrderedDict()
_lock = Lock()


def precedent_of(session: Session, site: Site, body: str) -> Precedent | None:
    """``None`` while the model knows too little. ``UnreadableModelError`` when what is stored is damaged."""
    learner = _model(session, site.id)
    if learner is None or learner.stage is not Stage.SPEAKS:
        return None
    language = site.policy.language
    opinion = learner.opinion(features_of_comment(body, language))
    spans: tuple[tuple[int, int], ...] = ()
    if opinion.lane is Lane.BAD:
        said = explain(learner.model, folded(body, language), MARKS)
        spans = tuple(sorted((word.start, word.end) for word in said if word.weight > 0))
    return Precedent(opinion.lane.value, opinion.record.bad, opinion.record.all, spans)


def _model(session: Session, site: UUID) -> Learner | None:
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
