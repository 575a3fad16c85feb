"""The container for a command, from the environment, and closed when the command ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from service.bootstrap import Container, build
from service.settings import Settings


@contextmanager
def wired() -> Iterator[Container]:
    container = build(Settings.from_env(os.environ))
    try:
        yield container
    finally:
        container.close()
