"""Approvals by the moderation API, one after the other, beside what the disk takes to keep one row."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

from service.bench.measure import percentile
from service.bench.service_load.asked import Refused, Sample
from service.bench.service_load.database import Desk
from service.bench.service_load.loader import Requests, drive
from service.bench.service_load.scenarios import WRITES
from service.bench.service_load.wire import Answer, request
from service.bench.service_load.writes import Writers

#: Bare commits of a round.
COMMITS = 200


@dataclass(frozen=True)
class _Outcome:
    """Milliseconds, half of them longer: a bare commit, and an approval."""

    commit: float
    approval: float


class Approved:
    """One moderator's program, over one connection; ``writers`` have sent what it approves."""

    def __init__(self, writers: Writers, desk: Desk, seconds: float) -> None:
        self._writers, self._desk, self._seconds = writers, desk, seconds
        self._outcomes: list[_Outcome] = []

    def told(self) -> list[str]:
        """The approvals of each round against the commits of the same round."""
        if not self._outcomes:
            return []
        commit, approval = (median(getattr(one, what) for one in self._outcomes) for what in ("commit", "approval"))
        ratio = median(one.approval / one.commit for one in self._outcomes)
        return [
            f"Half of all approvals took {approval:.2f} ms or less, x{ratio:.1f} of a bare durable commit of one row"
            f" on the same disk ({commit:.2f} ms)."
        ]

    def ready(self) -> Callable[[], Sample]:
        if not self._writers.waiting:
            self._writers.send(WRITES[0], self._seconds)
        commit = percentile(self._desk.commits(COMMITS), 0.5) * 1000
        return partial(self._approve, commit)

    def _approve(self, commit: float) -> Sample:
        sample = drive(self._writers.port, self._approvals(), 1, self._seconds)
        if sample.answers:
            self._outcomes.append(_Outcome(commit, sample.p50))
        return sample

    def _approvals(self) -> Requests:
        waiting, credentials = self._writers.waiting, self._writers.credentials
        while waiting:
            path = f"/v1/moderation/comments/{waiting.popleft()}/approve"
            yield request("POST", path, credentials, b'{"version": 1}'), _is_approved


def _is_approved(answer: Answer) -> None:
    if answer.code != 200 or json.loads(answer.body).get("to") != "approved":
        raise Refused(f"{answer.code} came where an approval has to")
