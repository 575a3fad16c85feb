"""What is done with memory that is free, by the C library and by the server.

Answers of all sizes come and go, and what is freed between two that stay is kept for later: after seven minutes of
reading 19 MB in each worker, and more each minute. glibc is told by mallopt(3) and malloc_trim(3); musl has neither,
and nothing happens. The server brings jemalloc, which keeps what is free for ten seconds in each of its arenas, of
which there are four for each processor. With one, two workers that answer 32 readers hold 142 MiB and not 158, and
answer no slower.
"""

from __future__ import annotations

import ctypes
import os

#: M_MMAP_THRESHOLD: a longer block, in bytes, has pages of its own and gives them back; the page of a thread is one.
#: M_MMAP_MAX: of such blocks there are so many, a quarter of what Linux gives a process. M_ARENA_MAX: all threads take
#: from one arena; Python runs one of them at a time anyway.
_OPTIONS = {-3: 16_384, -4: 16_384, -8: 1}
#: jemalloc's tuning(3), under the name that it has in granian. An operator's own stands.
_SERVER = ("_RJEM_MALLOC_CONF", "narenas:1")
_library = ctypes.CDLL(None)


def keep_whole() -> None:
    """For this process and those forked from it; before it has threads, and before the server is imported."""
    os.environ.setdefault(*_SERVER)
    if hasattr(_library, "mallopt"):
        for option, value in _OPTIONS.items():
            _library.mallopt(option, value)


def give_back() -> None:
    """Every page in which nothing is left, to the system. Takes some milliseconds, in which other threads run."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
