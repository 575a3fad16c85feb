"""The lead's page: what it says, to whom, and in which direction."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from flask.testing import FlaskClient

from service.domain.moderation import Action
from service.queries.queue import COUNT_CAP
from tests.integration.overview_rows import Loader
from tests.newsroom import PASSWORD, Newsroom


def sign_in(room: Newsroom, lang: str = "en", login: str = "sara") -> FlaskClient:
    client = room.client()
    data = {"login": login, "password": PASSWORD, "lang": lang}
    assert client.post("/console/login", data=data).status_code == 303
    return client


def page(room: Newsroom, lang: str = "en", period: str = "day", login: str = "sara") -> str:
    answer = sign_in(room, lang, login).get(f"/console/overview?site=demo&period={period}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def part(html: str, name: str) -> str:
    return html.split(f'aria-labelledby="{name}">', 1)[1].split("</section>", 1)[0]


def cells(html: str, name: str) -> list[list[str]]:
    """The table behind a plot."""
    body = part(html, name).split("<tbody>")[1]
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body)
    ]


def test_a_new_site_says_that_there_is_nothing_yet(small_newsroom: Newsroom) -> None:
    for lang, said in (("en", "Nothing has happened in this time"), ("ar", "لم يحدث شيء في هذه المدة")):
        html = page(small_newsroom, lang)
        assert said in html
        assert "<svg class=\"plot" not in html
    assert "Nothing is waiting" in words(page(small_newsroom))


def test_one_comment_is_told_in_numbers_and_drawn(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.pending(title="A river between two dams")
    small_newsroom.clock.forward(minutes=12)
    assert "No decisions in the last hour" in words(page(small_newsroom))
    small_newsroom.decide(comment, Action.APPROVE)
    html = page(small_newsroom)
    assert "Waiting now 0" in words(html)
    assert "1 in, 1 decided" in words(html)
    assert len(cells(html, "traffic")) == 24
    assert cells(html, "traffic")[-1] == ["Wed 25, 09:00", "1", "1"]
    assert cells(html, "threads") == [["A river between two dams", "1", "1", "0", "0", "100%", "12 min"]]
    assert cells(html, "sections") == [["No section", "1", "1", "0", "0", "100%", "12 min"]]
    assert cells(html, "findings")[0][1:] == ["1", "1", "0", "0", "100%"]
    assert cells(html, "moderators") == [["سارة", "1", "1", "0%"]]
    assert len(cells(page(small_newsroom, period="week"), "traffic")) == 7


def test_every_plot_has_a_name_a_sentence_and_a_table(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    for lang in ("ar", "en"):
        html = page(small_newsroom, lang)
        plots = re.findall(r'<svg class="plot[^>]*role="img" aria-labelledby="(\S+)" aria-describedby="(\S+)"', html)
        assert len(plots) == 5
        for title, said in plots:
            assert re.search(rf'<title id="{title}">[^<]+</title><desc id="{said}">[^<]+</desc>', html)
        assert html.count("<caption>") == 5
        assert re.findall(r"<th(?!ead| scope)", html) == []


def test_in_arabic_time_runs_from_the_right(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    for lang, side in (("en", "0%"), ("ar", "100%")):
        html = part(page(small_newsroom, lang), "traffic")
        at = [float(x) for x in re.findall(r'<text class="tick[^"]*" x="([\d.]+)%"', html)]
        assert at == sorted(at, reverse=lang == "ar")
        assert set(re.findall(r'class="side" x="([^"]+)"', html)) == {side}
        bar = re.findall(r'<rect class="arrivals" x="([\d.]+)%"', html)
        assert (float(bar[-1]) < 50) == (lang == "ar"), "now is at the end of the line"


def test_only_who_manages_the_site_sees_the_load_of_each(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    small_newsroom.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["demo"])
    assert 'id="moderators"' in page(small_newsroom)
    html = page(small_newsroom, login="omar")
    assert 'id="moderators"' not in html
    assert "سارة" not in html


def test_a_flood_is_told_as_a_sample(small_newsroom: Newsroom) -> None:
    """Two in three seconds for ten hours: of 24,000 comments, the last 20,000 and all decisions but the first 1,600."""
    now = small_newsroom.clock()
    loader = Loader(small_newsroom)
    loader.load(small_newsroom.site.id, 24_000, now - timedelta(hours=10), now)
    loader.engine.dispose()
    html = page(small_newsroom)
    said = words(html)
    assert "More comments came than are counted at once. These are the last 20,000;" in said
    assert "More decisions were made than are counted at once. These are the last 20,000;" in said
    rows = cells(html, "traffic")
    assert len(rows) == 24
    assert {tuple(row[1:]) for row in rows[:13]} == {("not counted", "not counted")}
    assert [row[1] for row in rows[13:]] == ["not counted", "800+", *["2,400"] * 8, "0"]
    assert [row[2] for row in rows[13:]] == ["560+", *["2,160"] * 9, "0"]
    assert 'class="arrivals cut"' in html
    assert 'class="unknown"' in html
    assert f"{COUNT_CAP:,}+" not in said
    assert "Waiting now 2,400" in said


def test_a_title_of_a_thread_is_text(small_newsroom: Newsroom) -> None:
    small_newsroom.approved(title="<script>alert(1)</script> & \u202e")
    html = page(small_newsroom)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in part(html, "threads")


def test_a_long_title_is_cut_on_the_plot_and_whole_in_the_table(small_newsroom: Newsroom) -> None:
    title = "عنوان طويل " * 12
    small_newsroom.approved(title=title)
    html = part(page(small_newsroom, "ar"), "threads")
    assert cells(page(small_newsroom, "ar"), "threads")[0][0] == title.strip()
    drawn = re.findall(r'<text class="name[^>]*>([^<]+)<', html)
    assert [len(label) <= most + 2 for label, most in zip(drawn, (80, 34), strict=True)] == [True, True]


def test_what_no_period_is_is_refused(small_newsroom: Newsroom) -> None:
    assert sign_in(small_newsroom).get("/console/overview?period=year").status_code == 400
    assert sign_in(small_newsroom).get("/console/overview?site=other").status_code == 404


def test_the_head_leads_to_it(small_newsroom: Newsroom) -> None:
    html = sign_in(small_newsroom).get("/console/").get_data(as_text=True)
    assert '<a href="/console/overview?site=demo">Overview</a>' in html
