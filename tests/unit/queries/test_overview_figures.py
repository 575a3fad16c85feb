"""The numbers of an overview from facts alone, where one case decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.domain.moderation import Action, ActorKind, Status
from service.queries.overview import figures
from service.queries.overview.facts import Act, Arrival, Facts, Found
from service.queries.overview.figures import Tally
from service.queries.overview.window import window_at

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
DAY = window_at(NOW, "day")
APPROVAL = Act(
    id=UUID(int=1),
    comment=UUID(int=100),
    action=Action.APPROVE,
    before=Status.PENDING,
    after=Status.APPROVED,
    actor_kind=ActorKind.MODERATOR,
    actor_id=UUID(int=7),
    actor_label="سارة",
    undoes=None,
    own=False,
    at=NOW,
)
ARRIVAL = Arrival(
    UUID(int=100), UUID(int=50), "رأي", Status.APPROVED, staff=False, at=NOW - timedelta(minutes=10)
)


def facts(**changes: object) -> Facts:
    whole = Facts([ARRIVAL], DAY.start, [APPROVAL], DAY.start, [], pending=0, oldest=None)
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_a_chain_of_undos_alternates() -> None:
    acts = [replace(APPROVAL, id=UUID(int=n), undoes=UUID(int=n - 1) if n > 1 else None) for n in range(5, 0, -1)]
    assert figures.undone(acts) == {UUID(int=4), UUID(int=2)}
    assert figures.undone(acts[1:]) == {UUID(int=3), UUID(int=1)}


def test_rules_and_authors_decide_nothing() -> None:
    for kind, decides in ((ActorKind.MODERATOR, True), (ActorKind.TOKEN, True), (ActorKind.POLICY, False)):
        assert replace(APPROVAL, actor_kind=kind).decides is decides
    assert not replace(APPROVAL, action=Action.WITHDRAW, actor_kind=ActorKind.READER).decides
    assert not replace(APPROVAL, action=Action.UNDO).decides
    assert not replace(APPROVAL, own=True).decides


def test_confirming_an_edit_moves_nothing_in_the_queue() -> None:
    assert APPROVAL.flow == -1
    assert replace(APPROVAL, before=Status.APPROVED).flow == 0
    assert replace(APPROVAL, before=Status.SPAM, after=Status.PENDING).flow == 1


def test_a_moment_of_another_machine_is_now() -> None:
    assert DAY.index(NOW + timedelta(minutes=45)) == 23
    ahead = facts(arrivals=[replace(ARRIVAL, at=NOW + timedelta(minutes=45))])
    assert figures.buckets(ahead, DAY)[-1].arrivals == Tally(1)


def test_an_hour_that_is_known_from_its_beginning_is_whole() -> None:
    hour = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    told = [b.arrivals for b in figures.buckets(facts(arrivals_since=hour), DAY)]
    assert told[-3:] == [Tally(None), Tally(0), Tally(1)]
    later = [b.arrivals for b in figures.buckets(facts(arrivals_since=hour + timedelta(minutes=1)), DAY)]
    assert later[-3:] == [Tally(None), Tally(0, at_least=True), Tally(1)]


def test_equal_numbers_are_ordered_by_name() -> None:
    found = [Found(code, Status.PENDING, 3) for code in ("b", "a")]
    assert [code for code, _ in figures.by_finding(found)] == ["a", "b"]
    arrivals = [replace(ARRIVAL, id=UUID(int=n), section=name) for n, name in enumerate(("ب", "أ"))]
    assert [name for name, _ in figures.by_section(facts(arrivals=arrivals), 20)] == ["أ", "ب"]


def test_the_name_of_a_moderator_is_the_last_one_printed() -> None:
    acts = [replace(APPROVAL, id=UUID(int=2), actor_label="سارة علي"), APPROVAL]
    assert [load.name for load in figures.by_moderator(acts)] == ["سارة علي"]


def test_no_list_is_longer_than_asked_for() -> None:
    many = [replace(ARRIVAL, id=UUID(int=n), thread=UUID(int=n), section=str(n)) for n in range(30)]
    assert len(figures.by_thread(facts(arrivals=many), 20)) == len(figures.by_section(facts(arrivals=many), 20)) == 20


def test_a_second_of_knowledge_is_a_rate_too() -> None:
    """Everything that was read came in this very millisecond."""
    flood = facts(arrivals_since=NOW + timedelta(milliseconds=1), acts_since=NOW, pending=5)
    assert figures.flow(flood, DAY).state == "idle"
