"""``service.wsgi:app`` for a server; settings from the environment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from threading import Thread

from service.app import create_app
from service.bootstrap import build
from service.gateways.logs import configure
from service.settings import Settings

_settings = Settings.from_env(os.environ)
configure(_settings.log_level)
app = create_app(build(_settings))


def _end_with(master: multiprocessing.process.BaseProcess) -> None:
    """A worker whose master was killed would go on and keep the port, and the next master could not start."""
    master.join()
    for _ in range(5):
        os.kill(os.getpid(), signal.SIGTERM)
        # Once more: while a worker starts, it does not hear it yet.
        time.sleep(1)
    # One that waits for the database all the while: whoever it has not answered sends again.
    os.kill(os.getpid(), signal.SIGKILL)


if (_master := multiprocessing.parent_process()) is not None:
    Thread(target=_end_with, args=(_master,), daemon=True).start()
