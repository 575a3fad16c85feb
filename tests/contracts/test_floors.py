"""The floors: who may import whom. ``pyproject.toml`` has the contracts, import-linter judges; each is seen to bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"


def lint(folder: Path) -> tuple[int, str]:
    """Exit code and report for the package that lies in ``folder``."""
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts once more, to be spoiled."""
    shutil.copytree(ROOT / "service", tmp_path / "service", ignore=_everything_but_python)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _everything_but_python(folder: str, names: list[str]) -> list[str]:
    return [n for n in names if n == "__pycache__" or not (n.endswith(".py") or Path(folder, n).is_dir())]


def test_the_contracts_are_kept() -> None:
    code, report = lint(ROOT)
    assert code == 0, report


def test_every_folder_with_python_in_it_is_a_package() -> None:
    """A folder without ``__init__.py`` would not be seen by the contracts."""
    folders = {path.parent for path in (ROOT / "service").rglob("*.py")}
    assert [f for f in folders if not (f / "__init__.py").is_file()] == []


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("domain/site.py", "import service.storage.sites", "floors"),
        ("storage/sites.py", "import service.usecases.transition", "floors"),
        ("usecases/publish.py", "import service.settings", "floors"),
        ("usecases/submit_comment.py", "import service.queries.published", "floors"),
        ("screening/facts.py", "import service.storage.sites", "floors"),
        ("web/api.py", "import service.cli.keys", "floors"),
        ("cli/db.py", "import service.bench.load", "floors"),
        ("bench/desk.py", "import service.cli.keys", "floors"),
        ("demo/site.py", "import service.web.api", "floors"),
        ("text/fold.py", "import service.i18n", "floors"),
        ("helpers/__init__.py", "", "floors"),
        ("usecases/sign_in.py", "import service.usecases.manage_staff", "verbs"),
        ("usecases/publish.py", "import service.usecases.transition", "verbs"),
        ("usecases/delete_comment.py", "", "verbs"),
        ("screening/phases/premoderation.py", "import service.screening.phases.duplicate_text", "no check knows"),
        ("web/errors.py", "import service.web.public.query", "no loops"),
        ("usecases/publish.py", "import sqlalchemy", "SQL"),
        ("bootstrap.py", "from sqlalchemy import Engine", "SQL"),
        ("queries/history.py", "import alembic", "SQL"),
        ("queries/queue.py", "import flask", "HTTP"),
        ("domain/site.py", "from markupsafe import Markup", "HTTP"),
        ("web/health.py", "import service.storage.engine", "doors"),
        ("cli/db.py", "import service.storage.migrations", "doors"),
        ("web/parsing.py", "import service.gateways.vault", "web has no gateway"),
        ("text/urls.py", "import socket", "network"),
        ("usecases/transition.py", "import smtplib", "network"),
        ("web/parsing.py", "import http.client", "network"),
        ("bench/service_load/loader.py", "import socket", "network"),
        ("usecases/publish.py", "import click", "the command line"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(copy: Path, file: str, line: str, broken: str) -> None:
    path = copy / "service" / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as spoiled:
        spoiled.write(f"\n{line}\n")
    code, report = lint(copy)
    assert code == 1
    assert [row for row in report.splitlines() if row.startswith(broken) and "BROKEN" in row], report
