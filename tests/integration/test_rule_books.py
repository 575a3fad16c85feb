"""The compiled rules of a site: one book each, as fresh as the transaction that asks."""

from __future__ import annotations

import gc
import threading
import weakref

from service.domain.rules import RuleDraft
from service.usecases.rule_books import BOOKS, RuleBooks
from tests.integration.test_word_rules import write
from tests.newsroom import Newsroom


def test_the_compiled_rules_are_kept_until_they_change_and_only_so_many(newsroom: Newsroom) -> None:
    write(newsroom, "كلب")
    reader, site = newsroom.container.reader, newsroom.site
    first = reader.run(lambda s: BOOKS.of(s, site))
    assert reader.run(lambda s: BOOKS.of(s, site)) is first
    write(newsroom, "قرد")
    second = reader.run(lambda s: BOOKS.of(s, site))
    assert second is not first


def test_of_a_site_only_the_newest_book_is_kept_and_of_sites_only_so_many(newsroom: Newsroom) -> None:
    books, reader, gone = RuleBooks(most=1), newsroom.container.reader, list[weakref.ref[object]]()
    for phrase in ("كلب", "قرد", "حمار"):
        write(newsroom, phrase)
        gone.append(weakref.ref(reader.run(lambda s: books.of(s, newsroom.site))))
    gc.collect()
    assert [ref() is None for ref in gone] == [True, True, False], "an edit leaves no compiled copy behind"
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    newsroom.container.manage_rules.import_list("other", RuleDraft("list", ("كلب",)), "ops")
    reader.run(lambda s: books.of(s, other))
    assert len(books) == 1


def test_a_site_does_not_wait_for_the_rules_of_another(newsroom: Newsroom) -> None:
    write(newsroom, "كلب")
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    books, reader, found = RuleBooks(), newsroom.container.reader, list[object]()
    with books._kept(other.id).lock:  # the other one is being compiled
        thread = threading.Thread(target=lambda: found.append(reader.run(lambda s: books.of(s, newsroom.site))))
        thread.start()
        thread.join(30)
    assert found


def test_threads_that_come_together_get_one_book(newsroom: Newsroom) -> None:
    write(newsroom, *(f"كلمة رقم {n}" for n in range(2_000)))
    books, found, gate = RuleBooks(), list[object](), threading.Barrier(4)

    def ask() -> None:
        gate.wait()
        found.append(newsroom.container.reader.run(lambda s: books.of(s, newsroom.site)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1
