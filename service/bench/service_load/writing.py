"""All that is measured of writing: new comments, approvals, and a hot thread that decisions change."""

from __future__ import annotations

from collections.abc import Sequence

from service.bench.service_load import isso, proxied, taliq
from service.bench.service_load.approved import Approved
from service.bench.service_load.database import Desk, Prepared
from service.bench.service_load.decided import Decided
from service.bench.service_load.isso_writes import IssoWriters
from service.bench.service_load.reads import Reads
from service.bench.service_load.rounds import Action, Found
from service.bench.service_load.scenarios import APPROVE, DECIDED, Scenario, Server
from service.bench.service_load.writes import Writers


class Writing:
    """On the site of ``desk``, which the first of ``servers`` has; of the others whatever each offers."""

    def __init__(self, desk: Desk, servers: Sequence[Server], prepared: Prepared, reads: Reads) -> None:
        articles, seed, self._seconds = prepared.plan.articles, prepared.seed, reads.seconds
        self._servers = servers
        self._writers = Writers(desk, servers[0].port, articles, seed)
        self._approved = Approved(self._writers, desk, reads.seconds)
        self._decided = Decided(self._writers, reads.load)
        self._issos = {
            server.name: IssoWriters(server, articles, seed) for server in servers if server.name.startswith(isso.NAME)
        }

    def actions(self) -> dict[tuple[Scenario, str], Action]:
        sent: dict[str, Writers | IssoWriters] = {taliq.NAME: self._writers, **self._issos}
        sending = {
            (scenario, name): action
            for name, writers in sent.items()
            for scenario, action in writers.actions(self._seconds).items()
        }
        ours = [server for server in self._servers if server.name in (taliq.NAME, proxied.NAME)]
        deciding = {(DECIDED, server.name): self._decided.action(server) for server in ours}
        return {**sending, (APPROVE, taliq.NAME): self._approved.ready, **deciding}

    def settle(self, found: Found) -> None:
        """Says what was found beside the rates, and whether all that was acknowledged stands in the database."""
        found.told += [said for writers in self._issos.values() for said in writers.told()]
        found.told += [*self._approved.told(), *self._decided.told()]
        self._writers.settle(found)
