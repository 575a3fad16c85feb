"""``taliq demo`` on the command line: what it says when it cannot start, and that it keeps its data."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from sqlalchemy import text

from service.demo.article import LEAD
from service.demo.comments import COMMENTS
from service.storage.engine import read_engine
from tests.browser.demo import Demo, command, environment
from tests.ports import free_port


def refused(folder: Path | str, port: int, site_port: int) -> str:
    """What it says instead of starting."""
    made = subprocess.run(
        command(folder, port, site_port), env=environment(), capture_output=True, text=True, timeout=60
    )
    assert made.returncode == 1
    assert made.stdout == ""
    return made.stderr


@pytest.mark.parametrize("which", ["port", "site_port"])
def test_a_taken_port_is_one_sentence_and_nothing_is_made(tmp_path: Path, which: str) -> None:
    folder = tmp_path / "demo"
    with socket.create_server(("127.0.0.1", free_port())) as other:
        taken = other.getsockname()[1]
        ports = {"port": free_port(), "site_port": free_port(), which: taken}
        option = "--port" if which == "port" else "--site-port"
        assert refused(folder, **ports) == (
            f"taliq: Port {taken} on 127.0.0.1 is taken; choose another with {option}.\n"
        )
    assert not folder.exists()


def test_one_port_for_both_is_one_sentence(tmp_path: Path) -> None:
    port = free_port()
    assert refused(tmp_path / "demo", port, port) == (
        "taliq: The service and the news site need a port each; choose another with --site-port.\n"
    )


@pytest.mark.parametrize("folder", ["/dev/null/x", "/dev/null"])
def test_a_folder_nobody_can_write_to_is_one_sentence(folder: str) -> None:
    said = refused(folder, free_port(), free_port())
    assert said == f"taliq: The folder {folder} cannot be written to; choose another with --folder.\n"


def test_running_again_keeps_the_data_and_shows_no_second_password(tmp_path: Path) -> None:
    folder, body = tmp_path / "demo", {"thread": LEAD.key, "name": "سلمى", "email": "salma@example.org"}
    with Demo(folder) as first:
        assert len(first.password) == 23
        assert first.output.index("Article") < first.output.index("Console") < first.output.index("API")
        assert post(first, {**body, "body": "الأول"}) == 202
    keys = (folder / "keys.env").read_bytes()
    assert (folder / "keys.env").stat().st_mode & 0o777 == 0o600

    with Demo(folder) as second:
        assert (second.port, second.site_port) != (first.port, first.site_port)
        assert first.password not in second.output
        assert "as shown at the first start" in second.password
        # On another port the newspaper is another origin: its readers are let in all the same.
        assert post(second, {**body, "body": "الثاني"}) == 202
    assert (folder / "keys.env").read_bytes() == keys
    engine = read_engine(f"sqlite:///{folder / 'taliq.sqlite3'}")
    with engine.connect() as database:
        texts = database.scalars(text("SELECT source FROM revision")).all()
        assert database.scalar(text("SELECT count(*) FROM moderator")) == 1
    engine.dispose()
    assert {"الأول", "الثاني"} < set(texts)
    assert len(texts) == len(COMMENTS) + 2


def post(demo: Demo, fields: dict[str, str]) -> int:
    """Sends a comment as the newspaper's own page does."""
    request = Request(
        f"{demo.service}/v1/sites/demo/comments",
        data=json.dumps({**fields, "url": demo.article}).encode(),
        headers={"Content-Type": "application/json", "Origin": demo.site},
    )
    with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
        return int(answer.status)
