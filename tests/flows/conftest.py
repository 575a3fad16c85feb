"""Figures of a flow."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def tell(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints one line into the log of the run, through whatever captures the test's own output."""

    def say(line: str) -> None:
        with capfd.disabled():
            print(f"\n{line}", file=sys.stderr, flush=True)

    return say
