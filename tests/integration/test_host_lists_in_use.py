"""Lists a site has brought in, and what they do to comments."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from service.domain.errors import InvalidError, NotFoundError
from service.domain.moderation import Status
from service.storage import host_lists
from tests.integration.conftest import Run
from tests.newsroom import Newsroom


def bring(
    newsroom: Newsroom, *hosts: str, kind: str = "host", name: str = "l", action: str = "hold", site: str = "demo"
) -> None:
    newsroom.container.manage_lists.replace(site, kind, name, action, hosts, "سارة")


def codes(newsroom: Newsroom) -> list[object]:
    return [code for (code,) in newsroom.sql("SELECT code FROM finding ORDER BY id")]


@pytest.fixture
def publishing(newsroom: Newsroom) -> Newsroom:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    return newsroom


@pytest.mark.parametrize(
    "body",
    [
        "https://casino.example/", "www.x.casino.example", "casino.example", "casino [dot] example",
        "CA\u200bSINO.example", "http://مثال.إختبار/", "http://xn--mgbh0fb.xn--kgbechtv/", "مثال.إختبار", "http://192.0.2.7/x",
    ],
)  # fmt: skip
def test_a_link_to_a_listed_host_or_below_it_is_held(publishing: Newsroom, body: str) -> None:
    bring(publishing, "casino.example", "مثال.إختبار", "192.0.2.7")
    assert publishing.submit(body=f"انظروا {body} الآن").status == Status.PENDING
    assert "listed_host" in codes(publishing)


def test_neighbours_of_a_listed_host_are_none_of_it(publishing: Newsroom) -> None:
    bring(publishing, "casino.example", "a.b.example")
    assert publishing.submit(body="https://notcasino.example/").status == Status.APPROVED
    assert publishing.submit(body="https://b.example/ وحده").status == Status.APPROVED


@pytest.mark.parametrize(("action", "status"), [("hold", "pending"), ("spam", "spam"), ("reject", "rejected")])
def test_a_list_does_what_it_says_and_the_reader_hears_held(publishing: Newsroom, action: str, status: str) -> None:
    bring(publishing, "casino.example", action=action)
    assert publishing.submit(website="https://casino.example/").status == Status.PENDING
    assert publishing.sql("SELECT status FROM comment") == [(status,)]


def test_another_sites_list_is_not_asked(publishing: Newsroom) -> None:
    publishing.container.manage_sites.create("other", "أخرى", {})
    bring(publishing, "casino.example", site="other")
    bring(publishing, "example.org", kind="mail_domain", site="other")
    assert publishing.submit(body="https://casino.example/").status == Status.APPROVED


def test_a_list_of_mail_domains_is_no_list_of_hosts(publishing: Newsroom) -> None:
    bring(publishing, "casino.example", kind="mail_domain")
    bring(publishing, "example.org")
    assert publishing.submit(body="https://casino.example/").status == Status.APPROVED


@pytest.mark.parametrize("email", ["x@throw.example", "x@mail.THROW.example", "x@مثال.إختبار"])
def test_a_throw_away_address_is_held_and_nothing_says_whose(publishing: Newsroom, email: str) -> None:
    bring(publishing, "throw.example", "xn--mgbh0fb.xn--kgbechtv", kind="mail_domain", name="disposable")
    publishing.container.manage_sites.set_policy("demo", {"origins": ["https://news.example"]})
    assert publishing.submit(email=email).status == Status.PENDING
    assert publishing.sql("SELECT code, rule, spans FROM finding") in (
        [("disposable_address", "mail_domain_list", "[]")], [("disposable_address", "mail_domain_list", [])],
    )  # fmt: skip
    assert publishing.submit(body="نص آخر", email="x@throw.example.org").status == Status.APPROVED


def test_an_edit_meets_the_lists_too(publishing: Newsroom) -> None:
    bring(publishing, "casino.example")
    answer = publishing.submit()
    publishing.container.amend_comment.amend("demo", str(answer.receipt), {"body": "بل https://casino.example/"})
    assert publishing.sql("SELECT published_revision, latest_revision FROM comment") == [(1, 2)]
    assert "listed_host" in codes(publishing)


def test_too_many_links_are_held_as_the_site_says(publishing: Newsroom) -> None:
    two = "https://a.example/ https://b.example/"
    assert publishing.submit(body=two).status == Status.PENDING
    publishing.container.manage_sites.set_policy("demo", {"hold_links": "3"})
    assert publishing.submit(body=f"{two} نعم").status == Status.APPROVED
    assert publishing.submit(body=f"{two} نعم نعم", website="https://c.example/").status == Status.PENDING


def test_a_list_of_the_same_name_is_replaced_whole(newsroom: Newsroom) -> None:
    bring(newsroom, "a.example", "b.example")
    bring(newsroom, "b.example", "c.example", action="spam")
    assert newsroom.sql("SELECT host FROM listed_host ORDER BY host") == [("b.example",), ("c.example",)]
    assert newsroom.sql("SELECT kind, name, action, size, set_by FROM host_list") == [("host", "l", "spam", 2, "سارة")]
    with pytest.raises(InvalidError):
        bring(newsroom, "no host")
    assert newsroom.sql("SELECT count(*) FROM listed_host") == [(2,)], "what cannot be read replaces nothing"
    newsroom.container.manage_lists.remove("demo", "host", "l")
    assert newsroom.sql("SELECT count(*) FROM listed_host") == [(0,)]
    with pytest.raises(NotFoundError):
        newsroom.container.manage_lists.remove("demo", "host", "l")


def test_two_who_bring_in_one_list_at_once_leave_one_of_the_two(newsroom: Newsroom) -> None:
    ready, failed = threading.Barrier(2), []

    def one(*hosts: str) -> None:
        ready.wait()
        try:
            bring(newsroom, *hosts)
        except Exception as error:  # what loses says so
            failed.append(getattr(error, "code", error))

    lists = [[f"{letter}{n}.example" for n in range(300)] for letter in "ab"]
    threads = [threading.Thread(target=one, args=hosts) for hosts in lists]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed in ([], ["list_changed"])
    stored = [host for (host,) in newsroom.sql("SELECT host FROM listed_host ORDER BY host")]
    assert stored in [sorted(hosts) for hosts in lists]


def test_the_look_up_walks_an_index_and_reads_no_list(newsroom: Newsroom) -> None:
    bring(newsroom, *(f"h{n}.example" for n in range(12_000)))
    found = newsroom.container.reader.run(
        lambda s: host_lists.look_up(s, newsroom.site.id, "host", ["h11999.example", "h.example"])
    )
    assert found == [("h11999.example", "l", "hold")]


def test_lists_at_the_command_line(
    newsroom: Newsroom, database_url: str, command_line: Callable[[str], Run], tmp_path: Path
) -> None:
    taliq = command_line(database_url)
    file = tmp_path / "hosts.txt"
    file.write_text("\ufeff# قائمة\ncasino.example\nمثال.إختبار\n", "utf-8")
    base = ("lists", "import", "--site", "demo", "--kind", "host", "--name", "كازينو")
    assert taliq(*base, "--action", "spam", str(file)) == (0, "host كازينو: 2 (spam)\n", "")
    assert "host\tكازينو\tspam\t2\t" in taliq("lists", "show", "demo")[1]
    assert "  xn--mgbh0fb.xn--kgbechtv\n" in taliq("lists", "show", "demo", "كازينو")[1]
    assert taliq("lists", "show", "demo", "other")[0] == 3
    file.write_text("a.example\nnot a host\n", "utf-8")
    code, _, said = taliq(*base, str(file))
    assert (code, said) == (2, "taliq: hosts: No host stands in these lines: 2.\n")
    assert taliq("lists", "remove", "--site", "demo", "--kind", "host", "كازينو")[0] == 0
    assert newsroom.sql("SELECT count(*) FROM host_list") == [(0,)]


def test_a_public_list_holds_what_is_in_it(
    publishing: Newsroom, database_url: str, command_line: Callable[[str], Run], corpus: Path
) -> None:
    taliq = command_line(database_url)
    public = ("host", "spam/referrer-spammers.txt"), ("mail_domain", "email/disposable_email_blocklist.conf")
    for kind, path in public:
        code, _, said = taliq(
            "lists", "import", "--site", "demo", "--kind", kind, "--name", "public", str(corpus / path)
        )
        assert (code, said) == (0, "")
        last = (corpus / path).read_text("utf-8").split()[-1]
        sent = {"body": f"http://sub.{last}/"} if kind == "host" else {"body": "نص", "email": f"x@sub.{last}"}
        assert publishing.submit(**sent).status == Status.PENDING
