"""``taliq rules``: lists of words and phrases."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.wiring import wired
from service.domain.moderation import REASONS
from service.domain.rules import ACTIONS, MODES, read_rule, sorted_out


@click.group()
def rules() -> None:
    """Words and phrases that comments are held or refused for."""


@rules.command("import")
@click.option("--site", required=True, help="The site's name in addresses.")
@click.option("--list", "name", required=True, help="What the list is called; one of that name is replaced.")
@click.option("--action", type=click.Choice(ACTIONS), default="hold", show_default=True)
@click.option("--reason", type=click.Choice(REASONS), help="Of a rejection.")
@click.option("--mode", type=click.Choice(MODES), default="clitics", show_default=True, help="How a phrase is found.")
@click.option("--section", default="", help="The only section it holds in.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(site: str, name: str, action: str, reason: str | None, mode: str, section: str, file: Path) -> None:
    """Take a list from FILE, a phrase a line. What is too short to mean anything is left out and counted."""
    kept, left = sorted_out(file.read_text("utf-8", errors="replace").split("\n"))
    draft = read_rule(name, kept, mode, action, reason or "", section, ())
    with wired() as container:
        number = container.manage_rules.import_list(site, draft, "taliq rules import")
    click.echo(f"{name}: rule {number}, {len(kept):,} phrases; {len(left):,} lines left out")
