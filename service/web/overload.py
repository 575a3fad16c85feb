"""Overload is answered early: what has waited for longer than is worth it is refused at once, and the queue is short
again. Whoever is refused so has their text still, and sends it once more under the same submission id.
"""

from __future__ import annotations

import time

from flask import request

from service.domain.errors import UnavailableError

#: Seconds. Behind it the reader's browser waits for as long again as a comment takes.
PATIENCE = 5.0
#: When the shipped nginx had the whole request, in seconds of the clock; what is no such moment is none.
RECEIVED_AT = "X-Received-At"


def refuse_late() -> None:
    """``UnavailableError`` when the request has waited for too long to be taken up. To be asked once its body is read,
    so that what was typed comes back.

    A proxy whose clock goes wrong by more than a minute says nothing.
    """
    try:
        waited = time.time() - float(request.headers.get(RECEIVED_AT, ""))
    except ValueError:
        return
    if PATIENCE < waited < 60:
        raise UnavailableError(private={"waited": round(waited, 1)})
