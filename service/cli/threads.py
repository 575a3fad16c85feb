"""``taliq thread``: the discussion of one article."""

from __future__ import annotations

import click

from service.cli.wiring import wired


@click.group()
def thread() -> None:
    """The discussion of one article."""


@thread.command()
@click.argument("site")
@click.argument("key")
def close(site: str, key: str) -> None:
    """Take no more comments; those published stay."""
    _set(site, key, "closed")


@thread.command("open")
@click.argument("site")
@click.argument("key")
def open_(site: str, key: str) -> None:
    """Take comments again."""
    _set(site, key, "open")


def _set(site: str, key: str, state: str) -> None:
    with wired() as container:
        changed = container.manage_sites.set_state(site, key, state)
        click.echo(f"{changed.key}: {changed.state}")
