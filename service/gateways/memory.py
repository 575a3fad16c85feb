"""What the C library does with memory: glibc's, mallopt(3) and malloc_trim(3). musl has neither, and nothing happens.

Answers of all sizes come and go, and what is freed between two that stay is kept for later: after seven minutes of
reading 19 MB in each worker, and more each minute.
"""

from __future__ import annotations

import ctypes

#: M_MMAP_THRESHOLD: a longer block, in bytes, has pages of its own and gives them back; the page of a thread is one.
#: M_MMAP_MAX: of such blocks there are so many, a quarter of what Linux gives a process. M_ARENA_MAX: all threads take
#: from one arena; Python runs one of them at a time anyway.
_OPTIONS = {-3: 16_384, -4: 16_384, -8: 1}
_library = ctypes.CDLL(None)


def keep_whole() -> None:
    """For this process and those forked from it; before it has threads."""
    if hasattr(_library, "mallopt"):
        for option, value in _OPTIONS.items():
            _library.mallopt(option, value)


def give_back() -> None:
    """Every page in which nothing is left, to the system. Takes some milliseconds, in which other threads run."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
