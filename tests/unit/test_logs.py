"""Log lines: JSON whatever happens, and nothing of what readers wrote."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import sys
from collections.abc import Iterator

import pytest
import structlog

from service.gateways.logs import configure


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Standard error while the service's logging is on; the test run's own is put back afterwards."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    handlers, level, config = list(root.handlers), root.level, structlog.get_config()
    configure("info")
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)


def read(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_traceback_holds_types_and_places_and_no_words(lines: io.StringIO) -> None:
    secret = "canary@example.org"
    try:
        try:
            raise ValueError(f"row ({secret})")
        except ValueError as error:
            raise RuntimeError(secret) from error
    except RuntimeError as error:
        structlog.get_logger("taliq").error("defect", exc_info=error)
        logging.getLogger("library").exception("it failed")
    assert secret not in lines.getvalue()
    ours, theirs = read(lines)
    for line in (ours, theirs):
        causes = line["exception"]
        assert [c["type"] for c in causes] == ["RuntimeError", "ValueError"]  # type: ignore[attr-defined, index]
        assert "test_logs.py" in causes[0]["frames"][-1]  # type: ignore[index]


def test_no_line_can_be_forged_or_colour_a_terminal(lines: io.StringIO) -> None:
    structlog.get_logger("taliq").info("request", route='a\n{"event": "forged"}\x1b[31m\u202e\u2028')
    assert len(read(lines)) == 1
    assert lines.getvalue().isascii()
    assert "\x1b" not in lines.getvalue()
