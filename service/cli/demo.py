"""``taliq demo``: the whole service on SQLite, and a news site on another origin that embeds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import click

from service.bootstrap import build
from service.cli.keys import fresh_keys
from service.cli.sample import place, seed
from service.cli.serve import check_port, environment_with
from service.demo.comments import THREADS
from service.domain.errors import ConfigurationError
from service.settings import Settings

HOST = "127.0.0.1"
LOGIN = "demo"
START_SECONDS = 30


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Of the service."
)
@click.option(
    "--site-port", type=click.IntRange(1, 65535), default=8081, show_default=True, help="Of the news site."
)
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
def demo(port: int, site_port: int, folder: Path) -> None:
    """Try Taliq: an Arabic article with comments, the moderators' console, the API. Ctrl-C stops it."""
    check_port(HOST, port)
    check_port(HOST, site_port, "--site-port")
    if port == site_port:
        raise ConfigurationError(
            "The service and the news site need a port each; choose another with --site-port."
        )
    service_url, site_url = f"http://{HOST}:{port}", f"http://{HOST}:{site_port}"
    path = folder.resolve() / "taliq.sqlite3"
    environment = {
        **_keys(folder),
        "TALIQ_DATABASE_URL": _address(path),
        "TALIQ_PUBLIC_URL": service_url,
        "TALIQ_LOG_LEVEL": "warning",
    }
    password = _prepare(environment, path, site_url)
    commands = {
        "service": [sys.executable, "-m", "service", "serve", "--host", HOST, "--port", str(port)],
        "worker": [sys.executable, "-m", "service", "worker"],
        "site": [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
            *("--log-level", "warning", "--blocking-threads", "4"),
            *("--host", HOST, "--port", str(site_port), "service.demo.site:app_from_environment"),
        ],
    }
    child_environment = {
        **environment_with(environment),
        "DEMO_SERVICE_URL": service_url,
        "DEMO_SITE_URL": site_url,
    }
    _run(commands, child_environment, service_url, site_url, password)


def _keys(folder: Path) -> dict[str, str]:
    """The demo's own keys, made once and kept beside its database, readable by its owner only."""
    path = folder / "keys.env"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            lines = "".join(f"{name}={value}\n" for name, value in fresh_keys().items())
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(lines)
        pairs = (line.partition("=") for line in path.read_text().splitlines())
        return {name: value for name, _, value in pairs if name}
    except OSError:
        raise ConfigurationError(
            f"The folder {folder} cannot be written to; choose another with --folder."
        ) from None


def _prepare(environment: dict[str, str], path: Path, site_url: str) -> str | None:
    """Makes the demo's database, or brings the one that is there to this release. The moderator's password, when
    it has just been made.

    A new one is filled beside its place and moved there whole: stopped half-way, the next start begins again.
    """
    if not path.exists():
        unfinished = path.with_name("unfinished.sqlite3")
        for leftover in path.parent.glob("unfinished.sqlite3*"):
            leftover.unlink()
        settings = Settings.from_env({**environment, "TALIQ_DATABASE_URL": _address(unfinished)})
        password = seed(settings, site_url, LOGIN)
        unfinished.replace(path)
        return password
    container = build(Settings.from_env(environment))
    try:
        container.schema.upgrade()
        place(container, site_url)
    finally:
        container.close()
    return None


def _address(path: Path) -> str:
    return f"sqlite:///{quote(str(path))}"


def _run(
    commands: dict[str, list[str]],
    environment: dict[str, str],
    service_url: str,
    site_url: str,
    password: str | None,
) -> None:
    """Starts the servers and the worker, says where they are, and waits. All stop together, whichever ends first."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    children = [
        subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own command
        for command in commands.values()
    ]
    try:
        for url in (service_url, site_url):
            _wait_for(f"{url}/healthz", children)
        click.echo(_welcome(service_url, site_url, password))
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
        raise ConfigurationError("A part of the demo has stopped; its message is above.")
    except KeyboardInterrupt:
        click.echo("\nStopped. The data is kept; run the same command to go on.")
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=20)


def _wait_for(url: str, children: list[subprocess.Popen[bytes]]) -> None:
    # A proxy named in the environment is for the world outside, not for this machine itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and all(c.poll() is None for c in children):
        try:
            with opener.open(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise ConfigurationError(f"{url} did not answer.")


def _welcome(service_url: str, site_url: str, password: str | None) -> str:
    secret = (
        password or "(as shown at the first start; `taliq moderator reset-password` needs the demo's keys)"
    )
    return "\n".join(
        (
            "",
            f"  Article  {site_url}{THREADS[0].url_path}",
            f"  Console  {service_url}/console/",
            f"           login {LOGIN}, password {secret}",
            f"  API      {service_url}/docs",
            "",
            "  Ctrl-C stops.",
        )
    )
