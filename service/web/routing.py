"""What stands in addresses."""

from __future__ import annotations

from werkzeug.routing import PathConverter


class ThreadKeyConverter(PathConverter):
    """A publisher's key: anything, slashes included, also the one it may begin with (``/2026/river``)."""

    regex = ".+?"
    part_isolating = False
