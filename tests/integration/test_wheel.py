"""What is installed is whole: migrations, templates and static files are in the wheel, and it works from there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from service.cli.keys import fresh_keys

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel, far from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(folder)]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    (wheel,) = folder.glob("taliq-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_every_file_that_is_needed_is_in_the_wheel(installed: Path) -> None:
    kinds = {".py", ".html", ".css", ".js", ".svg", ".lua", ".template"}
    wanted = {
        path.relative_to(ROOT / "service")
        for path in (ROOT / "service").rglob("*")
        if path.suffix in kinds and "__pycache__" not in path.parts
    }
    found = {path.relative_to(installed / "service") for path in (installed / "service").rglob("*")}
    assert wanted <= found
    numbered = {path.name for path in (ROOT / "migrations" / "versions").glob("*.py")}
    assert numbered <= {path.name for path in (installed / "service" / "_migrations" / "versions").glob("*.py")}


def test_the_wheel_migrates_and_serves_a_command(installed: Path, tmp_path: Path) -> None:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("TALIQ_")},
        "PYTHONPATH": str(installed),
        "TALIQ_DATABASE_URL": f"sqlite:///{tmp_path}/taliq.sqlite3",
        "TALIQ_PUBLIC_URL": "https://taliq.example",
        **fresh_keys(),
    }

    def taliq(*arguments: str) -> str:
        command = [sys.executable, "-m", "service", *arguments]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [sys.executable, "-c", "import service; print(service.__file__)"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(installed))
    assert taliq("db", "upgrade").startswith("empty -> ")
    assert "equal to this release" in taliq("db", "check")
    taliq("site", "create", "demo")
    assert "demo" in taliq("site", "list")
