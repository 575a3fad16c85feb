"""Two web processes behind nginx, pgbouncer, a standby and Redis, all of them real: each is taken away and given back
while people read and write. The deployment of docker-compose.yml's profile `machines`, without its containers: the web
processes have networks of their own, and nothing but the bridge between them.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from service.bootstrap import build
from tests.conftest import _migrate
from tests.flows.live import Server
from tests.flows.namespaces import LOOPBACK, Machine, network
from tests.load import Load
from tests.newsroom import FIELDS, Newsroom, SetClock, settings_for, word
from tests.nginx import NGINX, Proxy, proxy_before
from tests.pgbouncer import PGBOUNCER, PgBouncer
from tests.ports import free_port
from tests.postgres import SUPERUSER, PostgresUnavailable
from tests.standby import Restartable, Standby
from tests.valkey import REDIS, Valkey

POST = "/v1/sites/demo/comments"
TOOLS = {"nginx-light": NGINX, "pgbouncer": PGBOUNCER, "redis-server": REDIS}
MISSING = [name for name, found in TOOLS.items() if not found]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed (Debian: apt-get install {' '.join(MISSING)})")


class Web:
    """One `taliq serve` on a machine of its own, on one port throughout."""

    def __init__(self, machine: Machine, environment: dict[str, str], log: Path) -> None:
        self.machine, self.port, self._environment, self._log = machine, free_port(), environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it could work."""
        own = ("serve", "--host", self.machine.address, "--port", str(self.port))
        command = self.machine.command(sys.executable, "-m", "service", *own)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        server, deadline = Server(self.port, "", self.machine.address), time.monotonic() + 60
        while not server.is_ready():
            assert time.monotonic() < deadline, self._log.read_text()
        server.close()

    def stop(self) -> None:
        """As an upgrade does it."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=40)


class Place:
    """All of it, and what can be taken away."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        try:
            self.primary = stack.enter_context(Restartable())
        except PostgresUnavailable as reason:
            pytest.skip(f"no PostgreSQL: {reason}")
        self.network = stack.enter_context(network(2))
        servers = self.network.servers
        self.primary.asked(f"ALTER ROLE {SUPERUSER} SET synchronous_commit = on")
        self.url = self.primary.create_database("taliq")
        _migrate(self.url)
        self.standby = stack.enter_context(Standby(self.primary, servers.get("standby", "")))
        self.pooler = stack.enter_context(PgBouncer(self.primary, servers.get("pooler", "")))
        self.valkey = stack.enter_context(Valkey(servers.get("limits", LOOPBACK)))
        room = build(settings_for(self.url))
        Newsroom(room, SetClock())
        room.close()
        self.log = folder / "web.log"
        self.webs = [Web(machine, self._environment(), self.log) for machine in self.network.machines]
        for web in self.webs:
            stack.callback(web.stop)
            web.start()
        both = " ".join(f"server {web.machine.address}:{web.port};" for web in self.webs)
        shipped = self.webs[0].port
        self.proxy: Proxy = stack.enter_context(proxy_before(shipped, edit=(f"server {LOOPBACK}:{shipped};", both)))

    def _environment(self) -> dict[str, str]:
        names = ("secret_key", "index_key", "vault_keys", "rate_minute", "rate_hour", "rate_site_minute")
        settings = settings_for(self.url)
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("TALIQ_")},
            **{f"TALIQ_{name.upper()}": str(getattr(settings, name)) for name in names},
            "TALIQ_DATABASE_URL": self.pooler.url("taliq"),
            "TALIQ_DATABASE_POOLER": "transaction",
            "TALIQ_STANDBY_URL": self.standby.url("taliq"),
            "TALIQ_LIMITS_URL": self.valkey.url,
            "TALIQ_PUBLIC_URL": "http://127.0.0.1",
            "TALIQ_TRUSTED_PROXIES": f"{self.network.servers.get('proxy', LOOPBACK)}/32",
            "TALIQ_LOG_LEVEL": "warning",
        }

    @contextmanager
    def without(self, what: str) -> Iterator[None]:
        take, give = {
            "valkey": (self.valkey.stop, self.valkey.start),
            "valkey, frozen": (self.valkey.freeze, self.valkey.thaw),
            "standby": (self.standby.halt, self.standby.resume),
            "standby, frozen": (self.standby.freeze, self.standby.thaw),
            "pgbouncer": (self.pooler.stop, self.pooler.start),
            "primary": (self.primary.halt, self.primary.resume),
            "web process": (self.webs[1].stop, self.webs[1].start),
        }[what]
        take()
        try:
            yield
        finally:
            give()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        yield Place(stack, tmp_path_factory.mktemp("machines"))


def test_the_web_processes_have_networks_of_their_own(place: Place, tell: Callable[[str], None]) -> None:
    where = {os.readlink(f"/proc/{web.process.pid}/ns/net") for web in place.webs if web.process}
    if place.network.reason:
        tell(f"no network namespaces ({place.network.reason}): both web processes are on the loopback")
        assert len(where) == 1
        return
    assert len(where) == 2
    assert os.readlink("/proc/self/ns/net") not in where


def stored(place: Place) -> list[str]:
    with psycopg.connect(place.url.replace("+psycopg", "")) as connection:
        return [str(row[0]) for row in connection.execute("SELECT id FROM comment")]


@pytest.mark.parametrize(
    ("what", "writers_hear"),
    [
        ("valkey", {202}),
        ("valkey, frozen", {202}),
        ("standby", {202}),
        ("standby, frozen", {202}),
        ("pgbouncer", {202, 503}),
        ("primary", {202, 503}),
        ("web process", {202, 503}),
    ],
)
def test_taken_away_and_given_back_under_load_nothing_is_lost(place: Place, what: str, writers_hear: set[int]) -> None:
    def write(number: int) -> tuple[int, object]:
        sent = {**FIELDS, "body": word(), "thread": f"article-{number % 5}", "submission_id": secrets.token_urlsafe(24)}
        answer = place.proxy.send(
            "POST", POST, body=json.dumps(sent).encode(), headers={"Content-Type": "application/json"}
        )
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) > 0
        return answer.status, json.loads(answer.body).get("id")

    def read(number: int) -> tuple[int, object]:
        # What is asked for often, and what nobody has asked for.
        key = f"article-{number % 5}" if number % 2 else word()
        return place.proxy.send(path=f"{POST}?thread={key}").status, None

    with Load(write, 3) as writing, Load(read, 3) as reading:
        for _ in range(2):
            writing.more(202)
            reading.more(200, times=20)
            if what in ("pgbouncer", "primary"):
                # A standby that has just lost its primary looks for it every five seconds; until it has caught up it
                # rightly refuses to stand in.
                place.standby.follow()
                reading.more(200, times=20)
            with place.without(what):
                if what in ("pgbouncer", "primary"):
                    writing.more(503, times=5)
                else:
                    writing.more(202, times=20)
                reading.more(200, times=50)
            writing.more(202)
    print(f"\n{what}: writers {dict(writing.counts())}, readers {dict(reading.counts())}")
    assert set(reading.counts()) == {200}
    assert set(writing.counts()) <= writers_hear
    acknowledged, there = [UUID(str(told)) for told in writing.said[202]], stored(place)
    assert len(acknowledged) == len(set(acknowledged))
    assert set(map(str, acknowledged)) <= set(there)
    assert len(there) == len(set(there))


def test_the_log_says_what_was_away_once_a_change(place: Place) -> None:
    """After all of the above. Of two processes, and of one that was started again."""
    for web in place.webs:
        web.stop()
    lines = [json.loads(line) for line in place.log.read_text().splitlines() if line.startswith("{")]
    told = Counter(line["event"] for line in lines)
    # Each of them, twice stopped and twice frozen: unless it was back before anybody asked it.
    assert 1 <= told["limits.alone"] <= 9
    assert 1 <= told["standby.away"] <= 12
    assert told["primary.away"] >= 1
    assert {line["code"] for line in lines if line["event"] == "refused"} == {"unavailable"}
