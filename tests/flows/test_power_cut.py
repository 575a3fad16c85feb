"""The power is cut twenty times under load: what was acknowledged is there.

And it has to be the product's own care that keeps it: with less of it, as the controls have, something must be lost.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import _migrate
from tests.flows.disk import Disk, NoDisk
from tests.flows.lasting import LastingPostgres
from tests.flows.load import Load, Sent
from tests.flows.prefork import Prefork
from tests.flows.reckoning import Reckoning, reckon, rows_of, verified
from tests.flows.supervised import Supervised
from tests.flows.test_killed import token

pytestmark = pytest.mark.timeout(600)

CUTS = 20
#: Comments that are acknowledged between two cuts, at the least.
BETWEEN = 10


@pytest.fixture
def disk() -> Iterator[Disk]:
    try:
        with Disk() as made:
            yield made
    except NoDisk as reason:
        pytest.skip(f"no power to cut: {reason}")


@pytest.mark.parametrize("synchronous", ["FULL", "NORMAL"])
def test_on_sqlite(
    disk: Disk, sqlite_template: Path, synchronous: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    file = disk.folder / "taliq.sqlite3"
    shutil.copy(sqlite_template, file)
    url, sent, odd = f"sqlite:///{file}", list[Sent](), list[str]()
    secret, cuts, control = token(url), 0, synchronous == "NORMAL"
    disk.settle()
    with Prefork(url, tmp_path / "server.log", synchronous) as server:
        while cuts < CUTS and not (control and reckon(url, sent).lost):
            server.start()
            load = Load(server.port, secret)
            with load.running():
                load.more(BETWEEN)
                with load.without_power():
                    disk.cut()
                    server.kill()
                    load.give_up()
            odd += load.odd
            disk.repower()
            cuts += 1
            sent += load.sent
            assert rows_of(url, "PRAGMA integrity_check") == [("ok",)]
    judge(f"sqlite, synchronous={synchronous}", cuts, reckon(url, sent), odd, url, tell, control=control)


@pytest.mark.parametrize("synchronous_commit", ["on", "off"])
def test_on_postgresql(disk: Disk, synchronous_commit: str, tmp_path: Path, tell: Callable[[str], None]) -> None:
    control = synchronous_commit == "off"
    with LastingPostgres(disk.folder, synchronous_commit=synchronous_commit) as database:
        url = database.create_database("cut")
        _migrate(url)
        secret, cuts = token(url), 0
        disk.settle()
        with Supervised(url, tmp_path / "server.log") as server:
            load = Load(server.port, secret)
            with load.running():
                while cuts < CUTS and not (control and reckon(url, load.sent).lost):
                    load.more(BETWEEN)
                    with load.without_power():
                        disk.cut()
                        database.kill()
                        disk.repower()
                        database.resume()
                    cuts += 1
                if control:
                    load.give_up()
                else:
                    load.more(BETWEEN)
        what = f"postgresql, synchronous_commit={synchronous_commit}"
        judge(what, cuts, reckon(url, load.sent), load.odd, url, tell, control=control)


def judge(
    what: str, cuts: int, found: Reckoning, odd: list[str], url: str, tell: Callable[[str], None], *, control: bool
) -> None:
    tell(f"power cuts, {what}{' (the control)' if control else ''}: {cuts} cuts; {found}")
    if control:
        assert found.lost, "this cut of the power takes nothing away: it proves nothing"
    else:
        assert (odd, found.faults) == ([], {})
        verified(url)
