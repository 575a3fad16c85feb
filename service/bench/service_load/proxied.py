"""The service behind the nginx that is shipped with it, as its readers meet it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from service.bench.service_load import taliq
from service.bench.service_load.articles import HOT_ARTICLE, Plan
from service.bench.service_load.processes import running, wait_until
from service.bench.service_load.scenarios import Server
from service.bench.service_load.wire import HOST, free_port

NAME = f"{taliq.NAME}, proxied"


@contextmanager
def serving(program: str, of: Server, plan: Plan, log: Path) -> Iterator[Server]:
    """nginx with the shipped configuration in front of ``of``, which is taliq. What it costs is what both cost."""
    with TemporaryDirectory(prefix="taliq-bench-") as name:
        folder, port = Path(name), free_port()
        # Started by root, nginx hands its work to an account of its own, which has to get in.
        folder.chmod(0o755)
        config = write_config(folder, port, of.port)
        command = [program, "-p", name, "-e", "stderr", "-c", str(config), "-g", "daemon off;"]
        with running(command, log) as pid:
            wait_until(lambda: taliq.answers(port, taliq.page_path(HOT_ARTICLE)), pid, log, NAME)
            asked = taliq.questions(port, plan, taliq.page_path, taliq.counts_path(plan))
            yield Server(NAME, port, (*of.pids, pid), asked)


def write_config(folder: Path, port: int, upstream: int) -> Path:
    """The shipped configuration, filled in as an operator does."""
    text = (files("service") / "deploy" / "nginx.conf").read_text("utf-8")
    values = {
        "PROXY_LISTEN": f"{HOST}:{port}",
        "PROXY_UPSTREAM": f"{HOST}:{upstream}",
        "PROXY_OUTER": "unix:",
        "PROXY_LOG": f"{folder}/access.log",
        "PROXY_TMP": str(folder),
    }
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    config = folder / "nginx.conf"
    config.write_text(text, "utf-8")
    return config
