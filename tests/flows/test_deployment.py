"""The deployment of docker-compose.yml, run natively: its commands and its environment, the shipped nginx
configuration, a real PostgreSQL. And the logs of all of it, read afterwards.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml

from service.cli.keys import fresh_keys
from tests.newsroom import FIELDS, ORIGIN
from tests.nginx import NGINX, Proxy, proxy_before
from tests.ports import free_port
from tests.postgres import PostgresServer

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
ADDRESS = "/v1/sites/demo/comments"

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")


def taliq(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "service", *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture
def environment(postgres: PostgresServer) -> Iterator[dict[str, str]]:
    """The names docker-compose.yml sets for the service, with values for this machine."""
    name = f"t{uuid.uuid4().hex[:16]}"
    values = {
        "TALIQ_DATABASE_URL": postgres.create_database(name),
        "TALIQ_PUBLIC_URL": "http://127.0.0.1",
        "TALIQ_TRUSTED_PROXIES": "127.0.0.1/32",
        **fresh_keys(),
        **dict.fromkeys(("TALIQ_DATABASE_POOLER", "TALIQ_STANDBY_URL", "TALIQ_LIMITS_URL"), ""),
    }
    assert values.keys() == yaml.safe_load(COMPOSE.read_text())["services"]["web"]["environment"].keys()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TALIQ_")}
    yield {**kept, **values, "TALIQ_RATE_MINUTE": "3"}
    postgres.drop_database(name)


@pytest.fixture
def deployed(environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[Proxy, Path, dict[str, str]]]:
    """Migrated by the compose file's own command, served, behind nginx."""
    migrate = yaml.safe_load(COMPOSE.read_text())["services"]["migrate"]["command"]
    assert migrate[0] == "taliq"
    taliq(environment, *migrate[1:])
    taliq(environment, "site", "create", "demo", "--origin", ORIGIN)
    port, log = free_port(), tmp_path / "service.log"
    with log.open("wb") as file:
        command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        with proxy_before(port) as proxy:
            deadline = time.monotonic() + 30
            while proxy.send(path="/readyz").status != 200:
                assert time.monotonic() < deadline
                assert process.poll() is None, log.read_text()
            yield proxy, log, environment
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_a_comment_passes_through_proxy_service_and_postgres(deployed: tuple[Proxy, Path, dict[str, str]]) -> None:
    proxy, log, environment = deployed
    as_json = {"Content-Type": "application/json"}
    sent = proxy.send("POST", ADDRESS, body=json.dumps(FIELDS).encode(), headers=as_json)
    assert sent.status == 202
    secret = taliq(environment, "token", "create", "demo", "--name", "t", "--scope", "moderation:decide").strip()
    answer = json.loads(sent.body)
    approve = f"/v1/moderation/comments/{answer['id']}/approve"
    bearer = {**as_json, "Authorization": f"Bearer {secret}"}
    assert proxy.send("POST", approve, body=b'{"version": 1}', headers=bearer).status == 200
    assert json.loads(proxy.send(path=f"{ADDRESS}?thread=article-1").body)["count"] == 1

    form = urlencode({**FIELDS, "body": "من النموذج", "email": "Canary-7f3a@example.org"}).encode()
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    posted = proxy.send("POST", ADDRESS, body=form, headers=as_form)
    assert posted.status == 303
    place = posted.headers["Location"].removeprefix("http://127.0.0.1")
    assert proxy.send(path=place, headers={"Accept": "text/html"}).status == 200

    # A reader's own network is counted, whatever the reader writes into the header.
    codes = [
        proxy.send("POST", ADDRESS, body=b"{}", headers={**as_json, "X-Forwarded-For": f"203.0.113.{n}"}).status
        for n in range(3)
    ]
    assert codes == [422, 429, 429]
    assert proxy.send("POST", ADDRESS, body=b"{}", headers=as_json, source="127.0.0.2").status == 422

    proxy.stop()
    logs = log.read_text() + proxy.access_log() + proxy.error_log()
    receipt = answer["receipt"]
    for private in ("canary-7f3a", FIELDS["email"], receipt, receipt.partition(".")[2], "203.0.113", "127.0.0.2",
                    "article-1", secret, "thread="):  # fmt: skip
        assert private.lower() not in logs.lower()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert all("request_id" in line for line in lines if line.get("event") == "request")
    assert {line["route"] for line in lines if line.get("event") == "request"} >= {"/v1/sites/<site>/comments"}


def test_the_service_finishes_what_it_has_begun_when_told_to_stop(environment: dict[str, str]) -> None:
    taliq(environment, "db", "upgrade")
    port = free_port()
    command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with proxy_before(port) as proxy:
            deadline = time.monotonic() + 30
            while proxy.send(path="/healthz").status != 200:
                assert time.monotonic() < deadline
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            assert process.wait(timeout=20) == 0
    assert process.returncode == 0
