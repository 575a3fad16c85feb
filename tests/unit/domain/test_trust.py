"""Trust comes of moderators' judgements that stand, and of nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from service.domain.moderation import Action, ActorKind
from service.domain.trust import HALF_LIFE, Judgement, Level, judgement_of, stand, weighed

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
GOOD, BAD, SPAM = (Judgement(a, NOW) for a in (Action.APPROVE, Action.REJECT, Action.SPAM))


def level(*judgements: Judgement, proof: str = "device", set_to: Level | None = None) -> Level:
    return stand(judgements, proof, set_to, NOW).level


def test_what_each_judgement_weighs() -> None:
    assert weighed([], NOW) == (1, 1)
    assert weighed([GOOD, GOOD, BAD, SPAM], NOW) == (3, 7)


def test_what_was_judged_a_half_life_ago_weighs_half() -> None:
    for halves in (1, 2, 3):
        old = Judgement(Action.SPAM, NOW - halves * HALF_LIFE)
        assert weighed([old], NOW) == pytest.approx((1, 1 + 4 / 2**halves))
    assert weighed([Judgement(Action.APPROVE, NOW + timedelta(minutes=5))], NOW) == (2, 1), "another machine's clock"


def test_trust_takes_a_bound_a_sample_and_proof() -> None:
    assert [level(*[GOOD] * n) for n in (0, 1, 13, 14)] == [Level.NEW, Level.KNOWN, Level.KNOWN, Level.TRUSTED]
    assert level(*[GOOD] * 500, proof="none") is Level.NEW
    assert level(*[GOOD] * 14, proof="address") is Level.TRUSTED
    assert level(*[GOOD] * 14, BAD) is Level.KNOWN


def test_nobody_is_trusted_on_a_small_sample_whatever_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.domain.trust.TRUSTED_ABOVE", 0.1)
    assert [level(*[GOOD] * n) for n in (4, 5)] == [Level.KNOWN, Level.TRUSTED]


def test_trust_fades_when_nobody_has_looked_for_long() -> None:
    long_ago = Judgement(Action.APPROVE, NOW - 3 * HALF_LIFE)
    assert level(*[long_ago] * 20) is Level.KNOWN


def test_a_bad_record_is_watched_and_forgiven_in_time() -> None:
    assert [level(SPAM), level(BAD, BAD), level(BAD)] == [Level.WATCHED, Level.WATCHED, Level.NEW]
    assert level(GOOD, GOOD, GOOD, SPAM) is not Level.WATCHED
    assert level(Judgement(Action.SPAM, NOW - HALF_LIFE)) is Level.NEW
    assert level(SPAM, proof="none") is Level.NEW, "without proof the next comment is somebody else's"


@pytest.mark.parametrize("chosen", [Level.WATCHED, Level.SLOW, Level.BLOCKED])
def test_what_a_moderator_sets_goes_before_all_evidence(chosen: Level) -> None:
    found = stand([GOOD] * 20, "device", chosen, NOW)
    assert (found.level, found.by_hand, found.approved, found.judged) == (chosen, True, 20, 20)
    assert level(*[GOOD] * 20) is Level.TRUSTED, "and taken back it is as if it had never been"


@dataclass(frozen=True)
class Row:
    action: str
    actor_kind: str
    version: int
    id: UUID
    undoes: UUID | None = None
    at: datetime = NOW

    @property
    def version_after(self) -> int:
        return self.version + 1


def chain(*steps: str) -> list[Row]:
    """``approve``, ``policy:approve``, … ; ``undo:N`` undoes the N-th."""
    rows: list[Row] = []
    for number, step in enumerate(steps, 1):
        kind, _, action = step.rpartition(":")
        if step.startswith("undo:"):
            rows.append(Row("undo", "moderator", number, uuid4(), rows[int(action) - 1].id))
        else:
            rows.append(Row(action, kind or "moderator", number, uuid4()))
    return rows


@pytest.mark.parametrize(
    ("steps", "judged"),
    [
        ((), None),
        (("approve",), Action.APPROVE),
        (("spam", "approve"), Action.APPROVE),
        (("approve", "spam"), Action.SPAM),
        (("approve", "undo:1"), None),
        (("approve", "reject", "undo:2"), Action.APPROVE),
        (("approve", "reject", "undo:2", "undo:1"), None),
        (("reject", "reopen"), None),
        (("policy:approve",), None),
        (("token:approve",), None),
        (("policy:approve", "approve"), Action.APPROVE),
        (("policy:approve", "spam", "undo:2"), None),
        # An edit that a rule let through: what stands there now no moderator has judged.
        (("approve", "policy:approve"), None),
        # Whoever takes spam back has sent it all the same.
        (("spam", "reader:erase"), Action.SPAM),
        (("approve", "reader:withdraw", "reader:erase"), Action.APPROVE),
        (("reader:erase",), None),
    ],
)
def test_one_comment_counts_once_as_it_stands(steps: tuple[str, ...], judged: Action | None) -> None:
    found = judgement_of(chain(*steps))
    assert (found and found.action) == judged


def test_every_kind_of_actor_was_thought_of() -> None:
    assert {k.value for k in ActorKind} == {"moderator", "token", "policy", "reader"}
