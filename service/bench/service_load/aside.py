"""Work that goes on beside a measurement, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from service.bench.service_load.asked import Refused
from service.bench.service_load.wire import Broken


@contextmanager
def beside(work: Callable[[Event], None]) -> Iterator[None]:
    """Does the work in a thread meanwhile, until it is told to stop. What it fails with is raised when it has."""
    stop, failed = Event(), list[Exception]()

    def go() -> None:
        try:
            work(stop)
        except (Refused, Broken, OSError, LookupError, ValueError) as error:
            failed.append(error)

    thread = Thread(target=go)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failed:
        raise Refused(str(failed[0])) from failed[0]
