"""The peers beside which the service is measured."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from service.bench.service_load import isso, nginx, proxied
from service.bench.service_load.articles import Plan
from service.bench.service_load.processes import Failed
from service.bench.service_load.scenarios import Server
from service.domain.errors import ConfigurationError


@dataclass(frozen=True)
class Peers:
    """Where they are; ``isso`` is ``None`` where it could not be installed."""

    nginx: str
    isso: isso.Installed | None

    def start(
        self, stack: ExitStack, beside: Server, plan: Plan, workers: int, folder: Path, tell: Callable[[str], None]
    ) -> list[Server]:
        """All of them over what ``beside``, which is taliq, has, and taliq itself behind its proxy; they end with the
        stack. Of one of Isso's that does not come up it is told why, and done without.
        """
        started = [
            stack.enter_context(proxied.serving(self.nginx, beside, plan, folder / "proxy.log")),
            stack.enter_context(nginx.serving(self.nginx, beside, plan, workers, folder / "nginx")),
        ]
        if self.isso is not None:
            for server in self.isso.servers:
                try:
                    started.append(stack.enter_context(isso.serving(self.isso, server, plan, workers)))
                except ConfigurationError as failed:
                    tell(f"Without Isso behind {server}. {failed}")
        return started


def find(folder: Path, plan: Plan, seed: int, tell: Callable[[str], None]) -> Peers:
    """The peers, with Isso installed into ``folder``. ``ConfigurationError`` without nginx; where Isso cannot be
    installed, it is told why and done without.
    """
    program = nginx.find()
    try:
        installed = isso.install(folder / "isso", plan, seed)
    except (Failed, ConfigurationError) as failed:
        tell(f"Without Isso, which could not be installed. {failed}")
        return Peers(program, None)
    for missing in set(isso.SERVERS) - set(installed.servers):
        tell(f"Without Isso behind {missing}, which could not be installed: {folder / 'isso' / missing}-failed.log.")
    return Peers(program, installed)
