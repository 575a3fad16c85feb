"""``taliq worker``: it learns what was decided, goes on when a site fails, and stops when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Event
from uuid import UUID

import pytest

from service.cli import worker
from service.domain.errors import UnavailableError
from service.domain.moderation import Action
from service.usecases.learn_decisions import LearnDecisions, Progress
from service.usecases.rescore_waiting import RescoreWaiting
from tests.integration.test_rescore import noted
from tests.newsroom import Newsroom
from tests.trained import BAD, model, store


def learnt(newsroom: Newsroom) -> int:
    rows = newsroom.sql("SELECT version FROM learner")
    return int(str(rows[0][0])) if rows else 0


def test_a_round_learns_from_every_site(newsroom: Newsroom) -> None:
    newsroom.approved()
    newsroom.decide(newsroom.pending(), Action.SPAM)
    assert worker.work(newsroom.container, Event())
    assert not worker.work(newsroom.container, Event())
    assert learnt(newsroom) == 1


def test_a_site_that_fails_does_not_keep_the_others_from_their_turn(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = newsroom.container.manage_sites.create("a", "", {})
    newsroom.approved()
    fold = LearnDecisions.fold

    def failing(self: LearnDecisions, site: UUID, *, store: bool = False) -> Progress:
        if site == first.id:
            raise RuntimeError
        return fold(self, site, store=store)

    monkeypatch.setattr(LearnDecisions, "fold", failing)
    assert worker.work(newsroom.container, Event())
    assert learnt(newsroom) == 1


def test_told_to_stop_it_begins_no_other_site(newsroom: Newsroom) -> None:
    newsroom.approved()
    stop = Event()
    stop.set()
    assert not worker.work(newsroom.container, stop)
    assert learnt(newsroom) == 0


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_process_learns_stores_and_ends_when_it_is_told_to(
    newsroom: Newsroom, environment: dict[str, str], name: signal.Signals
) -> None:
    newsroom.approved()
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "worker"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        while not learnt(newsroom):
            assert process.poll() is None
            Event().wait(0.05)
        newsroom.approved()
        process.send_signal(name)
        output, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert b"Traceback" not in output
    assert newsroom.sql("SELECT holder FROM learner") == [(None,)]


def test_once_is_once(newsroom: Newsroom, environment: dict[str, str]) -> None:
    newsroom.approved()
    done = subprocess.run([sys.executable, "-m", "service", "worker", "--once"], env=environment, timeout=60)
    assert done.returncode == 0
    assert learnt(newsroom) == 1


def test_once_tells_what_waits_too(newsroom: Newsroom, environment: dict[str, str]) -> None:
    comment = newsroom.pending(body=BAD)
    store(newsroom, model())
    done = subprocess.run([sys.executable, "-m", "service", "worker", "--once"], env=environment, timeout=60)
    assert done.returncode == 0
    assert noted(newsroom, comment) == [(1, "likely_bad")]


def test_what_waits_is_told_by_the_worker_when_nothing_is_left_to_learn(
    newsroom: Newsroom, environment: dict[str, str]
) -> None:
    comment = newsroom.pending(body=BAD)
    store(newsroom, model())
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "worker"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        while not noted(newsroom, comment):
            assert process.poll() is None
            Event().wait(0.05)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, output


def test_a_database_that_is_busy_does_not_end_the_worker(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: RescoreWaiting) -> bool:
        raise UnavailableError

    monkeypatch.setattr(RescoreWaiting, "rescore", busy)
    assert not worker.rescored(newsroom.container)


@pytest.fixture
def environment(newsroom: Newsroom) -> dict[str, str]:
    settings = newsroom.container.settings
    return {name: value for name, value in os.environ.items() if not name.startswith("TALIQ_")} | {
        "TALIQ_DATABASE_URL": settings.database_url,
        "TALIQ_PUBLIC_URL": settings.public_url,
        "TALIQ_SECRET_KEY": settings.secret_key,
        "TALIQ_INDEX_KEY": settings.index_key,
        "TALIQ_VAULT_KEYS": settings.vault_keys,
    }
