"""Logs: one JSON object a line on standard error, from our code, the libraries and the server alike.

Tracebacks come without local variables: those hold readers' words and addresses.
"""

from __future__ import annotations

import logging
import logging.config
import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
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
