"""``service.wsgi:app`` for a server; settings from the environment.

``taliq serve`` imports this before it forks its workers, so that what is made here they share.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from threading import Thread
from typing import TYPE_CHECKING

from service.app import create_app
from service.bootstrap import build
from service.domain.errors import ServiceError
from service.gateways import memory
from service.gateways.logs import configure
from service.i18n import LANGUAGES, direction
from service.queries.site_setup import list_sites
from service.settings import Settings
from service.storage.schema import configure_mappers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_settings = Settings.from_env(os.environ)
configure(_settings.log_level)
_container = build(_settings)
app = create_app(_container)
#: After so many seconds one thread leaves Python to another that waits for it. A decision or a post takes ten
#: milliseconds of it, and with Python's own five who only fetches what is ready would wait as long.
_SLICE = 0.0005
#: Seconds between two times that a worker gives back what memory it has freed.
_GIVES_BACK = 20.0
#: Under an address of a site, what readers ask for.
_ASKED = ("comments?thread=-", "comments.html?thread=-", "feed")


def warm_up() -> None:
    """Does now, for all the workers that will be forked, what else each of them does for the first who asks; with no
    connection and no thread left, since neither outlives the fork whole.

    Two workers that serve a thousand articles hold some twenty megabytes less so: what is made later each has for
    itself, and code is written to when it runs for the first time.
    """
    configure_mappers()
    for language in LANGUAGES:
        # Babel reads a megabyte and more of each.
        direction(language)
    # Where a standby does not answer, a thread looks for it.
    if not _settings.standby_url:
        configure("critical")
        _rehearse()
        configure(_settings.log_level)


def _rehearse() -> None:
    """Asks for pages of the first site as a reader would. What fails will fail again, and is logged then."""
    try:
        sites = _container.reader.run(list_sites)
    except ServiceError:
        sites = ()
    with app.test_client() as client:
        for address in _ASKED if sites else ():
            client.get(f"/v1/sites/{sites[0].slug}/{address}")
    _container.close()


def _end_with(master: multiprocessing.process.BaseProcess) -> None:
    """A worker whose master was killed would go on and keep the port, and the next master could not start."""
    while master.is_alive():
        master.join(_GIVES_BACK)
        memory.give_back()
    for _ in range(5):
        os.kill(os.getpid(), signal.SIGTERM)
        # Once more: while a worker starts, it does not hear it yet.
        time.sleep(1)
    # One that waits for the database all the while: whoever it has not answered sends again.
    os.kill(os.getpid(), signal.SIGKILL)


def in_worker() -> WSGIApplication:
    """The application, for a worker that granian has started."""
    sys.setswitchinterval(_SLICE)
    if (master := multiprocessing.parent_process()) is not None:
        Thread(target=_end_with, args=(master,), daemon=True).start()
    return app
