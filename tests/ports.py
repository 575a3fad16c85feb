"""Ports for servers that tests start."""

from __future__ import annotations

import random
import socket


def free_port() -> int:
    """A free port below the range the kernel takes outgoing ports from.

    Whoever polls a port of that range before its server listens may be connected to itself: the kernel can pick
    the very port that is being asked for, and then the server finds it taken. Nor one that browsers refuse to open:
    the highest of those is 10080 (fetch.spec.whatwg.org, "port blocking").
    """
    while True:
        port = random.SystemRandom().randrange(10_081, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
