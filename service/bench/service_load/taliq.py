"""The service, started as the README says, and how its public reads are asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from service.bench.scene import SLUG
from service.bench.service_load import scenarios
from service.bench.service_load.articles import HOT_ARTICLE, LONG_ARTICLE, Plan, key_of
from service.bench.service_load.asked import Ask, tag_of
from service.bench.service_load.database import Prepared
from service.bench.service_load.processes import running, wait_until
from service.bench.service_load.scenarios import CLOSE, GZIP, IDENTITY, Question, Scenario, Server
from service.bench.service_load.wire import HOST, Broken, Line, free_port, request

NAME = "taliq"
_ASKED_COUNTS = 10


@contextmanager
def serving(prepared: Prepared, workers: int, folder: Path) -> Iterator[Server]:
    """``taliq serve`` over the database, with its log, one line a request, going to a file."""
    port, log = free_port(), folder / "taliq.log"
    command = [sys.executable, "-m", "service", "serve", "--host", HOST, "--port", str(port)]
    with running([*command, "--workers", str(workers)], log, prepared.environment(port)) as pid:
        wait_until(lambda: answers(port, "/readyz"), pid, log, "taliq serve")
        yield Server(NAME, port, (pid,), questions(port, prepared.plan, page_path, counts_path(prepared.plan)))


def answers(port: int, path: str) -> bool:
    """Whether a server is there and has that."""
    line = Line(port)
    try:
        return line.ask(request("GET", path)).code == 200
    except (Broken, OSError):
        return False
    finally:
        line.close()


def page_path(article: int) -> str:
    return f"/v1/sites/{SLUG}/comments?{urlencode({'thread': key_of(article)})}"


def counted(plan: Plan) -> range:
    """The articles whose counts are asked for."""
    return range(min(_ASKED_COUNTS, plan.articles))


def counts_path(plan: Plan) -> str:
    return f"/v1/sites/{SLUG}/counts?{urlencode([('thread', key_of(a)) for a in counted(plan)])}"


def comments_in(page: Any) -> int:
    return len(page["comments"])


def sum_of_counts(answer: Any) -> int:
    return sum(answer["counts"].values())


def questions(port: int, plan: Plan, page: Callable[[int], str], counts: str) -> dict[Scenario, Question]:
    """What is asked of a server whose answers are taliq's: the page of each article, and ``counts``."""

    def pages(articles: Sequence[int], headers: dict[str, str], packed: str = "") -> list[Ask]:
        return [
            Ask(request("GET", page(article), headers), plan.page_of(article), comments_in, encoding=packed)
            for article in articles
        ]

    def known() -> list[Ask]:
        # As browsers do: with the tag that it has when it is gzipped.
        headers = {**GZIP, "If-None-Match": tag_of(port, page(HOT_ARTICLE), GZIP)}
        return [Ask(request("GET", page(HOT_ARTICLE), headers), None, comments_in, code=304)]

    total = sum(plan.size_of(article) for article in counted(plan))
    return {
        scenarios.HOT: lambda: pages([HOT_ARTICLE], IDENTITY),
        scenarios.HOT_GZIP: lambda: pages([HOT_ARTICLE], GZIP, "gzip"),
        scenarios.HOT_KNOWN: known,
        scenarios.HOT_CLOSE: lambda: pages([HOT_ARTICLE], CLOSE),
        scenarios.COUNTS: lambda: [Ask(request("GET", counts, IDENTITY), total, sum_of_counts)],
        scenarios.MIX: lambda: pages(range(plan.articles), IDENTITY),
        scenarios.LONG: lambda: pages([LONG_ARTICLE], IDENTITY),
    }
