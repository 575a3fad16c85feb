"""How the worker goes through what waits: a little at a time, to the end of every queue, past what fails."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from uuid import UUID

import pytest

from service.usecases import rescore_waiting
from tests.integration.test_rescore import FAILURES, another, noted, unnoted
from tests.newsroom import Newsroom
from tests.trained import BAD, model, store

__all__ = ["unnoted"]


@pytest.fixture
def chunks(monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
    """Two comments a chunk, and one chunk a go."""
    monkeypatch.setattr(rescore_waiting, "CHUNK", 2)
    return (0.4 * number for number in count())


def test_ended_between_two_chunks_another_goes_on(newsroom: Newsroom, chunks: Iterator[float]) -> None:
    bad = [newsroom.pending(body=f"{BAD} {number}") for number in range(5)]
    store(newsroom, model())
    assert another(newsroom, lambda: next(chunks)).rescore()
    assert [bool(noted(newsroom, comment)) for comment in bad] == [True, True, False, False, False]
    second = another(newsroom, lambda: next(chunks))
    goes = 1
    while second.rescore():
        goes += 1
    assert goes == 3
    assert [noted(newsroom, comment) for comment in bad] == [[(1, "likely_bad")]] * 5


def test_a_newer_version_goes_round_once_from_where_it_is(newsroom: Newsroom, chunks: Iterator[float]) -> None:
    """Else a queue that takes longer than a minute would never be gone through to its end."""
    bad = [newsroom.pending(body=f"{BAD} {number}") for number in range(5)]
    store(newsroom, model())
    rescorer = another(newsroom, lambda: next(chunks))
    assert rescorer.rescore()
    store(newsroom, model(turned=True))
    # Within the minute it goes on with what it has begun, by the newest there is.
    assert rescorer.rescore()
    codes = [[code for _, code in noted(newsroom, comment)] for comment in bad]
    assert codes == [["likely_bad"]] * 2 + [["likely_fine"]] * 2 + [[]]
    newsroom.clock.forward(seconds=60)
    assert rescorer.rescore()
    codes = [[code for _, code in noted(newsroom, comment)] for comment in bad]
    assert codes == [["likely_bad"]] * 2 + [["likely_fine"]] * 3
    while rescorer.rescore():
        pass
    assert [noted(newsroom, comment) for comment in bad] == [[(1, "likely_fine")]] * 5
    newsroom.clock.forward(minutes=5)
    assert not rescorer.rescore()


def test_at_most_once_a_minute(unnoted: tuple[Newsroom, UUID, UUID]) -> None:
    room, _, bad = unnoted
    rescorer = another(room)
    assert not rescorer.rescore()
    store(room, model(turned=True))
    room.clock.forward(seconds=59)
    assert not rescorer.rescore()
    assert noted(room, bad) == [(1, "likely_bad")]
    room.clock.forward(seconds=1)
    assert not rescorer.rescore()
    assert noted(room, bad) == [(1, "likely_fine")]


def test_a_site_that_fails_keeps_no_other_from_its_turn(unnoted: tuple[Newsroom, UUID, UUID]) -> None:
    room, _, bad = unnoted
    broken = room.container.manage_sites.create("a", "", {})
    store(room, model()[:-1], broken.id)
    rescorer = another(room)
    assert not rescorer.rescore()
    assert noted(room, bad) == [(1, "likely_bad")]
    assert not rescorer.rescore()
    assert [name for name, _ in FAILURES] == ["rescoring"], "the next turn is in a minute"
    room.clock.forward(minutes=1)
    rescorer.rescore()
    assert len(FAILURES) == 2


def test_a_model_of_another_release_changes_nothing(unnoted: tuple[Newsroom, UUID, UUID]) -> None:
    room, good, bad = unnoted
    another(room).rescore()
    at = len(b"TALIQ learner\n")
    store(room, model()[:at] + b"\xff" + model()[at + 1 :])
    assert not another(room).rescore()
    assert (noted(room, good), noted(room, bad)) == ([(1, "likely_fine")], [(1, "likely_bad")])
    assert FAILURES == []
