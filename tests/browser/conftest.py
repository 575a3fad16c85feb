"""A real Chromium. Where there is none, these tests are skipped and say so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from service.bootstrap import build
from tests.browser.demo import Demo
from tests.browser.press import Press
from tests.newsroom import SetClock

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
]
#: Whatever a page may ask for, no name is looked up and nothing but this machine is reached.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the whole session: while it is open, this process can run no event loop of its own."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, ALONE])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """``taliq demo`` as somebody runs it; it has to stop cleanly when it is interrupted."""
    with Demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def press(sqlite_url: str) -> Iterator[Press]:
    """Service and newspaper inside this process, with switches for what goes wrong."""
    with Press(lambda settings: build(settings, clock=SetClock()), sqlite_url) as running:
        yield running
