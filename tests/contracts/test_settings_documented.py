"""README is tested: its tables, its commands and its addresses are those of the code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import MISSING, fields

import click
import pytest

from service.__main__ import taliq
from service.domain import site
from service.domain.errors import ConfigurationError
from service.i18n import LANGUAGES
from service.settings import IGNORED, PREFIX, Settings
from tests.contracts.source import ROOT
from tests.newsroom import Newsroom, settings_for

README = (ROOT / "README.md").read_text("utf-8")
SCALE = (ROOT / "service/deploy/SCALE.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table that begins with ``heading``, cell by cell."""
    rows = README.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def environment() -> dict[str, str]:
    settings = settings_for("sqlite:////tmp/x.sqlite3")
    required = [f.name for f in fields(Settings) if f.default is MISSING]
    return {PREFIX + name.upper(): str(getattr(settings, name)) for name in required}


def test_readme_lists_every_setting_with_its_default_and_meaning() -> None:
    expected = [
        [
            f"`{PREFIX}{f.name.upper()}`",
            "" if f.default is MISSING else str(f.default) or "none",
            str(f.metadata["help"]).replace("`", ""),
        ]
        for f in fields(Settings)
    ]
    found = [[name, default, meaning.replace("`", "")] for name, default, meaning in table("setting")]
    # The one value README shows an example of.
    found[0][2] = found[0][2].replace(" (sqlite:////var/lib/taliq.sqlite3)", "")
    assert found == expected


def test_readme_lists_every_policy_with_its_values() -> None:
    known = {"mode": site.MODES, "email": site.EMAIL, "website": site.WEBSITE, "language": LANGUAGES}
    found = {name.strip("`"): re.findall(r"`(\w+)`", values) for name, values, _ in table("policy")}
    assert [found.pop(free) for free in (*site.NUMBERS, "privacy_url", "origin")] == [[]] * (len(site.NUMBERS) + 2)
    assert found == {name: list(values) for name, values in known.items()}
    assert {*known, *site.NUMBERS, "privacy_url", "origins"} == set(site.SitePolicy.__dataclass_fields__)


@pytest.mark.parametrize("name", ["TALIQ_RATE_MINUT", "TALIQ_", "TALIQ_DEBUG"])
def test_a_variable_that_is_not_in_the_table_stops_the_start(name: str) -> None:
    assert Settings.from_env(environment())
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_env({**environment(), name: "1"})


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_what_the_tests_set_for_themselves_does_not(name: str) -> None:
    assert Settings.from_env({**environment(), name: "1"})


def commands(document: str) -> Iterator[list[str]]:
    """Every ``taliq …`` that it tells somebody to type."""
    for line in re.findall(r"(?:^|[\s`/])taliq ([a-z][^`\n#&]*)", document):
        yield shlex.split(line)


@pytest.mark.parametrize(("document", "least"), [(README, 8), (SCALE, 4)], ids=["README", "SCALE"])
def test_every_command_exists_with_its_options(document: str, least: int) -> None:
    found = list(commands(document))
    assert len(found) >= least
    for words in found:
        command: click.Command = taliq
        rest = list(words)
        while isinstance(command, click.Group):
            assert rest, words
            assert rest[0] in command.commands, words
            command = command.commands[rest.pop(0)]
        known = {option for p in command.params for option in p.opts}
        assert {word for word in rest if word.startswith("-")} <= known, words


def test_every_command_and_option_explains_itself() -> None:
    waiting: list[tuple[str, click.Command]] = [("taliq", taliq)]
    while waiting:
        name, command = waiting.pop()
        assert command.help, name
        if isinstance(command, click.Group):
            waiting += [(f"{name} {n}", c) for n, c in command.commands.items()]


def test_every_address_in_readme_is_one_of_ours(small_newsroom: Newsroom) -> None:
    routes = small_newsroom.app().url_map.bind("comments.example")
    text = README.replace("SITE", "demo").replace("COMMENT-ID", "01a211ee-ea80-73b6-9f39-00dc9e334804")
    found = set(re.findall(r"https://comments\.example(/[^\s?\"'`]+)", text)) | set(re.findall(r"`(/[a-z.]+)`", text))
    assert len(found) >= 5
    for path in found:
        assert routes.allowed_methods(path), path


def test_the_deployment_sets_only_what_exists() -> None:
    known = {PREFIX + f.name.upper() for f in fields(Settings)}
    text = (ROOT / "docker-compose.yml").read_text("utf-8") + (ROOT / "service/deploy/Dockerfile").read_text("utf-8")
    assert set(re.findall(r"\bTALIQ_[A-Z_]+", text + SCALE)) <= known
    assert set(re.findall(r"\bPROXY_[A-Z_]+", SCALE)) <= set(re.findall(r"\bPROXY_[A-Z_]+", text))
