"""Files of labelled comments: what is understood without being told, and what is said of what is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.bench.triage.labelled import Columns, Labelled, read_labelled, together
from service.domain.errors import ConfigurationError

TWO = [Labelled("رائع", False), Labelled("hideous, truly", True)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"text": "رائع", "label": "Non-Offensive"}\n\n{"text": "hideous, truly", "label": "Offensive"}\n'),
        ("a.jsonl", '\ufeff{"label": false, "body": "رائع"}\n{"label": true, "body": "hideous, truly"}'),
        ("a.csv", '\ufeffCOMMENT_ID,AUTHOR,DATE,CONTENT,CLASS\nx,y,z,رائع,0\nx,y,z,"hideous, truly",1\n'),
        ("a.csv", 'text,is_toxic\r\nرائع,Not Toxic\r\n"hideous, truly",Toxic\r\n'),
        ("a.tsv", "ham\tرائع\nspam\thideous, truly\n"),
        ("a.tsv", "text\tlabel\nرائع\tapproved\nhideous, truly\trejected\n"),
    ],
)
def test_usual_columns_and_labels_are_found(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    assert read_labelled(tmp_path / name) == TWO


def test_a_text_may_go_over_several_lines_and_a_quote_in_a_tsv_is_a_quote(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,label\n"one\n\ntwo\u2028three",1\n', "utf-8")
    (tmp_path / "b.tsv").write_text('spam\t"Win now\nham\tand "so" on\n', "utf-8")
    assert [c.text for c in read_labelled(tmp_path / "a.csv")] == ["one\n\ntwo\u2028three"]
    assert [c.text for c in read_labelled(tmp_path / "b.tsv")] == ['"Win now', 'and "so" on']


def test_columns_and_bad_labels_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,what,verdict\nx,رائع,A\nx,\"hideous, truly\",C\nx,  ,C\n", "utf-8")
    columns = Columns("what", "Verdict", frozenset({"c", "d"}))
    assert read_labelled(tmp_path / "a.csv", columns) == TWO


@pytest.mark.parametrize(
    ("name", "content", "columns", "said"),
    [
        ("a.txt", "x", Columns(), r"a\.txt is of no kind that is known"),
        ("a.csv", "", Columns(), "holds no comments"),
        ("a.csv", "text,label\n", Columns(), "holds no comments"),
        ("a.csv", "words,label\nx,1\n", Columns(), r"to hold the text; it has words, label\. .*--text"),
        ("a.csv", "text,mark\nx,1\n", Columns(), "to hold the label; it has text, mark.*--label"),
        ("a.csv", "text,label\nx,1\n", Columns(text="body"), "no column body; it has text, label"),
        ("a.csv", "text,label\nx,1\ny,maybe\n", Columns(), r"a\.csv:3: what the label 'maybe' means .*--bad"),
        ("a.csv", "text,label\nx,1\ny\n", Columns(), r"a\.csv:3: 1 columns, but the first line has 2"),
        ("a.jsonl", '{"text": "x", "label": 1}\n{"text":', Columns(), r"a\.jsonl:2: this is no JSON\."),
        ("a.jsonl", "[1]", Columns(), r"a\.jsonl:1: this is no JSON object"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path: Path, name: str, content: str, columns: Columns, said: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_labelled(tmp_path / name, columns)
    assert re.search(said, refused.value.sentence)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"text,label\n\xff\xfe,1\n")
    with pytest.raises(ConfigurationError):
        read_labelled(tmp_path / "a.csv")


def test_comments_of_one_kind_only_are_refused() -> None:
    assert together([TWO[:1], TWO[1:]]) == TWO
    with pytest.raises(ConfigurationError):
        together([TWO[:1], TWO[:1]])
