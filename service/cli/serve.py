"""``taliq serve``: the service with granian.

Of five servers tried with this application it alone ends a client that never finishes its header (after 30 s; gunicorn,
uWSGI, bjoern and fastwsgi had not after 75). Stopped by SIGTERM under load five times, it and gunicorn answered all
that was asked; two processes of bjoern left 30 requests and of fastwsgi 27 (uWSGI was not measured well enough to say).
bjoern and fastwsgi serve up to half as many again, gunicorn between a quarter and a tenth.
"""

from __future__ import annotations

import gc
import os
import socket
from importlib import import_module
from pathlib import Path

import click

from service.cli.wiring import wired
from service.domain.errors import ConfigurationError
from service.gateways import memory
from service.gateways.logs import logging_config

#: Python runs one at a time; a few more wait for the database meanwhile.
THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="See TALIQ_LIMITS_URL."
)
@click.option("--threads", type=click.IntRange(1, 256), default=THREADS, show_default=True, help="For each worker.")
@click.option("--tls-certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def serve(
    host: str, port: int, workers: int, threads: int, tls_certificate: Path | None, tls_key: Path | None
) -> None:
    """Serve readers and moderators. Settings come from the environment; a proxy should stand in front."""
    if bool(tls_certificate) != bool(tls_key):
        raise ConfigurationError("TLS needs both --tls-certificate and --tls-key.")
    check_port(host, port)
    with wired() as container:
        level = container.settings.log_level
    share_memory()
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target="service.wsgi:in_worker",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        # Else one that was killed takes all of them down.
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=logging_config(level),
        ssl_cert=tls_certificate,
        ssl_key=tls_key,
        process_name=None,
    ).serve()


def share_memory() -> None:
    """Makes what the workers need before they are forked, and keeps it from being swept: swept, a page of memory is a
    worker's own. The doors know nothing of each other, so it is named as the server's target is, by a text.
    """
    memory.keep_whole()
    import_module("service.wsgi").warm_up()
    gc.collect()
    gc.freeze()


def check_port(host: str, port: int, option: str = "--port") -> None:
    """``ConfigurationError`` when something listens there: a second granian would start without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise ConfigurationError(f"Port {port} needs more rights than this user has.") from None
        except OSError:
            raise ConfigurationError(f"Port {port} on {host} is taken; choose another with {option}.") from None


def environment_with(settings: dict[str, str]) -> dict[str, str]:
    """The environment for a child process: ours, with these settings and no other ``TALIQ_`` ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TALIQ_")}
    return {**kept, **settings}
