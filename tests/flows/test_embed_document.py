"""EMBED.md says what is so: its nginx block is run as it stands there, and its names are those of script and style."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.cache_tags import TOLD_AFTER, feed_tag, site_tag, thread_tag
from service.domain.messages import cache_purge
from tests.browser.press import serving
from tests.newsroom import Newsroom
from tests.nginx import NGINX, wait_until_listening
from tests.ports import free_port

SERVICE = Path(__file__).parents[2] / "service"
DOCUMENT = SERVICE / "deploy" / "EMBED.md"
STATIC = SERVICE / "web" / "static" / "embed"
FORM_ID = re.compile(r'name="submission_id" value="([^"]+)"')


def blocks(kind: str, heading: str) -> list[str]:
    """The fenced blocks of one kind under a heading."""
    section = re.search(rf"^##+ {heading}\n(.*?)(?=^##+ |\Z)", DOCUMENT.read_text("utf-8"), re.M | re.S)
    assert section, heading
    return re.findall(rf"^```{kind}\n(.*?)^```", section[1], re.M | re.S)


def test_the_attributes_are_those_the_script_or_the_style_reads() -> None:
    read = "".join((STATIC / name).read_text("utf-8") for name in ("embed.js", "embed.css"))
    listed = re.findall(r"`data-([a-z]+)`", DOCUMENT.read_text("utf-8").split("## Colours")[0])
    assert len(set(listed)) == 9
    for name in set(listed):
        assert re.search(rf"\b{name}\b", read), name


def test_the_variables_are_those_the_style_reads() -> None:
    style = (STATIC / "embed.css").read_text("utf-8")
    (listed,) = re.findall(r"(?:^`--taliq-.*`\n)+", DOCUMENT.read_text("utf-8"), re.M)
    assert set(re.findall(r"`(--taliq-[a-z-]+)`", listed)) == set(re.findall(r"var\((--taliq-[a-z-]+)", style))


def test_the_events_are_those_the_script_sends() -> None:
    script = (STATIC / "embed.js").read_text("utf-8")
    listed = set(re.findall(r"`taliq:([a-z]+)`", DOCUMENT.read_text("utf-8")))
    assert listed == {"ready", "submitted", "error"}
    assert listed == set(re.findall(r"""\b(?:fire|tell|emit)\(["'](?:taliq:)?([a-z]+)""", script))


def test_the_tags_and_the_event_for_a_cdn_are_those_that_are_sent() -> None:
    text, key = DOCUMENT.read_text("utf-8"), "0123456789abcdef"
    for tag in (site_tag("SITE"), feed_tag("SITE"), thread_tag("SITE", "")[:-16]):
        assert f"`{tag}`" in text
    (event,) = blocks("json", "A CDN in front")
    kind, payload = cache_purge([feed_tag("SITE"), thread_tag("SITE", "")[:-16] + key])
    assert json.loads(event) == {"kind": kind, "payload": payload}
    assert timedelta(seconds=2) == TOLD_AFTER, "two seconds, it says"


@dataclass
class Front:
    """The site: nginx with the document's configuration before articles on disk."""

    port: int
    article: Path

    def get(self, path: str = "/articles/1.html", **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={n.replace("_", "-"): v for n, v in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@contextlib.contextmanager
def front_of(origin: str, thread: str, url: str) -> Iterator[Front]:
    """Our own words in the document's blocks are replaced by what they stand for, and nothing else is."""
    ((configuration,), (html,)) = blocks("nginx", "nginx"), blocks("html", "nginx")
    with tempfile.TemporaryDirectory(prefix="taliq-front-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        (folder / "articles").mkdir()
        words = {
            **{"https://comments.example": origin, "comments.example": origin.partition("//")[2], "SITE": "demo"},
            **{"ARTICLE-ID": thread, "ARTICLE-URL": url, "/var/cache/nginx/taliq": f"{name}/cache"},
        }
        for word, value in words.items():
            configuration, html = configuration.replace(word, value), html.replace(word, value)
        of_http, of_server = configuration.split("# In server { }:\n")
        temporary = " ".join(f"{kind}_temp_path {name}/{kind};" for kind in TEMPORARY)
        (folder / "nginx.conf").write_text(
            f"pid {name}/pid; error_log stderr error; events {{}}\n"
            f"http {{ access_log off; {temporary} types {{ text/html html; }}\n{of_http}\n"
            f"server {{ listen 127.0.0.1:{port}; root {name};\n{of_server}\n}} }}\n"
        )
        article = folder / "articles" / "1.html"
        article.write_text(f"<!doctype html><title>t</title><main>{html}</main>")
        command = [str(NGINX), "-e", "stderr", "-p", name, "-c", f"{name}/nginx.conf", "-g", "daemon off;"]
        with (folder / "error.log").open("wb") as errors:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        try:
            wait_until_listening(process, port, folder / "error.log")
            yield Front(port, article)
        finally:
            process.terminate()
            process.wait(timeout=30)


TEMPORARY = ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")


@needs_nginx
def test_nginx_includes_discussion_and_form_in_the_article(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved(body="تعليق يظهر في صفحة المقال نفسها، ويكفي طوله لكي يُضغط لو طُلب ذلك")
    url = "https://news.example/a/1"
    with serving(small_newsroom.app()) as origin, front_of(origin, "article-1", url) as front:
        tag = small_newsroom.client().get("/v1/sites/demo/comments.html?thread=article-1&lang=en").headers["ETag"]
        # None of what the reader says is said to the service.
        status, html = front.get(Accept_Encoding="gzip, br", Cookie="session=reader", If_None_Match=tag)
        assert status == 200
        assert f'id="comment-{comment}"' in html
        assert html.index('class="taliq-thread"') < html.index('class="taliq-form"')
        assert "<!--#" not in html
        assert "an error occurred" not in html
        assert html.count("application/ld+json") == 1
        _, again = front.get()
        ids = FORM_ID.findall(html) + FORM_ID.findall(again)
        assert len(ids) == len(set(ids)) == 2, "a form belongs to one reader"
        # The address inside cannot be called from outside.
        assert front.get("/-/taliq/comments.html?thread=article-1") == (204, "")


@needs_nginx
def test_when_the_service_is_away_the_article_stands_with_what_was_kept(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved()
    with contextlib.ExitStack() as service:
        origin = service.enter_context(serving(small_newsroom.app()))
        with front_of(origin, "article-1", "https://news.example/a/1") as front:
            assert f'id="comment-{comment}"' in front.get()[1]
            service.close()
            status, html = front.get()
            assert (status, f'id="comment-{comment}"' in html, FORM_ID.findall(html)) == (200, True, [])
            assert html.count(f'<a href="{origin}/v1/sites/demo/page?thread=article-1">') == 1
            other = front.article.with_name("2.html")
            other.write_text(front.article.read_text().replace("article-1", "article-2"))
            status, html = front.get("/articles/2.html")
            assert (status, html.count("page?thread=article-2")) == (200, 2)
            assert "an error occurred" not in html
