"""The queue asked: views, orders, filters and words, on both databases; and how far a page of it looks."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import pytest

from service.domain.desk import SORTS, STATUS_VIEWS, VIEWS, Ask, read_ask
from service.domain.errors import MalformedError
from service.domain.moderation import Action
from service.queries import marks, queue
from service.storage import search
from tests.newsroom import FIELDS, Newsroom
from tests.plans import told


def found(room: Newsroom, asked: str | Ask = "", limit: int = 25, **raw: str) -> list[UUID]:
    """Every comment that is found, page after page."""
    ask = asked if isinstance(asked, Ask) else read_ask({"search": asked, **raw})
    ids: list[UUID] = []
    cursor: str | None = None
    for _ in range(200):
        page = room.container.reader.run(lambda s, c=cursor: queue.queue_page(s, room.site.id, ask, c, limit))
        ids += [card.id for card in page.cards]
        cursor = page.next
        if cursor is None:
            return ids
    raise AssertionError("the walk does not end")


def test_each_view_holds_what_it_says(newsroom: Newsroom) -> None:
    pending, approved, rejected, spam = newsroom.pending(), newsroom.approved(), newsroom.pending(), newsroom.pending()
    newsroom.decide(rejected, Action.REJECT, reason="insult")
    newsroom.decide(spam, Action.SPAM)
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    unseen = newsroom.pending()
    views = {view: found(newsroom, Ask(view)) for view in VIEWS}
    assert views == {
        "pending": [pending],
        "edits": [],
        "reported": [],
        "unmoderated": [unseen],
        "opinion": [],
        "approved": [unseen, approved],
        "rejected": [rejected],
        "spam": [spam],
        "all": [unseen, spam, rejected, approved, pending],
    }
    counts = newsroom.container.reader.run(lambda s: queue.view_counts(s, newsroom.site.id))
    assert counts == {view: len(ids) for view, ids in views.items()}


def test_a_moderators_look_takes_a_comment_from_the_unmoderated_and_undo_puts_it_back(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    comment = newsroom.pending()
    decision = newsroom.decide(comment, Action.APPROVE, version=2)
    assert found(newsroom, Ask("unmoderated")) == []
    newsroom.container.undo_decision.undo(newsroom.principal, decision.id)
    assert found(newsroom, Ask("unmoderated")) == [comment]


def test_a_programs_approval_is_no_moderators_look(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    client = newsroom.client()
    answer = client.post(
        f"/v1/moderation/comments/{comment}/approve", json={"version": 1}, headers=newsroom.token()
    )
    assert answer.status_code == 200
    assert found(newsroom, Ask("unmoderated")) == [comment]


def test_the_most_urgent_comes_first_and_among_equals_the_oldest(newsroom: Newsroom) -> None:
    calm = [newsroom.pending() for _ in range(3)]
    twice = newsroom.pending(body="مكرر مرتين في الموقع")
    again = newsroom.pending(body="مكرر مرتين في الموقع")
    hidden = newsroom.pending(body="كلمة\u202eمخفية")
    assert found(newsroom, Ask("pending", "priority"), limit=1) == [hidden, again, *calm, twice]
    assert found(newsroom, Ask("pending")) == [*calm, twice, again, hidden]
    assert found(newsroom, Ask("pending", "newest"), limit=2) == [hidden, again, twice, *reversed(calm)]


def test_a_report_makes_a_comment_more_urgent(newsroom: Newsroom) -> None:
    first, second = newsroom.approved(), newsroom.approved()
    newsroom.container.flag_comment.flag("demo", second, "hate", "net-1")
    assert found(newsroom, Ask("approved", "priority")) == [second, first]


@pytest.fixture
def filled(newsroom: Newsroom) -> tuple[Newsroom, dict[str, UUID]]:
    made = {
        "river": newsroom.pending(body="النهر يجفّ في الصيف", name="سلمى الحلبي"),
        "dam": newsroom.pending(body="السدّ فوق النهر", name="عمر", thread="article-2", url=f"{FIELDS['url']}2"),
        "latin": newsroom.pending(body="The river runs dry", name="Zoë"),
    }
    newsroom.clock.forward(days=3)
    made["late"] = newsroom.pending(body="خبر عن المطر\u200b", name="سلمى")
    newsroom.decide(made["dam"], Action.REJECT, reason="libel")
    return newsroom, made


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("النهر", ["dam", "river"]),
        ("النَّهْـــر", ["dam", "river"]),
        # With the article or without, with "and" in front: one word.
        ("نهر", ["dam", "river"]),
        ("والنهر", ["dam", "river"]),
        ("نهار", []),
        ("النه*", ["dam", "river"]),
        ("النهر الصيف", ["river"]),
        ("river", ["latin"]),
        ("RIVER", ["latin"]),
        ("author:سلمى", ["late", "river"]),
        ('author:"سلمى الحلبي"', ["river"]),
        ("author:zoe", ["latin"]),
        ("author:سلمى المطر", ["late"]),
        ("thread:article-2", ["dam"]),
        ("thread:nowhere", []),
        ("status:rejected", ["dam"]),
        ("reason:libel", ["dam"]),
        ("by:sara", ["dam"]),
        ("by:nobody", []),
        ("lang:ar", ["late", "dam", "river"]),
        ("finding:hidden_characters", ["late"]),
        ("from:2026-11-27", ["late"]),
        ("until:2026-11-26", ["latin", "dam", "river"]),
        ("from:2026-11-25 until:2026-11-25 النهر", ["dam", "river"]),
        ("\"'؛ -- * OR AND NEAR(", []),
        ("%", []),
    ],
)
def test_words_and_operators_find(filled: tuple[Newsroom, dict[str, UUID]], search: str, names: list[str]) -> None:
    room, made = filled
    assert found(room, search, view="all", sort="newest") == [made[name] for name in names]
    assert found(room, search, view="all", sort="newest", limit=1) == [made[name] for name in names]


def test_a_view_narrows_what_is_found(filled: tuple[Newsroom, dict[str, UUID]]) -> None:
    room, made = filled
    assert found(room, "النهر", view="pending") == [made["river"]]


#: One word as readers write it: with vowels, stretched, with what hides in it, in forms that are kept for old files, by
#: a Persian keyboard, with what Arabic writes in front of a word.
SPELLINGS = ("كَلْبٌ", "كـلـب", "ك\u200cلب", "ﻛﻠﺐ", "کلب", "والكلب")


def test_every_spelling_of_a_word_finds_every_other(newsroom: Newsroom) -> None:
    made = {newsroom.pending(body=f"قال {word} أمس {n}") for n, word in enumerate(SPELLINGS)}
    near = newsroom.pending(body="كلبشة ومكلب وقلب")
    for typed in (*SPELLINGS, "كلب", "الكلب"):
        assert set(found(newsroom, typed, view="all", sort="newest")) == made
    assert found(newsroom, "كلب*", view="all", sort="newest")[0] == near


def test_an_edited_comment_is_found_by_its_new_text_only(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body="القديم")
    newsroom.container.amend_comment.amend(
        "demo", newsroom.container.signer.receipt(comment, 0), {"body": "الجديد"}
    )
    assert found(newsroom, "القديم", view="all") == []
    assert found(newsroom, "الجديد", view="all") == [comment]


def test_another_sites_comments_are_never_found(newsroom: Newsroom) -> None:
    newsroom.pending(body="كلمة")
    other = newsroom.container.manage_sites.create("other", "أخرى", {"origins": ["https://o.example"]})
    for ask in (read_ask({"search": "كلمة", "view": "all"}), Ask("all"), Ask("pending", thread="article-1")):
        page = newsroom.container.reader.run(lambda s, a=ask: queue.queue_page(s, other.id, a, None))
        assert page.cards == ()


def test_a_page_looks_through_a_bounded_number_and_says_that_there_is_more(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "WALK", 4)
    monkeypatch.setattr(queue, "_GLANCE", 2)
    wanted = newsroom.pending(body="الوحيد بالعربية، وهو الأول the")
    for number in range(9):
        newsroom.pending(body=f"the next one of many, number {number}")
    monkeypatch.setattr(search, "COMMON", 3)
    for ask in (Ask("pending", "newest", language="ar"), Ask("pending", "newest", search="the", language="ar")):
        page = newsroom.container.reader.run(lambda s, a=ask: queue.queue_page(s, newsroom.site.id, a, None))
        assert (page.cards, page.further) == ((), True)
        assert found(newsroom, ask) == [wanted]


@pytest.mark.parametrize("sort", SORTS)
def test_what_is_found_look_by_look_is_in_order_and_whole(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    """The first look is short, for what is common; the next ones go on where it ended."""
    monkeypatch.setattr(queue, "_LOOK", 1)
    monkeypatch.setattr(queue, "_FARTHER", 2)
    wanted = []
    for number in range(9):
        newsroom.pending(body=f"the next one of many, number {number}")
        hidden = "\u202e" if number % 2 else ""
        # Each of another reader: what one sends in a row is more urgent for that.
        wanted.append(newsroom.pending(body=f"الرقم {number} كثير{hidden}", email=f"{number}@example.org"))
    urgent = [*wanted[1::2], *wanted[::2]]
    expected = {"oldest": wanted, "newest": wanted[::-1], "priority": urgent}[sort]
    for limit in (1, 4, 25):
        assert found(newsroom, Ask("pending", sort, language="ar"), limit) == expected


@pytest.mark.parametrize(
    "given",
    [
        {"thread": "article-2"},
        {"by": "sara"},
        {"since": "2026-11-27"},
        {"until": "2026-11-26"},
        {"language": "ar"},
        {"reason": "libel"},
        {"finding": "hidden_characters"},
        {"section": "rivers"},
        {"thread": "article-2", "by": "sara", "until": "2026-11-26", "reason": "libel"},
    ],
)
def test_a_filter_finds_the_same_in_every_order(
    filled: tuple[Newsroom, dict[str, UUID]], given: dict[str, str]
) -> None:
    room, _ = filled
    room.container.manage_sites.put_thread(room.site.id, "article-2", {"section": "rivers"})
    for view in ("pending", "rejected", "all"):
        orders = [found(room, Ask(view, sort, **given)) for sort in SORTS]
        assert orders[1] == orders[2][::-1]
        assert sorted(orders[0]) == orders[1]
        assert orders[0] or view != "all"


@pytest.mark.parametrize("other", [Ask("approved"), Ask("pending", "priority"), Ask("pending", search="x")])
def test_a_cursor_of_another_question_is_refused(newsroom: Newsroom, other: Ask) -> None:
    newsroom.pending()
    newsroom.pending()
    read = newsroom.container.reader.run
    page = read(lambda s: queue.queue_page(s, newsroom.site.id, Ask("pending"), None, 1))
    with pytest.raises(MalformedError):
        read(lambda s: queue.queue_page(s, newsroom.site.id, other, page.next, 1))


#: Words of a plan that mean that more than the answer is read or that it is put in order afterwards.
_BAD: Mapping[str, tuple[str, ...]] = {
    "sqlite": ("SCAN comment", "USE TEMP B-TREE FOR ORDER BY"),
    "postgresql": ("Seq Scan on comment", "Sort "),
}


#: The index of each view by id and by urgency, on SQLite, where an index that fits less well would serve too.
_OWN = {
    "pending": ("ix_comment_pending", "ix_comment_site_id_status_rank_id"),
    "edits": ("ix_comment_edit_waiting", "ix_comment_edit_waiting_rank"),
    "reported": ("ix_comment_reported", "ix_comment_reported_rank"),
    "unmoderated": ("ix_comment_unmoderated", "ix_comment_unmoderated_rank"),
    "opinion": ("ix_comment_opinion", "ix_comment_opinion_rank"),
    "approved": ("ix_comment_site_id_status_id", "ix_comment_site_id_status_rank_id"),
    "rejected": ("ix_comment_site_id_status_id", "ix_comment_site_id_status_rank_id"),
    "spam": ("ix_comment_site_id_status_id", "ix_comment_site_id_status_rank_id"),
    "all": ("ix_comment_site_id_id", "ix_comment_site_id_rank_id"),
}
#: Where a filter has an index of its own.
_NARROWED = {
    "thread": {
        **dict.fromkeys(STATUS_VIEWS, "ix_comment_site_id_thread_id_status_id"),
        "all": "ix_comment_site_id_thread_id_id",
    },
    "by": {**dict.fromkeys(STATUS_VIEWS, "ix_comment_decided_by_status"), "all": "ix_comment_decided_by"},
}
_FILTERS = (
    {},
    {"thread": "article-1"},
    {"by": "sara"},
    {"since": "2026-11-01"},
    {"until": "2026-11-26"},
    {"section": "sport"},
    {"finding": "premoderation"},
    {"language": "ar"},
    {"reason": "libel"},
    {"cluster": str(UUID(int=1))},
)


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_is_read_in_the_order_of_an_index(newsroom: Newsroom, view: str) -> None:
    newsroom.pending()
    for sort in SORTS:
        for given in _FILTERS:
            ask = Ask(view, sort, **given)
            for cursor in (_far(newsroom, ask),) if given else (None, _far(newsroom, ask)):
                _assert_plans(newsroom, ask, cursor)


def _far(room: Newsroom, ask: Ask) -> str:
    """The cursor of a page that is not the first."""
    return marks.write(ask, marks.Mark(900, room.site.id))


def _assert_plans(room: Newsroom, ask: Ask, cursor: str | None) -> None:
    dialect = room.container.reader.engine.dialect.name
    walks = [
        plan
        for statement, plan in told(room, lambda s: queue.queue_page(s, room.site.id, ask, cursor))
        if "ORDER BY comment." in statement
    ]
    assert len(walks) == 1 if not ask.given() else walks
    for plan in walks:
        assert not [bad for bad in _BAD[dialect] if bad in plan], f"{ask}\n{plan}"
        if dialect == "sqlite":
            assert f"INDEX {_index_of(ask)} (" in plan, f"{ask}\n{plan}"


def _index_of(ask: Ask) -> str:
    if ask.order == "priority":
        narrow = ask.thread and ask.view == "pending"
        return "ix_comment_pending_in_thread" if narrow else _OWN[ask.view][1]
    (name,) = ask.given() or ("",)
    return _NARROWED.get(name, {}).get(ask.view, _OWN[ask.view][0])
