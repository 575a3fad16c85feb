"""``taliq bench service``, run as it is typed but small; its database, and that everything it starts ends with it."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from service import __main__ as entrance
from service.bench.scene import HOT_KEY, SLUG, settings_of
from service.bench.service_load import accounting, isso, nginx, soak, writes, wrk
from service.bench.service_load.articles import LONG_ARTICLE, Plan, key_of
from service.bench.service_load.database import Desk, Prepared, prepare
from service.bench.service_load.processes import Failed, run, running, wait_until
from service.bootstrap import Container, build
from service.domain.errors import ConfigurationError
from service.gateways.clock import utc_now
from service.queries import audit
from service.queries.published import published_page
from service.settings import Settings
from service.storage.engine import write_engine
from service.web.throttle import Throttle, client_network
from tests.postgres import PostgresServer

PLAN, SEED = Plan(articles=20, long=120), 5
SMALL = ("--articles", "20", "--long", "120", "--seed", "5", "--seconds", "0.3", "--rounds", "1")


def silent(_step: str, _done: int, _of: int) -> None:
    pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the database in it, filled once."""
    made = tmp_path_factory.mktemp("bench")
    prepare(None, made, PLAN, SEED, silent)
    return made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def prepared(request: pytest.FixtureRequest, folder: Path) -> Iterator[Prepared]:
    if request.param == "sqlite":
        yield prepare(None, folder, PLAN, SEED, silent)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    yield prepare(server.create_database("bench_service"), folder, PLAN, SEED, silent)
    server.drop_database("bench_service")


@pytest.fixture
def filled(prepared: Prepared) -> Iterator[Container]:
    made = build(settings_of(prepared.url, SEED))
    yield made
    made.close()


def page(container: Container, key: str) -> list[dict[str, object]]:
    return container.reader.run(lambda s: published_page(s, SLUG, key, None, "oldest", utc_now()).comments())


def test_the_hot_thread_is_one_page_of_a_hundred_half_of_them_arabic(filled: Container) -> None:
    found = page(filled, HOT_KEY)
    assert len(found) == 100
    assert [sum(comment["dir"] == direction for comment in found) for direction in ("rtl", "ltr")] == [50, 50]
    assert sum(comment["lang"] == "ar" for comment in found) == 50
    assert 350 < sum(len(str(comment["text"]).encode()) for comment in found) / 100 < 450
    assert sum(comment["parent"] is None for comment in found) == 50
    assert len(page(filled, key_of(LONG_ARTICLE))) == 100
    assert len(page(filled, key_of(19))) == 10
    assert audit.verify(filled.reader, None).fault is None


def test_isso_is_given_the_same_texts(filled: Container) -> None:
    for thread in list(isso.threads(PLAN, SEED))[:3]:
        ours = page(filled, str(thread["title"]))
        theirs: Sequence[dict[str, object]] = thread["comments"]  # type: ignore[assignment]
        said = [" ".join(str(c["text"]).split()) for c in ours]
        assert [" ".join(str(c["text"]).split()) for c in theirs[: len(ours)]] == said
        assert [c["author"] for c in theirs[: len(ours)]] == [c["name"] for c in ours]


def test_a_database_is_filled_once_and_sites_of_measurements_do_not_make_it_another(
    prepared: Prepared, folder: Path
) -> None:
    desks = [Desk(prepared) for _ in range(2)]
    assert len({desk.slug for desk in desks}) == 2
    assert [desk.stored() for desk in desks] == [0, 0]
    for desk in desks:
        desk.close()
    steps: list[str] = []
    prepare(prepared.url, folder, PLAN, SEED, lambda step, done, of: steps.append(step))
    assert steps == []
    for other in (Plan(articles=20, long=121), Plan(articles=21, long=110)):
        with pytest.raises(ConfigurationError):
            prepare(prepared.url, folder, other, SEED, silent)


def test_a_database_that_was_cut_off_is_begun_again(tmp_path: Path) -> None:
    class Cut(Exception):
        pass

    def cut(step: str, _done: int, _of: int) -> None:
        if step == "pages":
            raise Cut

    with pytest.raises(Cut):
        prepare(None, tmp_path, PLAN, SEED, cut)
    assert prepare(None, tmp_path, PLAN, SEED, silent).url.endswith("/articles-20-120-5.sqlite3")
    assert list(tmp_path.glob("unfinished*")) == []


def test_a_bare_commit_is_one_that_is_written(prepared: Prepared) -> None:
    """As the database itself tells: frames of its log beside it, or how far that has come."""
    desk, engine = Desk(prepared), write_engine(prepared.url)
    name = engine.dialect.name
    asked = "PRAGMA wal_checkpoint" if name == "sqlite" else "SELECT 0, pg_current_wal_lsn() - '0/0'::pg_lsn"

    connection = engine.raw_connection()

    def written(asked: str = asked) -> int:
        cursor = connection.cursor()
        cursor.execute(asked)
        return int(cursor.fetchall()[0][1])

    try:
        before = written("PRAGMA wal_checkpoint(TRUNCATE)") if name == "sqlite" else written()
        took = desk.commits(20)
        assert len(took) == 20
        assert min(took) > 0
        assert written() - before >= 20
    finally:
        desk.close()
        connection.close()
        engine.dispose()


def test_the_server_is_started_so_that_no_limit_holds_what_is_sent(tmp_path: Path) -> None:
    settings = Settings.from_env(Prepared(f"sqlite:///{tmp_path}/x.sqlite3", PLAN, SEED).environment(18_080))
    throttle = Throttle(settings)
    for number in range(2 * Settings.rate_site_minute):
        throttle.submission(client_network("127.0.0.1", writes.network(number), settings.proxies()))
        throttle.site(SLUG)


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    config = nginx.write_config(tmp_path, 18_080, 2)
    said = run([nginx.find(), "-t", "-p", str(tmp_path), "-e", "stderr", "-c", str(config)], tmp_path / "log", 30)
    assert "test is successful" in said
    assert "warn" not in said
    wanted = (
        "worker_processes 2;",
        "sendfile on;",
        "gzip_static on;",
        "access_log off;",
        "etag on;",
        "open_file_cache ",
    )
    for line in wanted:
        assert line in config.read_text()


def test_without_nginx_the_peers_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(nginx, "_PLACES", str(tmp_path))
    with pytest.raises(ConfigurationError, match="nginx is missing"):
        nginx.find()


def command(monkeypatch: pytest.MonkeyPatch, folder: Path, *more: str) -> None:
    monkeypatch.setattr(sys, "argv", ["taliq", "bench", "service", "--folder", str(folder), *SMALL, *more])
    entrance.main()


def all_are_there(said: str) -> bool:
    """Whether as many comments stand in the database as were acknowledged, and more than none."""
    words = said.split()
    acknowledged, stored = words[words.index("comments") - 1], words[words.index("stand") - 1]
    return acknowledged == stored != "0"


def test_the_command_measures_everything_and_peers(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Isso would come from outside; it is told that it did not, and done without."""

    def fail(*_: object) -> None:
        raise Failed("pip ended with 1.")

    monkeypatch.setattr(isso, "install", fail)
    drawn = folder / "rates.svg"
    command(monkeypatch, folder, "--loader", "own", "--peers", "--plot", str(drawn))
    said = capsys.readouterr()
    assert "Without Isso" in said.err
    rows = [line.split() for line in said.out.splitlines() if line.strip()]
    ours = {" ".join(row[: row.index("taliq")]) for row in rows if "taliq" in row}
    reads = {"hot identity", "hot gzip", "hot conditional", "hot new connection", "counts", "mix", "long first page"}
    assert ours >= reads | {"write 8", "write 32", "approve", "decided"}
    assert sum(row[0] == "nginx" for row in rows) == len(reads) + 1
    # Once for each, for the memory, and in the sentence on what was decided.
    assert sum(row[:2] == ["taliq,", "proxied"] for row in rows) == len(reads) + 2
    assert sum("decisions a second change the thread" in " ".join(row) for row in rows) == 2
    assert re.search(r"x[\d.]+ of a bare durable commit of one row on the same disk \([\d.]+ ms\)", said.out)
    assert "loader of reads: own" in said.out
    assert all_are_there(said.out)
    assert ElementTree.parse(drawn).getroot().tag.endswith("svg")


def test_what_was_acknowledged_and_is_not_there_fails_the_command(
    prepared: Prepared, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, stored = ("--database", prepared.url, "--only", "write 8"), Desk.stored
    command(monkeypatch, folder, *asked)
    assert all_are_there(capsys.readouterr().out)
    monkeypatch.setattr(Desk, "stored", lambda desk: stored(desk) - 1)
    with pytest.raises(SystemExit) as ended:
        command(monkeypatch, folder, *asked)
    assert ended.value.code == 1
    assert "acknowledged" in capsys.readouterr().err


@pytest.mark.parametrize("loader", ["own", *(["wrk"] if wrk.find() else [])])
def test_an_answer_that_is_wrong_fails_the_command(
    loader: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Plan, "page_of", lambda plan, article: 99)
    with pytest.raises(SystemExit) as ended:
        command(monkeypatch, folder, "--only", "hot", "--loader", loader)
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert "hot identity, taliq: 100 comments came where 99 have to" in said.err
    # Nothing of that kind is asked of an answer without a body.
    assert "hot conditional" in said.out
    assert "hot identity" not in said.out


def test_what_is_not_known_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for more, said in ((("--only", "cold"), "hot identity"), (("--loader", "wrk"), "wrk is missing")):
        with pytest.raises(SystemExit):
            command(monkeypatch, tmp_path, *more)
        assert said in capsys.readouterr().err


def test_everything_at_once_tells_whether_memory_grows(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["taliq", "bench", "soak", "--folder", str(folder), *SMALL[:6], "--minutes", "0.1"]
    monkeypatch.setattr(sys, "argv", asked)
    monkeypatch.setattr(soak, "GROWTH", 10.0)
    entrance.main()
    assert re.search(r"[1-9]\d* reads and [1-9]\d* posts, each approved: \d+ MiB", capsys.readouterr().out)
    monkeypatch.setattr(soak, "GROWTH", -10.0)
    with pytest.raises(SystemExit) as ended:
        entrance.main()
    assert ended.value.code == 1
    assert "memory grew by" in capsys.readouterr().err


def watched(pids: Sequence[int]) -> list[int]:
    return [os.pidfd_open(pid) for pid in pids]


def all_end(watches: Sequence[int], seconds: float = 30) -> bool:
    """Whether all processes that are watched end in that time; then those that did not are ended."""
    until = time.monotonic() + seconds
    left = [w for w in watches if not select.select([w], [], [], max(0, until - time.monotonic()))[0]]
    for watch in left:
        signal.pidfd_send_signal(watch, signal.SIGKILL)
    for watch in watches:
        os.close(watch)
    return not left


STUBBORN = "(trap '' TERM; echo ready; exec sleep 120) & exec sleep 120"


def test_a_server_ends_with_all_of_its_processes_whatever_happens_meanwhile(tmp_path: Path) -> None:
    log = tmp_path / "log"
    watches: list[int] = []

    def fail() -> None:
        with running(["/bin/sh", "-c", STUBBORN], log) as pid:
            wait_until(lambda: "ready" in log.read_text(), pid, log, "sh")
            watches.extend(watched(accounting.family(pid)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert len(watches) == 2
    assert all_end(watches)


def test_a_tool_that_fails_or_takes_too_long_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert run(["/bin/sh", "-c", "echo $TALIQ_X"], log, 30, {"TALIQ_X": "given"}) == "given\n"
    with pytest.raises(Failed, match=r"ended with 3\. It said: …no room"):
        run(["/bin/sh", "-c", "echo no room; exit 3"], log, 30)
    with pytest.raises(Failed, match="took more than"):
        run(["/bin/sh", "-c", "exec sleep 120"], log, 0.1)
    with (
        pytest.raises(ConfigurationError, match="did not start"),
        running(["/bin/sh", "-c", "echo no port; exit 1"], log) as pid,
    ):
        wait_until(lambda: False, pid, log, "it")


def test_asked_to_end_the_command_ends_what_it_has_started(folder: Path) -> None:
    log, asked = folder / "taliq.log", ("--loader", "own", "--seconds", "100", "--only", "hot identity")
    log.unlink(missing_ok=True)
    said = folder / "said"
    with said.open("wb") as file:
        started = subprocess.Popen(
            [sys.executable, "-m", "service", "bench", "service", "--folder", str(folder), *SMALL, *asked],
            stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    wait_until(lambda: log.exists() and "/comments" in log.read_text(), started.pid, said, "it")
    watches = watched([pid for pid in accounting.family(started.pid) if pid != started.pid])
    assert len(watches) >= 3
    started.send_signal(signal.SIGTERM)
    code = started.wait(30)
    assert all_end(watches)
    assert code == 130
