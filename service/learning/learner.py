"""The model of one site with what its scores have meant, and when to believe it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from service.learning.calibration import Bounds, Calibration, Edge, Lane, Record
from service.learning.context import context_of
from service.learning.features import Features, features_of
from service.learning.model import Model
from service.text.fold import folded

#: Decisions before it puts anything in order; before it says anything, and how many of each kind among them.
#: All are sums of weights: a sweep of four hundred is as good as twenty.
ORDERS_FROM, SPEAKS_FROM, OF_EACH = 50, 200, 40
#: A weight is a whole number of these parts: sums of them are exact, in any order.
PARTS = 1 << 16


class Stage(IntEnum):
    """How far the model is to be believed."""

    SILENT = 0
    ORDERS = 1
    SPEAKS = 2


@dataclass(frozen=True)
class Opinion:
    """``score`` is for putting in order only; ``record`` is for people."""

    score: float
    stage: Stage
    record: Record
    lane: Lane


@dataclass
class Learner:
    """Starts empty. The same calls in the same order give the same learner, to the bit."""

    model: Model = field(default_factory=Model)
    calibration: Calibration = field(default_factory=Calibration)
    fine: float = 0.0
    bad: float = 0.0
    _bounds: Bounds | None = None
    _edges: dict[tuple[float, float], Edge | None] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        decisions = self.fine + self.bad
        if decisions >= SPEAKS_FROM and min(self.fine, self.bad) >= OF_EACH:
            return Stage.SPEAKS
        return Stage.ORDERS if decisions >= ORDERS_FROM and self.fine and self.bad else Stage.SILENT

    def opinion(self, features: Features) -> Opinion:
        score = self.model.score(features)
        if self._bounds is None:
            self._bounds = self.calibration.bounds()
        lane = self._bounds.lane(score) if self.stage is Stage.SPEAKS else Lane.OPEN
        return Opinion(score, self.stage, self.calibration.record(score), lane)

    def edge(self, most: float, sure: float) -> Edge | None:
        """Up to where comments are fine, with no more than the share ``most`` of bad ones among them; ``None`` while it
        is not ``sure``, or too early to say anything.
        """
        if self.stage is not Stage.SPEAKS:
            return None
        if (most, sure) not in self._edges:
            self._edges[most, sure] = self.calibration.edge(most, sure)
        return self._edges[most, sure]

    def decided(self, key: bytes, features: Features, bad: bool, weight: float = 1.0) -> None:
        """A decision of a human. It is scored first, as if nothing were known of it; an earlier one of the same ``key``
        is taken back. ``weight``: how much it counts, 1 for one that was looked at by itself.
        """
        self.undone(key)
        weight = max(1, round(weight * PARTS)) / PARTS
        self.calibration.add(key, self.model.score(features), bad, weight)
        self.model.learn(key, features, bad, weight)
        self._tally(bad, weight)

    def undone(self, key: bytes) -> bool:
        """Takes a decision back. ``False`` when it is none that is still remembered: what it has taught stays, until
        a decision the other way has taught otherwise.
        """
        example = self.model.remembered.get(key)
        if example is None:
            return False
        self.model.unlearn(key)
        self.calibration.remove(key)
        self._tally(example.side > 0, -example.weight)
        return True

    def _tally(self, bad: bool, change: float) -> None:
        self._bounds = None
        self._edges = {}
        if bad:
            self.bad += change
        else:
            self.fine += change


def features_of_comment(body: str, language: str, known: Iterable[str] = ()) -> Features:
    """Of a comment as it was typed, on a site in ``language``. ``known``: names of what else is known of it."""
    text = folded(body, language)
    return features_of(text.text, [*context_of(text), *known])
