"""What tests borrow from npm: judges of pages, and styles of other people. Fetched when needed, kept outside the
repository, and never anything but the bytes named here.

The registry is the one npm is set to. Nothing of a package runs on the way: it is only fetched and unpacked.
"""

from __future__ import annotations

import atexit
import base64
import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SECONDS = 240


@dataclass(frozen=True)
class Package:
    """``integrity``: as npm writes it, of the archive."""

    name: str
    version: str
    integrity: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


AXE = Package(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)
VNU = Package(
    "vnu-jar",
    "26.9.27",
    "sha512-TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJRNea0KA==",
)
BOOTSTRAP = Package(
    "bootstrap",
    "5.3.9",
    "sha512-20cU0rcfw8WdxtVbmfU+xT2EjvVTw9Ror/h1Qvd7DXCujRg8OO9mdBCsmTHdJFf3BuadmBNJtgIuUXsBqSkk/w==",
)
PICO = Package(
    "@picocss/pico",
    "2.1.1",
    "sha512-kIDugA7Ps4U+2BHxiNHmvgPIQDWPDU4IeU6TNRdvXQM1uZX+FibqDQT2xUOnnO2yq/LUHcwnGlu1hvf4KfXnMg==",
)
CLEAN_BLOG = Package(
    "startbootstrap-clean-blog",
    "1.0.0",
    "sha512-Hf4KfriQeKKTj5aqBAhC4ZKq5OSsk7KKdgFZ7qucwxcuFw1xyJyBJT4RPUAQ2fP60jDZ+jMPwuCG6o7LdqowvA==",
)


@cache
def unpacked(package: Package) -> Path:
    """The folder with the package's files, good for this process.

    Skips the test when npm is missing or the package cannot be fetched; fails it when the bytes are not the ones
    that were pinned.
    """
    folder = Path(tempfile.mkdtemp(prefix="taliq-npm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with tarfile.open(_archive(package)) as files:
        files.extractall(folder, filter="data")
    return folder / "package"


def _archive(package: Package) -> Path:
    """The archive, from the cache that all processes of this user share, with the bytes looked at each time."""
    kept = _cache() / f"{hashlib.sha256(package.integrity.encode()).hexdigest()[:32]}.tgz"
    with _alone(kept):
        if not kept.exists():
            _fetch(package, kept)
        found = integrity(kept)
        if found != package.integrity:
            kept.unlink()
            raise AssertionError(f"{package} is {found}, not {package.integrity}")
    return kept


def integrity(file: Path) -> str:
    """As npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()


def _cache() -> Path:
    folder = Path(tempfile.gettempdir(), f"taliq-npm-cache-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One process at a time: the others wait for the one that fetches."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(package: Package, target: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"npm is not installed, {package} cannot be fetched (Debian: apt-get install nodejs npm)")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        command = [npm, "pack", "--silent", "--ignore-scripts", str(package)]
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
        )
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            pytest.skip(f"npm cannot fetch {package}: {(done.stderr or done.stdout).strip()[-300:]}")
        archives[0].replace(target)
