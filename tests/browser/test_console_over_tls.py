"""``taliq serve`` with a certificate: the console as it is used where readers come by TLS."""

from __future__ import annotations

import ipaddress
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, expect

from service.bootstrap import build
from service.gateways.clock import utc_now
from tests.browser.demo import environment
from tests.browser.visit import assert_fits, sign_in, visit
from tests.newsroom import PASSWORD, Newsroom, SetClock, settings_for
from tests.ports import free_port

pytestmark = pytest.mark.browser

HSTS = "max-age=63072000; includeSubDomains"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "taliq.test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths


@contextmanager
def serving(settings: dict[str, str], port: int, folder: Path) -> Iterator[None]:
    """``taliq serve`` as a process, until the block ends; it has to end with it."""
    cert, key = certificate(folder)
    command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
    command += ["--tls-certificate", str(cert), "--tls-key", str(key)]
    process = subprocess.Popen(
        command, env={**environment(), **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    context = ssl.create_default_context(cafile=str(cert))
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
    assert process.stderr is not None
    try:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            try:
                with opener.open(f"https://127.0.0.1:{port}/readyz", timeout=5) as answer:
                    assert answer.headers["Strict-Transport-Security"] == HSTS
                    break
            except URLError:
                time.sleep(0.05)
        else:
            raise AssertionError("the service did not start")
        yield
    finally:
        process.terminate()
        said = process.communicate(timeout=60)[1].decode()
    assert "Traceback" not in said, said


def test_a_moderator_signs_in_and_approves_over_tls(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    port = free_port()
    origin = f"https://127.0.0.1:{port}"
    settings = settings_for(sqlite_url, public_url=origin)
    container = build(settings)
    # The service has a clock of its own, so the newsroom's is set to it.
    clock = SetClock()
    clock.now = utc_now()
    newsroom = Newsroom(container, clock)
    newsroom.pending(body="تعليق ينتظر")
    variables = {f"TALIQ_{f.name.upper()}": str(getattr(settings, f.name)) for f in fields(settings)}
    with (
        serving(variables, port, tmp_path),
        visit(
            chromium, (origin,), width=360, scripts=False, cookies=True, certificate_unknown=True
        ) as moderator,
    ):
        page = moderator.page
        answers: dict[str, dict[str, str]] = {}
        page.on("response", lambda response: answers.setdefault(response.url, response.headers))
        sign_in(page, f"{origin}/console/", "sara", PASSWORD)
        (cookie,) = moderator.context.cookies()
        assert cookie["name"] == "__Host-taliq-console"
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "127.0.0.1")
        assert 0 < cookie["expires"] - time.time() <= 12 * 3600 + 60
        assert_fits(page)
        page.locator("article.card").get_by_role("button", name="قبول").click()
        expect(page.get_by_text("قُبل التعليق ونُشر.")).to_be_visible()
        page.get_by_role("button", name="تراجع").click()
        expect(page.locator("article.card", has_text="تعليق ينتظر")).to_be_visible()
        page.locator("article.card").get_by_role("button", name="قبول").click()
        page.get_by_role("button", name="تسجيل الخروج").click()
        expect(page.locator("form.login")).to_be_visible()
        assert moderator.context.cookies() == []
        assert len(answers) > 3
        assert {headers.get("strict-transport-security") for headers in answers.values()} == {HSTS}
    assert newsroom.sql("SELECT status FROM comment") == [("approved",)]
    assert newsroom.sql("SELECT count(*) FROM decision WHERE undoes IS NOT NULL") == [(1,)]
    container.close()
