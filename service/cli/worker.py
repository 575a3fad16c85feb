"""``taliq worker``: what goes on beside the service, in a process of its own."""

from __future__ import annotations

import signal
import time
from threading import Event
from uuid import UUID

import click
import structlog

from service.bootstrap import Container
from service.cli.wiring import wired
from service.domain.errors import ServiceError

#: Seconds between two looks at the log: a decision is learnt within five of being made.
EVERY = 2.0


@click.command()
@click.option("--once", is_flag=True, help="Do what there is to do, and end.")
def worker(once: bool) -> None:
    """Learn from what moderators decide, and tell it of what waits. One does; a second takes over when the first falls
    silent.
    """
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with wired() as container:
        try:
            while not stop.is_set():
                start = time.monotonic()
                if work(container, stop):
                    continue
                if once:
                    break
                rescored(container)
                stop.wait(max(0.0, start + EVERY - time.monotonic()))
        finally:
            container.learn_decisions.release()
        while once and not stop.is_set() and rescored(container):
            pass


def work(container: Container, stop: Event) -> bool:
    """One round over all sites; whether there may be more at once. A site that fails keeps no other from its turn,
    and has another one in the next round.
    """
    try:
        sites = container.learn_decisions.sites()
    except ServiceError as error:
        _log_failure(None, error)
        return False
    more = False
    for site in sites:
        if stop.is_set():
            break
        # Whatever becomes of the one, the other is done.
        _watch(container, site)
        more |= _folded(container, site)
    return more


def _watch(container: Container, site: UUID) -> None:
    try:
        closed = container.open_lane.watch(site)
    except Exception as error:
        _log_failure(site, error)
        return
    if closed is not None:
        found = {"wrong": closed.wrong, "audited": closed.judged, "percent": closed.percent}
        structlog.get_logger("taliq").warning("lane.closed_by_itself", site=str(site), **found)


def _folded(container: Container, site: UUID) -> bool:
    try:
        done = container.learn_decisions.fold(site)
    except Exception as error:
        _log_failure(site, error)
        return False
    if done.decisions or done.version:
        structlog.get_logger("taliq").info(
            "worker.learnt", site=str(site), decisions=done.decisions, version=done.version
        )
    return done.decisions > 0


def rescored(container: Container) -> bool:
    """A little of what waits is told what the models make of it now; whether more is left. The rest waits for the next
    round: a long queue is not worth a processor of its own.
    """
    try:
        return container.rescore_waiting.rescore()
    except Exception as error:
        _log_failure(None, error)
        return False


def _log_failure(site: UUID | None, error: Exception) -> None:
    structlog.get_logger("taliq").error("worker.failed", site=str(site), error=type(error).__name__)
