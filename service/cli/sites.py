"""``taliq site``: publications and their policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from service.cli.wiring import wired
from service.domain.site import EMAIL, MODES, NUMBERS, WEBSITE
from service.i18n import LANGUAGES
from service.queries import site_setup

F = TypeVar("F", bound=Callable[..., Any])


def _policy_options(command: F) -> F:
    """The policy keys as options of a command."""
    for option in (
        click.option("--mode", type=click.Choice(MODES), help="hold_all: everything waits; closed: nothing is taken."),
        click.option("--email", type=click.Choice(EMAIL), help="Whether a reader must give an address."),
        click.option("--website", type=click.Choice(WEBSITE), help="The website field."),
        click.option(
            "--edit-minutes",
            type=click.IntRange(0, NUMBERS["edit_minutes"]),
            help="How long readers may change what they sent; 0: not at all.",
        ),
        click.option(
            "--close-days",
            type=click.IntRange(0, NUMBERS["close_days"]),
            help="After how many days a discussion takes no more comments; 0: never.",
        ),
        click.option(
            "--hold-links",
            type=click.IntRange(0, NUMBERS["hold_links"]),
            help="From how many links on a comment is held; 0: never.",
        ),
        click.option(
            "--cache-seconds",
            type=click.IntRange(0, NUMBERS["cache_seconds"]),
            help="How long a CDN may keep what readers fetch; a removed comment may be seen there for as long.",
        ),
        click.option(
            "--stale-seconds",
            type=click.IntRange(0, NUMBERS["stale_seconds"]),
            help="How long after that it may show it while it asks again; 0: not at all.",
        ),
        click.option("--privacy-url", help="Where the site says what it does with readers' data."),
        click.option("--language", type=click.Choice(LANGUAGES), help="The site's own language."),
        click.option(
            "--origin", "origins", multiple=True, help="An origin articles are served from; repeat for more."
        ),
    ):
        command = option(command)
    return command


@click.group()
def site() -> None:
    """Publications and their policy."""


@site.command()
@click.argument("slug")
@click.option("--name", default="", help="As readers know it.")
@_policy_options
def create(slug: str, name: str, **policy: str | int | Sequence[str] | None) -> None:
    """Make a site. SLUG stands in its addresses: a-z, 0-9 and hyphens."""
    with wired() as container:
        made = container.manage_sites.create(slug, name, _given(policy))
        click.echo(f"{made.slug}: {made.policy_data}")


@site.command("set")
@click.argument("slug")
@click.option("--name", default=None)
@_policy_options
def set_(slug: str, name: str | None, **policy: str | int | Sequence[str] | None) -> None:
    """Change a site's policy; what is not named stays."""
    with wired() as container:
        changed = container.manage_sites.set_policy(slug, _given(policy), name)
        click.echo(f"{changed.slug}: {changed.policy_data}")


@site.command("list")
def list_() -> None:
    """Show all sites."""
    with wired() as container:
        for view in container.reader.run(site_setup.list_sites):
            click.echo(f"{view.slug}\t{view.name}\t{view.policy.to_data()}")


def _given(policy: dict[str, str | int | Sequence[str] | None]) -> dict[str, str | Sequence[str]]:
    """What was named; an empty ``--privacy-url`` takes the link away, no ``--origin`` changes nothing."""
    named = {key: str(value) if isinstance(value, int) else value for key, value in policy.items()}
    return {key: value for key, value in named.items() if value is not None and value != ()}
