"""What is sent to Isso, and which of its answers count; what an approval is held against."""

from __future__ import annotations

import json
from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

from service.bench.service_load import approved
from service.bench.service_load.approved import Approved
from service.bench.service_load.articles import written
from service.bench.service_load.asked import Refused, Sample
from service.bench.service_load.isso_writes import IssoWriters, comment
from service.bench.service_load.scenarios import WRITES, Server, write_with
from service.bench.service_load.wire import Answer
from service.bench.service_load.writes import FIRST

ARTICLES, SEED = 20, 5


def answer(code: int = 201, **made: object) -> Answer:
    body = json.dumps({"id": 1, "text": "<p>نص</p>", "author": "ليلى", **made}).encode()
    return Answer(code, {}, body, len(body))


def test_isso_is_sent_what_taliq_is_sent_with_a_title_so_that_it_asks_nobody() -> None:
    asked, name = comment(7, ARTICLES, SEED)
    head, _, body = asked.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /new?uri=%2Fwritten-7%2F HTTP/1.1\r\n")
    sent: dict[str, Any] = json.loads(body)
    # What is typed is what the load before would have of that number.
    by = written(SEED, FIRST + 7, "en")
    assert (sent["author"], sent["text"], name) == (by.name, by.text.source, by.name)
    assert sent["title"]
    assert comment(7, ARTICLES, SEED)[0] == asked
    assert comment(7 + ARTICLES, ARTICLES, SEED)[0] != asked


def test_it_is_measured_over_as_many_connections() -> None:
    writers = IssoWriters(Server("isso, uwsgi", 1, (), {}), ARTICLES, SEED)
    assert set(writers.actions(1.0)) == {write_with(many) for many in WRITES}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (answer(403), "403 came where 201"),
        (answer(202), "202 came where 201"),
        (answer(author="خالد"), "another comment"),
        (answer(text=""), "another comment"),
        (answer(id=9), "another comment"),
    ],
)
def test_an_answer_of_isso_counts_when_it_has_taken_that_very_comment(told: Answer, why: str) -> None:
    writers = IssoWriters(Server("isso, uwsgi", 1, (), {}), ARTICLES, SEED)
    writers._note("ليلى", answer(id=9))
    writers._note("ليلى", answer(id=10))
    with pytest.raises(Refused, match=why):
        writers._note("ليلى", told)


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
