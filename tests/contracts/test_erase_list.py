"""Every column that could hold what a reader wrote is on the erase list, or says here why no reader writes it."""

from __future__ import annotations

from sqlalchemy import JSON, LargeBinary, String, Text

from service.storage.erasure import READER_TEXT
from service.storage.schema import metadata

#: Columns of text, bytes or JSON that hold nothing of a reader's, and why.
NOT_A_READERS = {
    "api_token": "an operator's",
    "login_session": "a moderator's",
    "membership": "a moderator's",
    "moderator": "a moderator's",
    "recovery_code": "a moderator's",
    "second_factor": "a moderator's",
    "site": "the newsroom's",
    # The article's, once a reader's page has named it; under the site's own origins, and the same for every reader.
    "thread": "the article's",
    "host_list": "the newsroom's",
    "listed_host": "brought in by the newsroom from public lists",
    "word_rule": "the newsroom's own words and staff names",
    "kept_search": "a moderator's own words, which only that moderator sees",
    "disclosure": "codes and staff names; that somebody saw an address outlives the address",
    "decision": "codes and staff names; kept on purpose",
    "outbox": "ids, codes and tags: domain.messages",
    # Numbers of readers' words. The worker takes those of an erased comment out within seconds: learn_decisions.
    "learner": "sums over many comments; what one has put in is taken out when it is erased",
    "author.avatar": "random",
    "author.proof": "a code",
    "author.level": "a code",
    "level_change": "codes and staff names; kept on purpose",
    "lane_change": "numbers and staff names; kept on purpose",
    "note.moderator_label": "a moderator's name",
    "note.client_id": "random, made by the form",
    "revision.redacted_label": "a moderator's name; the trace of a redaction",
    "revision.redacted_reason": "a code",
    "comment.status": "a code",
    "comment.moderated_reason": "a code",
    "submission.submission_id": "random, made by the form; without it a repeat would bring the comment back",
    "submission.outcome": "a code",
}


def columns() -> dict[str, str]:
    return {
        f"{table.name}.{column.name}": table.name
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | Text | LargeBinary | JSON)
    }


def test_every_column_is_on_one_of_the_two_lists() -> None:
    unlisted = {
        name
        for name, table in columns().items()
        if name not in READER_TEXT and name not in NOT_A_READERS and table not in NOT_A_READERS
    }
    assert unlisted == set(), "does a reader's text lie there? Then storage.erasure has to empty it"


def test_both_lists_name_what_exists_and_nothing_twice() -> None:
    known = columns()
    assert known.keys() >= READER_TEXT
    assert {*known, *known.values()} >= NOT_A_READERS.keys()
    assert not READER_TEXT & NOT_A_READERS.keys()
    assert not {known[name] for name in READER_TEXT} & NOT_A_READERS.keys()
