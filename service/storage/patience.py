"""Connections that wait only so long, for a database one can do without.

A time limit of the server's is of no use when the server is frozen or its network silent: then the client waits for
good. Here it hangs up.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

#: How long one exchange with the server may take; to connect may take two, which is the least libpq knows.
SECONDS = 1.0


def be_impatient(engine: Engine) -> None:
    """Gives ``engine``, which must be PostgreSQL's, connections that hang up after ``SECONDS`` of silence."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> Any:
        return _impatient().connect(*arguments, **{**named, "connect_timeout": 2})


@cache
def _impatient() -> Any:
    import psycopg

    class Impatient(psycopg.Connection[Any]):
        def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:
            try:
                return super().wait(_bounded(gen, time.monotonic() + SECONDS), *arguments, **named)
            except TimeoutError:
                self.close()
                raise psycopg.OperationalError("the server is silent") from None

    return Impatient


def _bounded(exchange: Generator[Any, Any, Any], until: float) -> Generator[Any, Any, Any]:
    """``exchange``, ended by ``TimeoutError``. psycopg wakes it several times a second, whether or not it is ready."""
    try:
        wants = next(exchange)
        while True:
            ready = yield wants
            if not ready and time.monotonic() > until:
                exchange.close()
                raise TimeoutError
            wants = exchange.send(ready)
    except StopIteration as end:
        return end.value
