"""Isso, the nearest of the peers: Python and SQLite as well. Installed from PyPI into an environment of its own, behind
each of the two servers that its documentation names.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlencode

from service.bench.service_load import scenarios, taliq
from service.bench.service_load.articles import HOT_ARTICLE, LONG_ARTICLE, PAGE, Plan, key_of, language_of, written
from service.bench.service_load.asked import Ask
from service.bench.service_load.processes import Failed, run, running, wait_until
from service.bench.service_load.scenarios import CLOSE, IDENTITY, Question, Scenario, Server
from service.bench.service_load.wire import HOST, free_port, request

NAME = "isso"
SERVERS = ("gunicorn", "uwsgi")
TEMPLATE = Path(__file__).with_name("isso.cfg.template")
_INSTALL_SECONDS, _FILL_SECONDS = 600.0, 1_800.0
#: Isso computes a face from each address and keeps a thousand of them: so few readers that it always has them.
_READERS = 250
#: Of a process: what `taliq serve` takes.
_THREADS = str(min(8, 2 * (os.cpu_count() or 1) + 1))
_WRITTEN = "2025-11-01 12:00:00"


class Installed:
    """Isso in ``folder``, with the ``servers`` that could be installed, over a database that holds ``plan``."""

    def __init__(self, folder: Path, config: Path, servers: Sequence[str]) -> None:
        self.folder, self.servers = folder, servers
        self.settings: Mapping[str, str] = {"ISSO_SETTINGS": str(config)}


def install(folder: Path, plan: Plan, seed: int) -> Installed:
    """Isso with all the comments of the plan; what is there already stays. ``Failed`` says what could not be done.
    uwsgi may be missing; it is tried again when the file that says why is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    programs = folder / "venv" / "bin"
    if not (programs / "isso").exists():
        run([sys.executable, "-m", "venv", "--clear", str(folder / "venv")], folder / "venv.log", _INSTALL_SECONDS)
        _pip(folder, "isso", "gunicorn")
    failed = folder / "uwsgi-failed.log"
    if not (programs / "uwsgi").exists() and not failed.exists():
        # It is compiled where it is installed; where it cannot be, gunicorn stands for both.
        try:
            _pip(folder, "uwsgi")
        except Failed as reason:
            failed.write_text(str(reason), "utf-8")
    config = _fill(folder, plan, seed)
    return Installed(folder, config, [name for name in SERVERS if (programs / name).exists()])


def _pip(folder: Path, *packages: str) -> None:
    pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    run([*pip, *packages], folder / "pip.log", _INSTALL_SECONDS)


def _fill(folder: Path, plan: Plan, seed: int) -> Path:
    """The configuration for a database with the plan's comments, brought in by Isso's own import."""
    name = f"{plan.articles}-{plan.long}-{seed}"
    path, config = folder / f"{name}.sqlite3", folder / f"{name}.cfg"
    _configure(config, path)
    if not path.exists():
        unfinished, dump, filling = folder / "unfinished.sqlite3", folder / "dump.json", folder / "filling.cfg"
        unfinished.unlink(missing_ok=True)
        dump.write_text(json.dumps(list(threads(plan, seed))), "utf-8")
        _configure(filling, unfinished)
        isso = str(folder / "venv" / "bin" / "isso")
        run([isso, "-c", str(filling), "import", "-t", "generic", str(dump)], folder / "import.log", _FILL_SECONDS)
        unfinished.replace(path)
    return config


def _configure(config: Path, database: Path) -> None:
    values = {"DATABASE": str(database.resolve())}
    config.write_text(Template(TEMPLATE.read_text("utf-8")).substitute(values), "utf-8")


def threads(plan: Plan, seed: int) -> Iterator[dict[str, object]]:
    """The plan in the shape Isso imports: the same texts as taliq has, none of them an answer to another."""
    made: dict[int, list[dict[str, object]]] = {article: [] for article in range(plan.articles)}
    for number in range(plan.comments):
        article, place = plan.place_of(number)
        made[article].append(_comment(place, number, seed))
    for article, comments in made.items():
        yield {"id": _uri(article), "title": key_of(article), "comments": comments}


def _comment(place: int, number: int, seed: int) -> dict[str, object]:
    by = written(seed, number, language_of(place))
    return {
        "id": place + 1,
        "author": by.name,
        "email": "",
        "website": "",
        "remote_addr": f"192.0.2.{number % _READERS}",
        "created": _WRITTEN,
        "text": by.text.source,
    }


@contextmanager
def serving(isso: Installed, server: str, plan: Plan, workers: int) -> Iterator[Server]:
    """Isso behind gunicorn or uwsgi, with as many processes as taliq has and as many threads in each."""
    port, log = free_port(), isso.folder / f"{server}.log"
    command = [str(isso.folder / "venv" / "bin" / server), *_options(server, port, workers, isso.folder)]
    with running(command, log, isso.settings) as pid:
        wait_until(lambda: taliq.answers(port, _page_path(HOT_ARTICLE, 1)), pid, log, f"{NAME} behind {server}")
        questions = _questions(plan)
        if server == "uwsgi":
            # It closes the connection without saying in the answer that it will, and a loader takes that for a fault.
            del questions[scenarios.HOT_CLOSE]
        yield Server(f"{NAME}, {server}", port, (pid,), questions)


def _options(server: str, port: int, workers: int, folder: Path) -> list[str]:
    if server == "gunicorn":
        # Its workers of one thread each close the connection after every answer.
        many = ["--workers", str(workers), "--worker-class", "gthread", "--threads", _THREADS]
        return [*many, "--keep-alive", "30", "--bind", f"{HOST}:{port}", "isso.run"]
    many = ["--processes", str(workers), "--threads", _THREADS, "--master", "--die-on-term", "--lazy-apps"]
    (folder / "spool").mkdir(exist_ok=True)
    needed = ["--cache2", "name=hash,items=1024,blocksize=32768", "--spooler", str(folder / "spool")]
    home = ["--virtualenv", str(folder / "venv"), "--module", "isso.run", "--disable-logging"]
    return [*many, *needed, *home, "--http", f"{HOST}:{port}", "--http-keepalive=30", "--buffer-size", "16384"]


def _uri(article: int) -> str:
    return f"/{key_of(article)}/"


def _page_path(article: int, limit: int = PAGE) -> str:
    return f"/?{urlencode({'uri': _uri(article), 'limit': limit})}"


def _questions(plan: Plan) -> dict[Scenario, Question]:
    """It neither packs its answers nor gives them tags."""

    def pages(articles: Sequence[int], headers: dict[str, str]) -> list[Ask]:
        return [
            Ask(request("GET", _page_path(article), headers), plan.page_of(article), _replies_in, tag=False)
            for article in articles
        ]

    def counts() -> list[Ask]:
        asked = taliq.counted(plan)
        body = json.dumps([_uri(article) for article in asked]).encode()
        sent = request("POST", "/count", {**IDENTITY, "Content-Type": "application/json"}, body)
        return [Ask(sent, sum(plan.size_of(article) for article in asked), _sum, tag=False)]

    return {
        scenarios.HOT: lambda: pages([HOT_ARTICLE], IDENTITY),
        scenarios.HOT_CLOSE: lambda: pages([HOT_ARTICLE], CLOSE),
        scenarios.COUNTS: counts,
        scenarios.MIX: lambda: pages(range(plan.articles), IDENTITY),
        scenarios.LONG: lambda: pages([LONG_ARTICLE], IDENTITY),
    }


def _replies_in(page: Any) -> int:
    return len(page["replies"])


def _sum(counts: Any) -> int:
    return sum(counts)
