"""Attacks as the comments of a site: sent in through the use case readers use, approved, served on loopback."""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from service.app import create_app
from service.bootstrap import build
from service.domain.access import ROLES, Principal
from service.domain.errors import InvalidError
from service.domain.moderation import Action
from service.usecases.decide_comments import DecisionRequest
from service.usecases.submit_comment import Answer
from tests.browser.press import serving
from tests.newsroom import FIELDS, ORIGIN, PASSWORD, Newsroom, SetClock, settings_for
from tests.ports import free_port

#: Our own handful, for where the corpus is not.
OWN = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<svg><script>alert(1)</script></svg>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '<p onmouseover="alert(1)">نص</p>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<iframe src=javascript:alert(1)></iframe>",
    '<a href="javascript:alert(1)" onfocus=alert(1)>اضغط</a>',
    '<b><a href="https://example.org/" style="position:fixed" onmouseenter=alert(1)>رابط</a></b>',
    "<link rel=stylesheet href=//example.org/a.css>",
    "<meta http-equiv=refresh content=0;url=//example.org/>",
    "<video poster=//example.org/a.png></video>",
    "<style>@import url(//example.org/a.css)</style>",
    "<math><mtext></table><style><img title='</style><img src=x onerror=alert(1)>'></style></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "</textarea><script>alert(1)</script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "{{constructor.constructor('alert(1)')()}}",
    "https://example.org/<script>alert(1)</script>",
    "https://example.org/\"onmouseover='alert(1)'",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
)
#: What harmless readers write: every part of a page that a comment can bring with it is there once.
CALM = (
    {"body": "سطر <b>مهم</b> و <a href='https://example.org/'>رابط</a>", "website": "https://example.org/"},
    {"body": "Plain words, in English, long enough to be recognised as such.", "website": None},
    {"body": "فيه \u202eعلامة خفية\u202c", "website": None},
)
LOGIN = "omar"
PER_THREAD = 50


def attacks() -> list[str]:
    """Our own handful, and every text of the corpus where it is at hand."""
    found, corpus = list(OWN), os.environ.get("CORPUS")
    for path in sorted(Path(corpus, "xss").glob("*.jsonl")) if corpus else ():
        found += [json.loads(line)["html"] for line in path.read_text("utf-8").split("\n") if line]
    return found


@dataclass
class Exhibition:
    """``answers`` to the attacks, in order; those to what harmless readers wrote are ``calm``, on a site of its own.

    ``refused``: how often a field was refused for what is wrong with it. Then the others were sent without it.
    """

    origin: str
    newsroom: Newsroom
    texts: list[str]
    answers: list[Answer] = field(default_factory=list)
    calm: list[Answer] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def threads(self) -> list[str]:
        return [f"t{number}" for number in range(-(-len(self.answers) // PER_THREAD))]

    def get(self, path: str) -> str:
        with build_opener(ProxyHandler({})).open(self.origin + path, timeout=30) as answer:
            body: bytes = answer.read()
            return body.decode()

    def send(self, site: str, thread: str, fields: dict[str, str | None]) -> Answer:
        """The first answer that is no refusal: a field that is refused is replaced by a harmless one."""
        while True:
            key = secrets.token_urlsafe(24)
            whole = {**FIELDS, "thread": thread, "submission_id": key, **fields}
            try:
                return self.newsroom.container.submit_comment.submit(site, whole)
            except InvalidError as error:
                for flawed in error.fields:
                    self.refused[flawed.field] += 1
                    del fields[flawed.field]

    def approve(self, principal: Principal, answers: Sequence[Answer]) -> None:
        ids = [a.comment for a in answers if a.comment]
        requests = [DecisionRequest(i, Action.APPROVE, 1) for i in ids]
        for start in range(0, len(requests), 500):
            self.newsroom.container.decide_comments.many(principal, requests[start : start + 500])


@contextmanager
def exhibition(database_url: str) -> Iterator[Exhibition]:
    """All of it approved and served while the block lasts."""
    port, clock = free_port(), SetClock()
    origin = f"http://127.0.0.1:{port}"
    container = build(settings_for(database_url, public_url=origin), clock=clock)
    newsroom = Newsroom(container, clock)
    calm = container.manage_sites.create("calm", "هادئة", {"origins": [ORIGIN]})
    container.manage_staff.create_moderator(LOGIN, "عمر", PASSWORD, "admin", ["demo", "calm"])
    made = Exhibition(origin, newsroom, attacks())
    for number, text in enumerate(made.texts):
        everywhere: dict[str, str | None] = {"body": text, "name": text, "website": text}
        made.answers.append(made.send("demo", f"t{number // PER_THREAD}", everywhere))
    made.calm = [made.send("calm", "t0", dict(fields)) for fields in CALM]
    parent = str(made.calm[0].comment)
    made.approve(newsroom.principal, made.answers)
    made.approve(Principal(newsroom.principal.actor, calm.id, ROLES["admin"]), made.calm)
    made.calm.append(made.send("calm", "t0", {"body": "رد هادئ", "parent": parent}))
    made.approve(Principal(newsroom.principal.actor, calm.id, ROLES["admin"]), made.calm[-1:])
    with serving(create_app(container), port):
        yield made
    container.close()
