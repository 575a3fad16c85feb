"""``kill -9`` of any process, twenty times under load: what was acknowledged is there, once, and decided once.

Times are printed, never judged.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from service.bootstrap import build
from service.domain.access import SCOPES
from tests.conftest import _migrate
from tests.flows.lasting import LastingPostgres
from tests.flows.load import Load
from tests.flows.reckoning import reckon, verified
from tests.flows.supervised import Supervised, children, kill
from tests.newsroom import Newsroom, SetClock, settings_for

pytestmark = pytest.mark.timeout(600)

KILLS = 20
#: Comments that are acknowledged between two kills.
BETWEEN = 10


def test_on_sqlite(sqlite_url: str, tmp_path: Path, tell: Callable[[str], None]) -> None:
    with Supervised(sqlite_url, tmp_path / "server.log") as server:
        order = ["worker", "worker", "master", "worker", "worker", "master of a newborn worker"]
        killed(sqlite_url, server, order, of_server(server), tell)


def test_on_postgresql(tmp_path: Path, tell: Callable[[str], None]) -> None:
    with LastingPostgres() as database:
        url = database.create_database("killed")
        _migrate(url)
        with Supervised(url, tmp_path / "server.log") as server:
            victims = of_server(server) | {
                "backend": lambda: kill_a_backend(database),
                "postmaster": lambda: kill_the_postmaster(database),
            }
            order = ["worker", "backend", "worker", "backend", "master", "backend", "postmaster"]
            killed(url, server, order, victims, tell)


def killed(
    url: str, server: Supervised, order: list[str], victims: dict[str, Callable[[], None]], tell: Callable[[str], None]
) -> None:
    load, count = Load(server.port, token(url)), Counter[str]()
    with load.running():
        for victim in itertools.islice(itertools.cycle(order), KILLS):
            load.more(BETWEEN)
            victims[victim]()
            count[victim] += 1
            server.until(server.is_whole)
        load.more(BETWEEN)
    found = reckon(url, load.sent, server.port)
    gaps = max(later - earlier for earlier, later in itertools.pairwise(load.served))
    tell(
        f"kill -9 on {url.partition(':')[0]}: {', '.join(f'{n} {v}' for v, n in count.items())}; {found}; "
        f"longest without an acknowledgement {gaps:.1f} s; {load}; {verified(url)}"
    )
    assert (load.odd, found.faults) == ([], {})
    assert all(each.id for each in load.sent), "somebody was never answered"


def token(url: str) -> str:
    """Of a fresh site. The site's clock stands still, the server's runs: it has to outlive both."""
    container = build(settings_for(url), clock=SetClock())
    try:
        return Newsroom(container, SetClock()).container.manage_staff.create_token("demo", "desk", SCOPES, 3650).secret
    finally:
        container.close()


def of_server(server: Supervised) -> dict[str, Callable[[], None]]:
    return {
        "worker": lambda: kill_a_worker(server),
        "master": lambda: kill_the_master(server),
        "master of a newborn worker": lambda: kill_the_master_of_a_newborn(server),
    }


def kill_a_worker(server: Supervised) -> None:
    """The one that has lived longest: whoever is killed again at once is taken for one that cannot live."""
    master = server.process
    kill(children(master.pid)[0])
    server.until(server.is_whole)
    assert server.process is master, "the master has to start it again by itself"


def kill_the_master(server: Supervised) -> None:
    kill(server.process.pid)


def kill_the_master_of_a_newborn(server: Supervised) -> None:
    """The worker it has just started does not even listen to signals yet."""
    before = children(server.process.pid)
    kill(before[0])
    server.until(lambda: bool(set(children(server.process.pid)) - set(before)))
    kill(server.process.pid)


def kill_a_backend(database: LastingPostgres) -> None:
    """PostgreSQL ends all its connections then, and recovers."""
    kill(database.backends()[0])
    database.until()


def kill_the_postmaster(database: LastingPostgres) -> None:
    database.kill()
    database.resume()
