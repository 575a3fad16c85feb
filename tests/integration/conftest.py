"""The ``taliq`` command, run as somebody at a shell runs it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from service import cli
from tests.newsroom import settings_for

#: One command; its exit code, what it printed, what it complained of.
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Run]:
    """The command over a database."""

    def over(database_url: str) -> Run:
        settings = settings_for(database_url)
        for name in ("database_url", "secret_key", "index_key", "vault_keys", "public_url"):
            monkeypatch.setenv(f"TALIQ_{name.upper()}", getattr(settings, name))

        def run(*arguments: str) -> tuple[int, str, str]:
            monkeypatch.setattr(sys, "argv", ["taliq", *arguments])
            capsys.readouterr()
            code = 0
            try:
                cli.main()
            except SystemExit as ended:
                code = int(ended.code or 0)
            said = capsys.readouterr()
            return code, said.out, said.err

        return run

    return over
