"""The primary is killed under load and its standby promoted: nothing acknowledged is lost, and readers notice nothing.

The standby is promoted once readers were seen to be served without a primary; whoever watches over a primary takes
longer to believe that it is dead. Times are printed, never judged.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import _migrate
from tests.flows.lasting import LastingPostgres, Standby
from tests.flows.load import Load
from tests.flows.reckoning import reckon, verified
from tests.flows.supervised import Supervised
from tests.flows.test_killed import token
from tests.postgres import SUPERUSER

pytestmark = pytest.mark.timeout(600)

COMMENTS = 50
#: Pages that are read while there is no primary.
WITHOUT = 40


@pytest.fixture
def primary() -> Iterator[LastingPostgres]:
    # A commit is acknowledged when readers of the standby see it too.
    with LastingPostgres(synchronous_commit="remote_apply") as server:
        yield server


@pytest.fixture
def url(primary: LastingPostgres) -> str:
    made = primary.create_database("news")
    _migrate(made)
    return made


@pytest.fixture
def standby(primary: LastingPostgres, url: str) -> Iterator[Standby]:
    with Standby(primary) as server:
        yield server


@pytest.fixture
def of_both(primary: LastingPostgres, standby: Standby) -> str:
    """The address that README tells: both servers, of which the one is taken that takes writes."""
    hosts = "&".join(f"host={server.socket_directory}" for server in (primary, standby))
    return f"postgresql+psycopg://{SUPERUSER}@/news?{hosts}&target_session_attrs=read-write"


def test_nothing_acknowledged_is_lost_and_readers_notice_nothing(
    primary: LastingPostgres, standby: Standby, url: str, of_both: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    secret = token(url)
    primary.wait_for_standby()
    with Supervised(of_both, tmp_path / "server.log") as server:
        load = Load(server.port, secret, readers=4, strangers=2)
        with load.running():
            load.more(COMMENTS)
            primary.kill()
            load.more_reads(WITHOUT)
            dead = time.monotonic()
            standby.promote()
            promoted = time.monotonic()
            load.more(COMMENTS)
        found = reckon(of_both, load.sent, server.port)
    last = max(at for at in load.served if at < dead)
    first = min(at for at in load.served if at > dead)
    tell(
        f"fail-over: {found}; {first - last:.1f} s without writes: {dead - last:.1f} s without a promotion, "
        f"{promoted - dead:.1f} s of promotion, {first - promoted:.1f} s until the first acknowledgement; {load}; "
        f"{verified(of_both)}"
    )
    assert (load.odd, found.faults) == ([], {})
    assert all(each.id for each in load.sent), "somebody was never answered"
    assert {answer for who, answer in load.heard if who in ("reader", "stranger")} == {200}


def test_a_standby_that_nobody_waits_for_loses_some(
    primary: LastingPostgres, standby: Standby, url: str, of_both: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    """The control, in which the standby is behind: what the test above counts is the synchronous standby's doing."""
    secret = token(url)
    with Supervised(of_both, tmp_path / "server.log") as server:
        load = Load(server.port, secret)
        with load.running():
            load.more(COMMENTS)
            receiver = standby.receiver()
            os.kill(receiver, signal.SIGSTOP)
            load.more(COMMENTS)
            primary.kill()
            os.kill(receiver, signal.SIGCONT)
            standby.promote()
            load.give_up()
    found = reckon(of_both, load.sent)
    tell(f"fail-over to a standby that is behind (the control): {found}")
    assert found.lost
