"""Logs: one JSON object a line on standard error, from our code, the libraries and the server alike.

A traceback is logged as types and places only. Messages and local variables may hold readers' words: a database
repeats the whole row it refuses.
"""

from __future__ import annotations

import logging
import logging.config
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

MAX_CAUSES = 5
MAX_FRAMES = 30


def _traceback(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """``exc_info`` as a list of causes, each with its type and frames, the innermost last."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else sys.exc_info()[1]
    causes: list[dict[str, object]] = []
    while info and error is not None and len(causes) < MAX_CAUSES:
        frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        causes.append({"type": type(error).__qualname__, "frames": frames[-MAX_FRAMES:]})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if causes:
        event["exception"] = causes
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _traceback,
]
#: ASCII only: control characters and bidi marks arrive escaped, and no line can be forged.
_JSON = structlog.processors.JSONRenderer(ensure_ascii=True)


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """For records of the standard library's loggers."""

    def __init__(self) -> None:
        super().__init__(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _JSON], foreign_pre_chain=_SHARED
        )


def configure(level: str) -> None:
    """Sends every log line of this process through the one JSON shape."""
    structlog.configure(
        processors=[*_SHARED, _JSON],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(logging_config(level))


def logging_config(level: str) -> dict[str, Any]:
    """The same for ``logging.config.dictConfig``; granian takes it as it is."""
    handler = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"json": handler},
        "root": {"handlers": ["json"], "level": level.upper()},
        "loggers": {"_granian": {"handlers": ["json"], "level": "WARNING", "propagate": False}},
    }
