"""A list as it is read from a file: what stands in it, and what has to be mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.domain import host_lists
from service.domain.errors import InvalidError
from service.domain.host_lists import MAX_HOSTS, read_list

SAMPLE = """
# كازينوهات
casino.example
*.wetten.example   # وما تحتها
.pillen.example
مثال.إختبار
XN--MGBH0FB.xn--kgbechtv
192.0.2.7

casino.example
"""


def read(text: str, kind: str = "host", name: str = "l", action: str = "hold") -> list[str]:
    return list(read_list(kind, name, action, text.split("\n")).hosts)


def faults(text: str, **changes: str) -> dict[str, tuple[str, object]]:
    with pytest.raises(InvalidError) as refused:
        read(text, **changes)
    return {f.field: (f.code, next(iter(f.params.values()), None)) for f in refused.value.fields}


def test_one_host_to_a_line_each_once() -> None:
    assert read(SAMPLE) == [
        "casino.example", "wetten.example", "pillen.example", "xn--mgbh0fb.xn--kgbechtv", "192.0.2.7",
    ]  # fmt: skip
    assert read("@mail.example\n", kind="mail_domain") == ["mail.example"]


def test_what_is_no_host_is_named_by_its_line() -> None:
    assert faults("a.example\nno host\nb.example\nhttp://c.example/\ncom") == {"hosts": ("host_lines", "2, 4, 5")}


def test_of_many_bad_lines_the_first_are_named() -> None:
    code, lines = faults("\n".join("؟" * 500))["hosts"]
    assert (code, lines) == ("host_lines", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …")


def test_everything_that_has_to_be_mended_is_said_at_once() -> None:
    assert faults("", name=" ", action="approve") == {
        "hosts": ("required", None), "name": ("required", None), "action": ("not_listed", None),
    }  # fmt: skip
    assert faults("a.example", name="x" * 41) == {"name": ("too_long", 40)}
    assert "kind" in faults("a.example", kind="words")


@pytest.mark.parametrize("action", ["spam", "reject"])
def test_a_mail_domain_only_holds(action: str) -> None:
    assert "action" in faults("a.example", kind="mail_domain", action=action)
    assert read("a.example", kind="host", action=action)


def test_a_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_HOSTS == 200_000
    monkeypatch.setattr(host_lists, "MAX_HOSTS", 3)
    assert len(read("a.example\nb.example\nc.example")) == 3
    assert faults("a.example\nb.example\nc.example\nd.example") == {"hosts": ("too_many_hosts", 3)}


@pytest.mark.parametrize(
    ("path", "kind", "least"),
    [
        ("spam/referrer-spammers.txt", "host", 2_300),
        ("email/disposable_email_blocklist.conf", "mail_domain", 8_300),
    ],
)
def test_public_lists_are_read_whole(corpus: Path, path: str, kind: str, least: int) -> None:
    assert len(read((corpus / path).read_text("utf-8"), kind=kind)) >= least
