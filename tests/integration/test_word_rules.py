"""Rules of words over the whole way: written, met by a comment, counted, switched off, and out of nobody's memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.access import ROLES
from service.domain.errors import ForbiddenError, InvalidError, NotFoundError
from service.domain.moderation import Action, Status
from service.domain.rules import RuleDraft, read_rule, sorted_out
from service.queries import rule_list
from tests.integration.conftest import Run
from tests.newsroom import Newsroom


def write(room: Newsroom, *phrases: str, action: str = "hold", number: int | None = None, **more: str) -> int:
    draft = read_rule(
        more.get("name", ""),
        phrases,
        more.get("mode", "clitics"),
        action,
        more.get("reason", "insult"),
        more.get("section", ""),
        more.get("exceptions", "").split("|"),
    )
    return room.container.manage_rules.write(room.principal, draft, number)


def findings(room: Newsroom) -> list[tuple[object, ...]]:
    return room.sql("SELECT code, rule, outcome FROM finding WHERE code <> 'premoderation' ORDER BY id")


@pytest.fixture
def open_room(newsroom: Newsroom) -> Newsroom:
    """A site that publishes what nothing speaks against."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    return newsroom


def test_a_rule_holds_what_would_have_been_published_and_only_from_when_it_is_written(open_room: Newsroom) -> None:
    assert open_room.submit(body="يا كلب").status is Status.APPROVED
    number = write(open_room, "كلب")
    assert open_room.submit(body="والكَلْب الآخر").status is Status.PENDING
    assert findings(open_room) == [("word_rule", f"rule:{number} كلب", "hold")]
    assert open_room.submit(body="سلام عليكم").status is Status.APPROVED


@pytest.mark.parametrize(("action", "status", "reason"), [("reject", "rejected", "insult"), ("spam", "spam", None)])
def test_a_rule_that_refuses_does_so_at_once_and_the_reader_hears_held(
    open_room: Newsroom, action: str, status: str, reason: str | None
) -> None:
    number = write(open_room, "كلب", action=action)
    answer = open_room.submit(body="يا كلب")
    assert answer.status is Status.PENDING
    assert open_room.sql("SELECT status FROM comment") == [(status,)]
    # The log names the rule, and not the word.
    assert open_room.sql("SELECT actor_kind, actor_label, reason FROM decision") == [
        ("policy", f"rule:{number}", reason)
    ]


def test_a_rule_of_a_section_meets_only_the_threads_of_it(open_room: Newsroom) -> None:
    write(open_room, "هدف", section="رياضة")
    for key, section in (("match", "رياضة"), ("law", "سياسة")):
        fields = {"url": f"https://news.example/{key}", "title": key, "section": section}
        open_room.container.manage_sites.put_thread(open_room.site.id, key, fields)
    assert open_room.submit(thread="match", body="هدف جميل").status is Status.PENDING
    assert open_room.submit(thread="law", body="هدف نبيل").status is Status.APPROVED


def test_switched_off_or_removed_a_rule_is_not_looked_for_and_both_can_be_taken_back(open_room: Newsroom) -> None:
    rules, who = open_room.container.manage_rules, open_room.principal
    number = write(open_room, "كلب")
    for n, (off, on) in enumerate(
        [
            (lambda: rules.switch(who, number, on=False), lambda: rules.switch(who, number, on=True)),
            (lambda: rules.remove(who, number), lambda: rules.put_back(who, number)),
        ]
    ):
        off()
        assert open_room.submit(body=f"كلب {n} أول").status is Status.APPROVED
        on()
        assert open_room.submit(body=f"كلب {n} ثان").status is Status.PENDING


def test_a_changed_rule_keeps_its_number_and_a_removed_number_is_never_given_again(newsroom: Newsroom) -> None:
    first = write(newsroom, "كلب")
    assert write(newsroom, "قرد", number=first) == first
    newsroom.container.manage_rules.remove(newsroom.principal, first)
    assert write(newsroom, "حمار") == first + 1


def test_precision_counts_what_people_decided_and_not_what_the_rule_did(open_room: Newsroom) -> None:
    number = write(open_room, "كلب", action="reject")
    comments = [open_room.pending(body=f"كلب {n}") for n in range(5)]
    record = open_room.container.reader.run(lambda s: rule_list.record_of(s, open_room.site.id, number))
    assert (record.hits, record.decided, record.precision) == (5, 0, None)
    open_room.decide(comments[0], Action.APPROVE, version=2)
    for comment in comments[1:4]:
        open_room.decide(comment, Action.SPAM, version=2)
    record = open_room.container.reader.run(lambda s: rule_list.record_of(s, open_room.site.id, number))
    assert (record.hits, record.decided, record.agreed) == (5, 4, 3)
    assert not record.more


def test_an_edit_is_judged_by_the_rules_of_its_day_and_counted_once(open_room: Newsroom) -> None:
    answer = open_room.submit(body="أول كلام")
    write(open_room, "كلب")
    assert answer.receipt
    open_room.container.amend_comment.amend("demo", answer.receipt, {"body": "يا كلب"})
    open_room.container.amend_comment.amend("demo", answer.receipt, {"body": "يا كلب يا كلب"})
    assert open_room.sql("SELECT count(*) FROM word_rule_hit") == [(1,)]
    assert open_room.sql("SELECT published_revision, latest_revision FROM comment") == [(1, 3)]


def test_erased_with_the_comment_is_that_a_rule_saw_something_in_it(open_room: Newsroom) -> None:
    write(open_room, "كلب")
    answer = open_room.submit(body="يا كلب")
    assert answer.receipt
    open_room.container.erase_comment.erase("demo", answer.receipt)
    assert open_room.sql("SELECT count(*) FROM word_rule_hit") == [(0,)]


def test_only_who_runs_the_site_writes_rules(newsroom: Newsroom) -> None:
    number = write(newsroom, "كلب")
    sara = replace(newsroom.principal, permissions=ROLES["moderator"])
    rules = newsroom.container.manage_rules
    for act in (
        lambda: rules.write(sara, RuleDraft("x", ("قرد",))),
        lambda: rules.switch(sara, number, on=False),
        lambda: rules.remove(sara, number),
        lambda: rules.put_back(sara, number),
    ):
        with pytest.raises(ForbiddenError):
            act()
    with pytest.raises(NotFoundError):
        rules.remove(newsroom.principal, 99)


@pytest.mark.parametrize(
    ("phrases", "more", "field", "code"),
    [
        ([], {}, "phrases", "required"),
        (["!"], {}, "phrases", "phrase_too_short"),
        (["ء"], {}, "phrases", "phrase_too_short"),
        (["ك" + "ل" * 300], {}, "phrases", "phrase_too_long"),
        (["كلب"], {"mode": "regex"}, "mode", "not_listed"),
        (["كلب"], {"action": "publish"}, "action", "not_listed"),
        (["كلب"], {"action": "reject", "reason": "because"}, "reason", "reason_required"),
        (["كلب"], {"name": "ن" * 81}, "name", "too_long"),
        (["كلب"], {"exceptions": "ن" * 201}, "exceptions", "phrase_too_long"),
    ],
)
def test_what_cannot_be_a_rule_is_said_field_by_field(
    phrases: list[str], more: dict[str, str], field: str, code: str
) -> None:
    asked = {"name": "", "mode": "clitics", "action": "hold", "reason": "insult", **more}
    with pytest.raises(InvalidError) as refused:
        read_rule(
            asked["name"], phrases, asked["mode"], asked["action"], asked["reason"], "", [asked.get("exceptions", "")]
        )
    assert [(f.field, f.code) for f in refused.value.fields] == [(field, code)]


def test_the_list_shows_the_newest_first_page_by_page_and_finds_by_phrase_name_and_owner(newsroom: Newsroom) -> None:
    for n in range(rule_list.PAGE_SIZE + 3):
        write(newsroom, f"عبارة {n}", f"أخرى {n}")
    reader, site = newsroom.container.reader, newsroom.site.id
    first = reader.run(lambda s: rule_list.rule_page(s, site, "", None))
    assert [r.number for r in first.rules][:2] == [28, 27]
    rest = reader.run(lambda s: rule_list.rule_page(s, site, "", first.next))
    assert [r.number for r in rest.rules] == [3, 2, 1]
    assert rest.next is None
    for word, numbers in (("أخرى 7", [8]), ("سارة", [28, 27]), ("لا أحد", [])):
        found = reader.run(lambda s, w=word: rule_list.rule_page(s, site, w, None))  # type: ignore[misc]
        assert [r.number for r in found.rules][:2] == numbers


@pytest.mark.parametrize("word", ["احمق", "أحمَق", "إحمق", "الغبيه", "غبـية", "ساره"])
def test_a_rule_is_found_however_its_word_is_written(newsroom: Newsroom, word: str) -> None:
    write(newsroom, "يا أحْمَق", "الغبيّة")
    found = newsroom.container.reader.run(lambda s: rule_list.rule_page(s, newsroom.site.id, word, None))
    assert [r.number for r in found.rules] == [1]
    assert not newsroom.container.reader.run(lambda s: rule_list.rule_page(s, newsroom.site.id, "حمار", None)).rules


def test_an_operator_takes_a_list_from_a_file_and_the_same_name_replaces_it(
    newsroom: Newsroom, database_url: str, command_line: Callable[[str], Run], tmp_path: Path
) -> None:
    file, taliq = tmp_path / "list.txt", command_line(database_url)
    file.write_text("casino\ncheap pills\n!\ncasino\n", "utf-8")
    code, out, _ = taliq("rules", "import", "--site", "demo", "--list", "spam", "--action", "spam", str(file))
    assert (code, out) == (0, "spam: rule 1, 2 phrases; 1 lines left out\n")
    newsroom.submit(body="best CASINO in town")
    file.write_text("poker\n", "utf-8")
    assert taliq("rules", "import", "--site", "demo", "--list", "spam", str(file))[1].startswith("spam: rule 1, 1 ")
    newsroom.submit(body="best CASINO in another town")
    assert newsroom.sql("SELECT status, count(*) FROM comment GROUP BY status ORDER BY status") == [
        ("pending", 1),
        ("spam", 1),
    ]
    assert taliq("rules", "import", "--site", "nobody", "--list", "spam", str(file))[0] == 3


def test_a_file_is_sorted_into_what_can_be_listed_and_what_cannot() -> None:
    assert sorted_out(["كلب", "", "!", "a.", "كلب", "x" * 300]) == (["كلب"], ["!", "a.", "x" * 300])
