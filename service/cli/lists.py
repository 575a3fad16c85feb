"""``taliq lists``: a site's own lists of hosts and of mail domains, from text files."""

from __future__ import annotations

from typing import TextIO

import click

from service.cli.wiring import wired
from service.domain.errors import NotFoundError
from service.domain.host_lists import ACTIONS
from service.queries import site_setup
from service.queries.site_lists import site_lists

#: Who has brought a list in, where nobody is signed in.
OPERATOR = "taliq"


@click.group()
def lists() -> None:
    """Hosts and mail domains that comments are held for."""


@lists.command("import")
@click.option("--site", required=True)
@click.option("--kind", type=click.Choice(list(ACTIONS)), required=True, help="Of links, or of readers' addresses.")
@click.option("--name", required=True, help="A list of this name is replaced.")
@click.option(
    "--action", type=click.Choice(ACTIONS["host"]), default="hold", show_default=True, help="Mail domains only hold."
)
@click.argument("file", type=click.File(encoding="utf-8-sig", errors="replace"))
def import_(site: str, kind: str, name: str, action: str, file: TextIO) -> None:
    """Bring in a list: FILE has one host to a line; - is standard input. A host counts with all below it."""
    with wired() as container:
        stored = container.manage_lists.replace(site, kind, name, action, file, OPERATOR)
        click.echo(f"{stored.kind} {stored.name}: {stored.size} ({stored.action})")


@lists.command()
@click.argument("site")
@click.argument("name", required=False)
def show(site: str, name: str | None) -> None:
    """What lists a site has, or how the one of that NAME begins."""
    with wired() as container:
        view = container.reader.run(lambda s: site_setup.site_view(s, site))
        found = [row for row in container.reader.run(lambda s: site_lists(s, view.id)) if name in (None, row.name)]
    if name and not found:
        raise NotFoundError("list_not_found")
    for row in found:
        click.echo(f"{row.kind}\t{row.name}\t{row.action}\t{row.size}\t{row.set_at:%Y-%m-%d}\t{row.set_by}")
        for host in row.begins if name else ():
            click.echo(f"  {host}")


@lists.command()
@click.option("--site", required=True)
@click.option("--kind", type=click.Choice(list(ACTIONS)), required=True)
@click.argument("name")
def remove(site: str, kind: str, name: str) -> None:
    """Take a list away."""
    with wired() as container:
        container.manage_lists.remove(site, kind, name)
        click.echo(f"{kind} {name}: removed")
