"""Machines on one machine: network namespaces, each with an address of its own, on one bridge.

For root on Linux; where none can be made, everything is on the loopback and ``reason`` says why.
"""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

IP = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin")
#: Set aside for measuring networks (RFC 2544): nobody is reached by these.
_RANGE = ipaddress.ip_network("198.18.0.0/15")
LOOPBACK = "127.0.0.1"
#: What all machines reach: of this machine's own addresses on the bridge.
SERVERS = ("proxy", "pooler", "standby", "limits")
#: By the process that made it; what is longer than 15 letters is no name.
_OURS = re.compile(r"\b(tq(?:bridge|web)(\d+)(?:-\d+)?)\b")


@dataclass(frozen=True)
class Machine:
    """``namespace``: ``None`` on the loopback."""

    address: str = LOOPBACK
    namespace: str | None = None

    def command(self, *own: str) -> list[str]:
        """What runs ``own`` there, in the very process that is started."""
        return [str(IP), "netns", "exec", self.namespace, *own] if self.namespace else list(own)


@dataclass(frozen=True)
class Network:
    """``servers``: an address for each of ``SERVERS``; empty on the loopback, for that ``reason``."""

    machines: tuple[Machine, ...]
    servers: dict[str, str]
    reason: str = ""


@contextmanager
def network(count: int) -> Iterator[Network]:
    """``count`` machines, gone afterwards whatever happens. What a killed run has left is taken away before."""
    if IP is None:
        yield Network((Machine(),) * count, {}, "no ip (Debian: apt-get install iproute2)")
        return
    _sweep()
    try:
        try:
            made = _made(count)
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or error
            made = Network((Machine(),) * count, {}, str(said).strip())
        yield made
    finally:
        _sweep(os.getpid())


def _made(count: int) -> Network:
    bridge, free = f"tqbridge{os.getpid()}", _free_subnet()
    hosts = [str(host) for host in free.hosts()]
    servers = dict(zip(SERVERS, hosts, strict=False))
    _ip("link", "add", bridge, "type", "bridge")
    for address in servers.values():
        _ip("addr", "add", f"{address}/{free.prefixlen}", "dev", bridge)
    _ip("link", "set", bridge, "up")
    machines = tuple(
        Machine(hosts[len(SERVERS) + number], f"tqweb{os.getpid()}-{number}") for number in range(count)
    )
    for machine in machines:
        name = str(machine.namespace)
        _ip("netns", "add", name)
        # Both ends of its wire.
        _ip(*f"link add {name} master {bridge} type veth peer name wire netns {name}".split())
        _ip("link", "set", name, "up")
        _ip("-n", name, "addr", "add", f"{machine.address}/{free.prefixlen}", "dev", "wire")
        for link in ("lo", "wire"):
            _ip("-n", name, "link", "set", link, "up")
        _reach(machine, servers["proxy"])
    return Network(machines, servers)


def _free_subnet() -> ipaddress.IPv4Network:
    """One that no machine of another run is in."""
    taken = _ip("-o", "addr")
    while True:
        start = int(_RANGE.network_address) + 16 * SystemRandom().randrange(_RANGE.num_addresses // 16)
        subnet = ipaddress.IPv4Network((start, 28))
        if f" {subnet[1]}/" not in taken:
            return subnet


def _reach(machine: Machine, address: str) -> None:
    """Whether it really gets there: a firewall may say no."""
    with closing(socket.create_server((address, 0))) as server:
        asks = f"import socket; socket.create_connection({(address, server.getsockname()[1])!r}, timeout=5)"
        _run(*machine.command(sys.executable, "-c", asks))


def _sweep(own: int | None = None) -> None:
    """Takes away what is of process ``own``, or of those that there are no more."""
    for kind in ("netns", "link"):
        listed = subprocess.run([str(IP), "-o", kind], check=False, capture_output=True, text=True, timeout=20).stdout
        for name, process in set(_OURS.findall(listed)):
            if int(process) == own or not Path(f"/proc/{process}").exists():
                # A wire may be gone with its other end.
                subprocess.run([str(IP), kind, "del", name], check=False, capture_output=True, timeout=20)


def _ip(*words: str) -> str:
    return _run(str(IP), *words)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout
