"""The container for a command, from the environment, and closed when the command ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from service.bootstrap import Container, build
from service.domain.errors import ConfigurationError
from service.settings import Settings


@contextmanager
def wired(*, any_schema: bool = False) -> Iterator[Container]:
    """A container whose database is at this release; ``any_schema`` for the commands that bring it there."""
    container = build(Settings.from_env(os.environ))
    try:
        found, wanted = container.schema.current(), container.schema.head()
        if found != wanted and not any_schema:
            raise ConfigurationError(
                f"The database is at {found or 'empty'}, this release wants {wanted}: taliq db upgrade."
            )
        yield container
    finally:
        container.close()
