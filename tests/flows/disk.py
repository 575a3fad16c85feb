"""A disk whose power can be cut.

An ext4 file system in a file, which Linux can be told to shut down in the midst of everything, without writing out its
journal (``EXT4_IOC_SHUTDOWN``). What was not synchronised is gone after the next mount, as after a power cut. What was
handed to the disk and not flushed there stays: a disk that lies about its own cache is not simulated.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

SIZE = 512 * 2**20
_SHUTDOWN, _WITHOUT_JOURNAL = 0x8004587D, 2


class NoDisk(Exception):
    """It cannot be simulated here; the reason."""


class Disk:
    """``folder``: where it is mounted, with a path that anybody may enter."""

    def __init__(self) -> None:
        if sys.platform != "linux" or os.geteuid() != 0:
            raise NoDisk("only root of a Linux can mount a file and shut it down")
        if shutil.which("mkfs.ext4") is None or not Path("/dev/loop-control").exists():
            raise NoDisk("mkfs.ext4 or the loop devices are missing")

    def __enter__(self) -> Self:
        self._home = Path(tempfile.mkdtemp(prefix="taliq-disk-", dir="/tmp"))
        self._home.chmod(0o755)
        self._image, self.folder = self._home / "image", self._home / "disk"
        self.folder.mkdir()
        with self._image.open("wb") as file:
            file.truncate(SIZE)
        try:
            _run("mkfs.ext4", "-q", "-F", str(self._image))
            self._mount()
        except BaseException:
            shutil.rmtree(self._home)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Lazily: after a failure somebody may still stand in it.
        _run("umount", "--lazy", str(self.folder))
        shutil.rmtree(self._home)

    def settle(self) -> None:
        """Returns once everything on it is safe."""
        _run("sync", "--file-system", str(self.folder))

    def cut(self) -> None:
        """From now on nothing is read or written any more."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _WITHOUT_JOURNAL))
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EOPNOTSUPP):
                raise NoDisk(f"this ext4 cannot be shut down: {error}") from error
            raise
        finally:
            os.close(handle)

    def repower(self) -> None:
        """What has survived is there again. Everybody who had a file of it open has to be gone."""
        _run("umount", str(self.folder))
        self._mount()

    def _mount(self) -> None:
        _run("mount", "-t", "ext4", "-o", "loop", str(self._image), str(self.folder))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoDisk(f"{' '.join(command)}: {done.stderr.strip()}")
