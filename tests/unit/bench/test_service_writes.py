"""What is sent to Isso, and which of its answers count; what an approval is held against."""

from __future__ import annotations

import json
from collections import deque
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from service.bench.service_load import approved, isso_writes, writes
from service.bench.service_load.approved import Approved
from service.bench.service_load.articles import written
from service.bench.service_load.asked import Refused, Sample
from service.bench.service_load.isso_writes import IssoWriters, comment
from service.bench.service_load.loader import Requests
from service.bench.service_load.scenarios import WRITES, Server, write_with
from service.bench.service_load.wire import Answer
from service.bench.service_load.writes import FIRST

ARTICLES, SEED = 20, 5


def answer(code: int = 201, **made: object) -> Answer:
    body = json.dumps({"id": 1, "text": "<p>نص</p>", "author": "ليلى", **made}).encode()
    return Answer(code, {}, body, len(body))


def test_isso_is_sent_what_taliq_is_sent_with_a_title_so_that_it_asks_nobody() -> None:
    asked = comment(7, ARTICLES, SEED)
    head, _, body = asked.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /new?uri=%2Fwritten-7%2F HTTP/1.1\r\n")
    sent: dict[str, Any] = json.loads(body)
    # What is typed is what the load before would have of that number.
    by = written(SEED, FIRST + 7, "en")
    assert (sent["author"], sent["text"]) == (by.name, by.text.source)
    ours = json.loads(writes.comment("bench", 7, ARTICLES, SEED).partition(b"\r\n\r\n")[2])
    assert (ours["name"], ours["body"]) == (by.name, by.text.source)
    assert sent["title"]
    assert comment(7, ARTICLES, SEED) == asked != comment(7 + ARTICLES, ARTICLES, SEED)


def test_it_is_measured_over_as_many_connections() -> None:
    writers = IssoWriters(Server("isso, uwsgi", 1, (), {}), ARTICLES, SEED)
    assert set(writers.actions(1.0)) == {write_with(many) for many in WRITES}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (answer(500), "500 came where 201"),
        (answer(202), "202 came where 201"),
        (answer(author=""), "no comment"),
        (answer(text=""), "no comment"),
    ],
)
def test_only_what_isso_has_taken_counts_and_how_much_that_is_is_told(
    given: Answer, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers = IssoWriters(Server("isso, uwsgi", 1, (), {}), ARTICLES, SEED)

    def drive(_port: int, requests: Requests, connections: int, seconds: float) -> Sample:
        taken = 0
        for told in (answer(), given, answer()):
            _, judge = next(requests)
            with pytest.raises(Refused, match=why) if told is given else nullcontext():
                judge(told)
                taken += 1
        return Sample(taken, seconds, 1.0, float(connections), ("a fault",))

    monkeypatch.setattr(isso_writes, "drive", drive)
    assert writers.told() == []
    assert writers.actions(1.0)[write_with(8)]()() == Sample(2, 1.0, 1.0, 8.0)
    assert writers.told() == ["isso, uwsgi took 2 of 3 comments; only those count."]


def test_where_isso_takes_none_that_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isso_writes, "drive", lambda *_: Sample(0, 1.0, 0.0, 0.0, ("not sent",)))
    writers = IssoWriters(Server("isso, uwsgi", 1, (), {}), ARTICLES, SEED)
    assert writers.actions(1.0)[write_with(8)]()().faults == ("not sent",)


def test_an_approval_is_told_in_commits_of_the_same_round(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([([0.001, 0.002, 0.003], 4.0), ([0.004] * 3, 40.0), ([0.001] * 3, 9.0)])
    half = [0.0]

    def commits(_many: int) -> list[float]:
        took, half[0] = next(rounds)
        return took

    def drive(*_: object) -> Sample:
        return Sample(1, 1.0, half[0], 2 * half[0])

    monkeypatch.setattr(approved, "drive", drive)
    writers = SimpleNamespace(waiting=deque("abc"), port=1, credentials={})
    measured = Approved(writers, SimpleNamespace(commits=commits), 1.0)  # type: ignore[arg-type]
    assert measured.told() == []
    for _ in range(3):
        measured.ready()()
    (told,) = measured.told()
    # 2, 10 and 9 times as long: by rounds, and not by the medians of all.
    assert "9.00 ms or less, x9.0 of a bare durable commit of one row on the same disk (2.00 ms)" in told
