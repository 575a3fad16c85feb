"""The Nu HTML checker, as the W3C runs it: one run over a folder of pages."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import npm

SECONDS = 240


def complaints(folder: Path) -> list[str]:
    """What is wrong with the folder's pages, errors and warnings, one line each: file, what, where.

    It does not guess languages: readers write in theirs, inside pages in another. Skips the test without Java.
    """
    java = shutil.which("java")
    if java is None:
        pytest.skip("Java is not installed (Debian: apt-get install default-jre-headless)")
    jar = npm.unpacked(npm.VNU) / "build" / "dist" / "vnu.jar"
    assert any(folder.glob("*.html")), "no page to check"
    command = [java, "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", "--no-langdetect"]
    done = subprocess.run(
        [*command, str(folder)], capture_output=True, encoding="utf-8", timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    messages = json.loads(done.stdout)["messages"]
    return [
        f"{m.get('url', '?').rpartition('/')[2]}:{m.get('lastLine', '?')}: {m.get('subType') or m['type']}: "
        f"{m['message']} …{m.get('extract', '').strip()[:160]}…"
        for m in messages
    ]
