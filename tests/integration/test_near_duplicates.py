"""Nearly the same text again: what is held, what is only counted, and which comments are one cluster."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from service.domain.desk import SORTS, Ask
from service.queries import clusters as clusters_of
from service.queries import queue
from service.storage import likenesses
from service.text.fold import fold
from service.text.shingles import signature
from tests.newsroom import FIELDS, ORIGIN, Newsroom
from tests.plans import plans, told

TEXT = "لا تشتروا من هذا المتجر فقد باعني هاتفًا مكسورًا ورفض أن يعيد المال ولم يرد على أي رسالة من رسائلي {}"
ANOTHER = "المباراة كانت رائعة واللاعبون قدموا أفضل ما عندهم رغم الإصابات والأمطار وغياب الجمهور عن المدرجات"
SHORT = "الله يرحمه"
EIGHT = ("واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية")


@pytest.fixture
def open_newsroom(newsroom: Newsroom) -> Newsroom:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    return newsroom


def codes(newsroom: Newsroom, comment: UUID | None) -> list[tuple[object, ...]]:
    assert comment is not None
    return newsroom.sql(
        "SELECT code, outcome FROM finding WHERE comment_id = :c ORDER BY id", c=kept_as(newsroom, comment)
    )


def kept_as(newsroom: Newsroom, comment: UUID) -> object:
    """SQLite keeps an id as letters."""
    return comment.hex if newsroom.container.reader.engine.dialect.name == "sqlite" else comment


def clusters(newsroom: Newsroom) -> list[object]:
    return [row[0] for row in newsroom.sql("SELECT cluster_id FROM comment ORDER BY id")]


def rows(newsroom: Newsroom) -> tuple[object, object]:
    return newsroom.sql("SELECT (SELECT count(*) FROM likeness), (SELECT count(*) FROM shingle)")[0]  # type: ignore[return-value]


def test_a_copy_with_a_word_changed_is_held_and_says_what_it_is_like(open_newsroom: Newsroom) -> None:
    first = open_newsroom.submit(body=TEXT.format("أمس"))
    other = open_newsroom.submit(body=ANOTHER)
    copy = open_newsroom.submit(body=TEXT.format("اليوم"))
    assert (first.status, other.status, copy.status) == ("approved", "approved", "pending")
    (rule,) = open_newsroom.sql("SELECT rule FROM finding WHERE code = 'near_duplicate'")
    named, cluster, count = str(rule[0]).split(":")
    assert (named, count) == ("cluster", "1")
    mine, others, again = clusters(open_newsroom)
    assert mine == again != others
    assert UUID(str(mine)).hex == cluster


def test_the_very_same_text_is_a_duplicate_and_not_besides_nearly_the_same(open_newsroom: Newsroom) -> None:
    open_newsroom.submit(body=TEXT)
    copy = open_newsroom.submit(body=TEXT)
    assert copy.status == "pending"
    assert codes(open_newsroom, copy.comment) == [("duplicate_text", "hold")]


def test_a_few_words_that_many_say_are_published_and_counted(open_newsroom: Newsroom) -> None:
    answers = [open_newsroom.submit(email=f"reader{n}@example.org", body=SHORT) for n in range(5)]
    assert {answer.status for answer in answers} == {"approved"}
    assert codes(open_newsroom, answers[0].comment) == []
    assert codes(open_newsroom, answers[4].comment) == [("duplicate_text", "note")]
    assert len(set(clusters(open_newsroom))) == 1


def test_a_chorus_of_a_few_words_in_one_thread_is_held_from_its_eleventh(open_newsroom: Newsroom) -> None:
    def say(**fields: str) -> str:
        return str(open_newsroom.submit(body=SHORT, **fields).status)

    assert [say() for _ in range(12)] == ["approved"] * 10 + ["pending"] * 2
    assert say(thread="article-2", url="https://news.example/a/2") == "approved"
    open_newsroom.clock.forward(minutes=10)
    assert say() == "approved"


def test_a_few_words_with_an_address_are_held_like_any_text(open_newsroom: Newsroom) -> None:
    assert open_newsroom.submit(body="اربح https://win.example/").status == "approved"
    assert open_newsroom.submit(body="اربح https://win.example/").status == "pending"


def test_near_copies_sent_at_once_do_not_publish_themselves(open_newsroom: Newsroom) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda word: open_newsroom.submit(body=TEXT.format(word)), EIGHT))
    assert [answer.status for answer in answers].count("approved") == 1
    assert open_newsroom.sql("SELECT count(*) FROM finding WHERE code = 'near_duplicate'") == [(7,)]
    assert len(set(clusters(open_newsroom))) == 1


def test_near_copies_held_at_once_are_one_cluster(newsroom: Newsroom) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda word: newsroom.submit(body=TEXT.format(word)), EIGHT))
    assert len(set(clusters(newsroom))) == 1


def test_clusters_that_turn_out_to_be_one_become_one(newsroom: Newsroom) -> None:
    words = [f"كلمة{a}{b}" for a in "ابتثجح" for b in "ابتثجح"]
    newsroom.submit(body=" ".join(words[:24]))
    newsroom.submit(body=" ".join(words[12:]))
    assert len(set(clusters(newsroom))) == 2
    # Of either it has more than half.
    newsroom.submit(body=" ".join(words))
    assert len(set(clusters(newsroom))) == 1


def test_what_came_three_days_ago_is_no_copy_any_more(open_newsroom: Newsroom) -> None:
    open_newsroom.submit(body=TEXT.format("أمس"))
    open_newsroom.clock.forward(hours=72)
    later = open_newsroom.submit(body=TEXT.format("اليوم"))
    assert later.status == "approved"
    assert rows(open_newsroom) == (1, 10), "and its rows are gone"


def test_an_edit_leaves_the_cluster_of_the_text_before(newsroom: Newsroom) -> None:
    newsroom.submit(body=TEXT.format("أمس"))
    second = newsroom.submit(body=TEXT.format("اليوم"))
    assert second.receipt is not None
    newsroom.container.amend_comment.amend("demo", second.receipt, {"body": ANOTHER})
    first, moved = clusters(newsroom)
    assert first != moved
    assert rows(newsroom) == (2, 20)
    third = newsroom.submit(body=f"{ANOTHER} اليوم")
    assert codes(newsroom, third.comment)[0] == ("near_duplicate", "hold")
    newsroom.container.amend_comment.amend("demo", second.receipt, {"body": f"{ANOTHER} أمس"})
    assert clusters(newsroom)[1] == clusters(newsroom)[2]


def test_what_is_erased_is_like_nothing(newsroom: Newsroom) -> None:
    first = newsroom.submit(body=TEXT.format("أمس"))
    newsroom.submit(body=TEXT.format("اليوم"))
    assert first.receipt is not None
    newsroom.container.erase_comment.erase("demo", first.receipt)
    assert rows(newsroom) == (1, 10)
    assert clusters(newsroom)[0] is None
    third = newsroom.submit(body=TEXT.format("غدًا"))
    assert newsroom.sql(
        "SELECT rule FROM finding WHERE code = 'near_duplicate' AND comment_id = :c",
        c=kept_as(newsroom, third.comment or UUID(int=0)),
    )[0][0].endswith(":1")  # type: ignore[attr-defined]


def test_another_sites_texts_are_no_copies(open_newsroom: Newsroom) -> None:
    open_newsroom.submit(body=TEXT)
    open_newsroom.container.manage_sites.create("other", "أخرى", {"origins": [ORIGIN]})
    answer = open_newsroom.container.submit_comment.submit("other", {**FIELDS, "body": TEXT.format("اليوم")})
    assert ("near_duplicate", "hold") not in codes(open_newsroom, answer.comment)
    assert len(set(clusters(open_newsroom))) == 2


def test_what_is_compared_is_bounded(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likenesses, "COMPARED", 20)
    for n in range(5):
        newsroom.submit(body=TEXT.format("ابتثجحخد"[n] * 2))
    (rule,) = newsroom.sql("SELECT rule FROM finding WHERE code = 'near_duplicate' ORDER BY id DESC LIMIT 1")
    assert 2 <= int(str(rule[0]).rsplit(":", 1)[1]) <= 4
    assert len(set(clusters(newsroom))) == 1


def test_what_is_alike_is_found_by_indexes(newsroom: Newsroom) -> None:
    for word in EIGHT:
        newsroom.pending(body=TEXT.format(word))
    site, made = newsroom.site.id, signature(fold(TEXT, "ar"))
    (near,) = plans(newsroom, lambda s: likenesses.find_near(s, site, made, newsroom.clock()))
    assert near.count("shingle USING PRIMARY KEY (site_id=? AND band=? AND value=?)") == 10 or (
        near.count("Index Only Scan Backward using pk_shingle") == 10
    ), near
    for sort in SORTS:
        told_ = told(newsroom, lambda s, a=Ask(sort=sort): queue.queue_page(s, site, a, None, collapsed=True))  # type: ignore[misc]
        (collapsed,) = [plan for statement, plan in told_ if "leads" in statement]
        assert "ix_comment_cluster" in collapsed, collapsed
        (sized,) = [plan for statement, plan in told_ if "GROUP BY comment.cluster_id" in statement]
        assert "ix_comment_cluster" in sized, sized
    (comment,) = newsroom.container.reader.run(lambda s: queue.queue_page(s, site, Ask(), None, collapsed=True)).cards
    (listed,) = plans(newsroom, lambda s: clusters_of.waiting(s, site, comment.id))
    # PostgreSQL knows how many wait, and chooses among so few as it likes.
    assert "ix_comment_cluster" in listed or "Index Scan using ix_comment_pending" in listed, listed
