"""Strings that break input handling, in every field, query parameter and path: stored or refused clearly, never a 5xx.

``CORPUS`` holds the collections (big list of naughty strings, trojan source); without it a sample of our own is sent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.i18n import CATALOGUES
from service.text.clean import clean_body, clean_line
from tests.newsroom import FIELDS, PASSWORD, Newsroom

CORPUS = os.environ.get("CORPUS")
POST = "/v1/sites/demo/comments"
#: Sent together first, then one by one where together they were refused.
TEXTS = ("body", "name", "title", "thread", "lang")
OTHERS = ("email", "website", "url", "parent", "submission_id")
#: What clients and databases have stumbled over, when the collections are not here.
SAMPLE = [
    "", "undefined", "null", "NaN", "-1", "0x7f", "1e999", "' OR 1=1 --", "%", "%00", "%25%00", "../../etc/passwd",
    "{{7*7}}", "\x00", "a\x00b", "\x01\x1b[31m\x7f", "\ufeff", "\u200b", "\u202eبا\u202c", "\u2066x\u2069",
    "Z\u0351\u0351\u0351\u0351\u0351", "\r\n\r\nX-Injected: 1", "\u2028\u2029", "👩\u200d👩\u200d👧🏳️\u200d🌈", "ﷺ",
    "ｱﾝ", "<script>alert(1)</script>", "a&b=c;d", "\ufffe\uffff", "ẞİı", "https://[::1", "http://a.example:99999/",
    "javascript:alert(1)", "//evil.example", "[]", '{"a":', "x" * 9_000, "\ud7ff\ue000", "e\u0301", "0" * 32, "f" * 36,
]  # fmt: skip


def odd_strings() -> list[str]:
    if CORPUS is None:
        return SAMPLE
    unicode = Path(CORPUS, "unicode")
    naughty = json.loads((unicode / "blns.json").read_text("utf-8"))
    lines = (unicode / "trojan-source.jsonl").read_text("utf-8").split("\n")
    trojan = [json.loads(line)["text"] for line in lines if line]
    assert (len(naughty), len(trojan)) == (515, 48)
    return [*dict.fromkeys([*naughty, *trojan, *SAMPLE])]


def clear(answer: TestResponse) -> TestResponse:
    """The answer, which is good or says in known words what is wrong."""
    assert answer.status_code < 500, answer.get_data(as_text=True)
    assert b"Traceback" not in answer.data
    if answer.status_code >= 400 and answer.mimetype != "text/html":
        assert answer.mimetype == "application/problem+json"
        assert f"error.{answer.json['code']}" in CATALOGUES["en"]
        for field in answer.json.get("fields", []):
            assert f"field.{field['code']}" in CATALOGUES["en"]
            assert field["message"]
    return answer


def sent(client: FlaskClient, fields: dict[str, str], kind: str) -> TestResponse:
    """As JSON with escapes, which carry everything; or as a browser's form."""
    if kind == "form":
        return clear(client.post(POST, data=fields))
    return clear(client.post(POST, data=json.dumps(fields), content_type="application/json"))


def taken(answer: TestResponse) -> bool:
    return answer.status_code == 303 or (answer.status_code == 202 and "receipt" in answer.get_data(as_text=True))


def send_everywhere(client: FlaskClient, kind: str) -> dict[str, int]:
    """Every odd string in every field; how often each field took one."""
    stored = dict.fromkeys((*TEXTS, *OTHERS), 0)
    for number, odd in enumerate(odd_strings()):
        if taken(sent(client, {**FIELDS, **dict.fromkeys(TEXTS, odd)}, kind)):
            alone: tuple[str, ...] = ()
            stored.update({name: stored[name] + 1 for name in TEXTS})
        else:
            alone = TEXTS
        sent(client, {**FIELDS, **dict.fromkeys(OTHERS, odd)}, kind)
        for name in (*alone, "website", "submission_id"):
            answer = sent(client, {**FIELDS, "body": f"نص {number} {name}", name: odd}, kind)
            stored[name] += taken(answer)
            assert answer.status_code in (202, 303, 400, 422), (name, odd)
    return stored


def check_stored(newsroom: Newsroom) -> None:
    strings = odd_strings()
    texts = {(str(name), str(source)) for name, source in newsroom.sql("SELECT name, source FROM revision")}
    assert all(name == clean_line(name) and source == clean_body(source) for name, source in texts)
    assert {clean_line(s) for s in strings if 0 < len(clean_line(s)) <= 100} <= {name for name, _ in texts}
    bodies = {source for _, source in texts if not source.startswith("نص ")}
    assert bodies == {clean_body(s) for s in strings} - {""}


def test_an_odd_string_in_any_field_is_stored_clean_or_refused_clearly(newsroom: Newsroom) -> None:
    stored = send_everywhere(newsroom.client(), "json")
    check_stored(newsroom)
    # No field is one that refuses everything.
    assert all(count > len(odd_strings()) // 3 for name, count in stored.items() if name in TEXTS), stored
    assert stored["website"] > 3


def test_a_form_says_the_same_of_an_odd_string(small_newsroom: Newsroom) -> None:
    client, count = small_newsroom.client(), 0
    for number, odd in enumerate(odd_strings()):
        texts = sent(client, {**FIELDS, **dict.fromkeys(("body", "title", "lang"), odd)}, "form")
        assert taken(texts) is bool(clean_body(odd)) or texts.status_code == 422, odd
        count += taken(texts)
        others = sent(client, {**FIELDS, "body": f"نص {number}", **dict.fromkeys(OTHERS, odd)}, "form")
        assert others.status_code in (303, 422), odd
    assert count > len(odd_strings()) * 0.7


def test_what_is_stored_is_what_the_public_reads(newsroom: Newsroom) -> None:
    """Approved and fetched: the clean text, unchanged by storing, encoding or showing."""
    client, wanted = newsroom.client(), []
    for odd in odd_strings():
        answer = sent(client, {**FIELDS, "body": odd, "name": clean_line(odd)[:100] or "قارئ"}, "json")
        if answer.status_code == 202 and "receipt" in answer.json:
            wanted.append((answer.json["id"], clean_body(odd)))
    assert len(wanted) > len(odd_strings()) * 0.7
    auth = newsroom.token()
    for batch in (wanted[:400], wanted[400:]):
        items = [{"comment": c, "action": "approve", "version": 1} for c, _ in batch]
        if items:
            done = client.post("/v1/moderation/decisions", json={"decisions": items}, headers=auth)
            assert {r["status"] for r in done.json["results"]} == {200}
    assert [(c["id"], c["text"]) for c in walk(client)] == wanted


def test_an_odd_string_in_any_query_parameter_is_answered_clearly(newsroom: Newsroom) -> None:
    newsroom.approved()
    client, signed, auth = newsroom.client(), newsroom.client(), newsroom.token()
    assert signed.post("/console/login", data={"login": "sara", "password": PASSWORD}).status_code == 303
    for odd in odd_strings():
        everything = dict.fromkeys(("thread", "url", "title", "parent", "lang"), odd)
        for place, query in (
            ("comments", {"thread": odd}), ("comments", {"thread": "article-1", "cursor": odd}),
            ("comments.html", {"thread": "article-1", "order": odd}), ("counts", {"thread": odd}),
            ("comments.html", {"thread": odd, "lang": odd}), ("form", everything),
            ("page", {**everything, "thread": "article-1"}),
        ):  # fmt: skip
            answer = clear(client.get(f"/v1/sites/demo/{place}?{urlencode(query)}"))
            assert answer.status_code in (200, 400)
        asked = urlencode(dict.fromkeys(("site", "next", "lang", "decided", "problem", "cursor"), odd))
        clear(client.get(f"/v1/moderation/queue?{asked}", headers=auth))
        clear(signed.get(f"/console/?{urlencode({'view': odd, 'decided': odd, 'problem': odd})}"))
        clear(signed.get(f"/console/?{asked}"))
        clear(client.get(f"/console/login?{asked}"))


def test_an_odd_string_in_a_path_is_found_or_not_found(newsroom: Newsroom) -> None:
    client, auth, comment = newsroom.client(), newsroom.token(), newsroom.pending()
    for odd in odd_strings():
        part = quote(odd[:1500], safe="")
        for method, path in (
            ("GET", f"/v1/sites/{part}/comments?thread=a"), ("POST", f"/v1/sites/{part}/comments"),
            ("GET", f"/v1/sites/demo/receipts/{part}"), ("GET", f"/v1/moderation/comments/{part}"),
            ("POST", f"/v1/moderation/comments/{comment}/{part}"), ("GET", f"/console/comments/{part}"),
            ("GET", f"/static/{part}"),
        ):  # fmt: skip
            answer = clear(client.open(path, method=method, json={} if method == "POST" else None, headers=auth))
            answer.close()
            assert answer.status_code < 400 or answer.status_code in (404, 405, 422), (path, answer.status_code)
        made = clear(client.put(f"/v1/sites/demo/threads/{part}", json={"title": odd}, headers=auth))
        assert made.status_code in (200, 404, 422)
        if made.status_code == 200:
            assert (made.json["key"], made.json["title"]) == (clean_line(made.json["key"]), clean_line(odd))


def test_an_odd_string_in_a_header_changes_no_answer(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    client = small_newsroom.client()
    address = f"{POST}?thread=article-1"
    plain = client.get(address)
    names = ("Accept-Language", "Cookie", "Authorization", "X-Forwarded-For", "X-Request-ID", "Accept", "Referer")
    for odd in header_values(odd_strings()):
        answer = clear(client.get(address, headers=dict.fromkeys(names, odd)))
        assert (answer.status_code, answer.data) == (200, plain.data)
        numbered = clear(client.get(f"/v1/sites/demo/form?thread={FIELDS['thread']}", headers={"X-Request-ID": odd}))
        assert numbered.headers["X-Request-ID"].replace("-", "").isalnum()
        assert clear(client.get(address, headers={"If-None-Match": odd})).status_code in (200, 304)
        refused = clear(client.post(POST, json=FIELDS, headers={"Origin": odd}))
        assert odd in ("", "null") or refused.status_code == 403
        assert clear(client.get("/v1/moderation/queue", headers={"Authorization": f"Bearer {odd}"})).status_code == 401


def header_values(strings: Iterable[str]) -> Iterator[str]:
    """What an HTTP server lets through as a header's value."""
    for odd in strings:
        if odd.encode("latin-1", "ignore").decode("latin-1") == odd and not any(c < " " or c == "\x7f" for c in odd):
            yield odd[:2000]


def walk(client: FlaskClient) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    query = {"thread": FIELDS["thread"]}
    while True:
        page = client.get(f"{POST}?{urlencode(query)}").json
        found += page["comments"]
        if page["next"] is None:
            assert all(str(a["id"]) < str(b["id"]) for a, b in pairwise(found))
            return found
        query["cursor"] = page["next"]
