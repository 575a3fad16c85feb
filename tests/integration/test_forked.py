"""What the workers of ``taliq serve`` share is made before the fork, and nothing of it that must be one's own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.flows.live import environment
from tests.newsroom import Newsroom

#: A master that has made ready and forks two workers, each of which makes ids for the same moment, formats and reads a
#: page. What it finds, on its output.
_MASTER = """
import json, os, sys, threading
from contextlib import suppress
from datetime import UTC, datetime

from service import wsgi
from service.i18n import LANGUAGES, format_moment, format_number, language_name

def sockets_and_databases():
    names = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the listing's own is closed by now
            names.append(os.readlink(f"/proc/self/fd/{number}"))
    return [name for name in names if name.startswith("socket:") or ".sqlite3" in name]

schema = wsgi._container.schema
assert schema.current() == schema.head()
wsgi.warm_up()
found = {"threads": threading.active_count(), "open": sockets_and_databases(), "workers": []}
found["alembic"] = "alembic" in sys.modules
moment = datetime(2026, 11, 1, tzinfo=UTC)
read = []
sys.addaudithook(lambda name, about: read.append(str(about[0])) if name in ("open", "import") else None)
for number in range(2):
    reader, writer = os.pipe()
    if os.fork() == 0:
        read.clear()
        for language in LANGUAGES:
            format_moment(language, moment), format_number(language, 1.5), language_name(language)
        touched = list(read)
        ids = [str(wsgi._container.new_id(moment)) for _ in range(2000)]
        answer = wsgi.in_worker().test_client().get("/v1/sites/demo/comments.html?thread=a")
        with os.fdopen(writer, "w") as file:
            found = {"ids": ids, "touched": touched, "status": answer.status_code, "slice": sys.getswitchinterval()}
            json.dump(found, file)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        found["workers"].append(json.load(file))
    os.wait()
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Master:
    """``open``: sockets and databases it has open as it forks; ``said``: what it logged."""

    alembic: bool
    threads: int
    open: list[str]
    workers: list[dict[str, object]]
    said: str


@pytest.fixture
def fork(newsroom: Newsroom, database_url: str) -> Callable[..., Master]:
    def forked(**more: str) -> Master:
        values = environment(database_url, **more)
        ended = subprocess.run(
            [sys.executable, "-c", _MASTER], env=values, capture_output=True, text=True, timeout=120, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return Master(**json.loads(ended.stdout), said=ended.stderr)

    return forked


def test_workers_share_no_id_no_connection_and_no_thread(fork: Callable[..., Master]) -> None:
    master = fork(log_level="info")
    first, second = (worker["ids"] for worker in master.workers)
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert len({*first, *second}) == 4000
    assert master.threads == 1
    assert master.open == []


def test_what_is_rehearsed_is_not_in_the_log(fork: Callable[..., Master]) -> None:
    lines = [json.loads(line) for line in fork(log_level="info").said.splitlines()]
    assert [line["route"] for line in lines] == ["/v1/sites/<site>/comments.html"] * 2


def test_what_only_migrations_need_is_not_imported(fork: Callable[..., Master]) -> None:
    assert not fork().alembic


def test_workers_read_no_file_to_speak_a_language(fork: Callable[..., Master]) -> None:
    """Else each would hold the memory for it."""
    workers = fork().workers
    assert [worker["touched"] for worker in workers] == [[], []]
    assert [worker["status"] for worker in workers] == [200, 200]


def test_a_thread_that_decides_lets_one_that_reads_in_between(fork: Callable[..., Master]) -> None:
    """With Python's own five milliseconds a reader waits so long for what is ready."""
    assert all(float(str(worker["slice"])) <= 0.001 for worker in fork().workers)
