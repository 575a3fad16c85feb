"""nginx with the same bytes on disk: what a reader could be answered with at best."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from service.bench.service_load import taliq
from service.bench.service_load.articles import HOT_ARTICLE, Plan, key_of
from service.bench.service_load.processes import running, wait_until
from service.bench.service_load.scenarios import GZIP, IDENTITY, Server
from service.bench.service_load.wire import Line, free_port, request
from service.domain.errors import ConfigurationError

NAME, _COUNTS = "nginx", "/counts.json"
TEMPLATE = Path(__file__).with_name("nginx.conf.template")
#: Where Debian puts it is in no path but root's.
_PLACES = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))


def find() -> str:
    """Where nginx is; ``ConfigurationError`` where it is not."""
    program = shutil.which(NAME, path=_PLACES)
    if program is None:
        raise ConfigurationError("nginx is missing; on Debian, apt-get install nginx-light brings it.")
    return program


@contextmanager
def serving(program: str, of: Server, plan: Plan, workers: int, folder: Path) -> Iterator[Server]:
    """nginx over what ``of``, which is taliq, answers at this moment."""
    shutil.rmtree(folder, ignore_errors=True)
    _store(of, plan, folder / "files")
    port = free_port()
    config = write_config(folder, port, workers)
    log = folder / "nginx.log"
    with running([program, "-p", str(folder), "-e", "stderr", "-c", str(config)], log) as pid:
        wait_until(lambda: taliq.answers(port, _path(HOT_ARTICLE)), pid, log, NAME)
        yield Server(NAME, port, (pid,), taliq.questions(port, plan, _path, _COUNTS))


def write_config(folder: Path, port: int, workers: int) -> Path:
    """The configuration for a folder, with everything nginx writes in that folder."""
    config, user = folder / "nginx.conf", pwd.getpwuid(os.getuid())
    values = {
        "FOLDER": folder.resolve(),
        "PORT": port,
        "WORKERS": workers,
        "USER": user.pw_name,
        "GROUP": grp.getgrgid(user.pw_gid).gr_name,
    }
    config.write_text(Template(TEMPLATE.read_text("utf-8")).substitute(values), "utf-8")
    return config


def _path(article: int) -> str:
    return f"/{key_of(article)}.json"


def _store(of: Server, plan: Plan, files: Path) -> None:
    files.mkdir(parents=True)
    line = Line(of.port)
    addresses = {_path(article): taliq.page_path(article) for article in range(plan.articles)}
    addresses[_COUNTS] = taliq.counts_path(plan)
    try:
        for path, address in addresses.items():
            for headers, suffix in ((IDENTITY, ""), (GZIP, ".gz")):
                answer = line.ask(request("GET", address, headers))
                packed = answer.headers.get("content-encoding") == "gzip"
                # A short answer is not packed.
                if packed == bool(suffix):
                    (files / f"{path[1:]}{suffix}").write_bytes(answer.body)
    finally:
        line.close()
