"""``taliq refold``: what is kept of texts for comparing."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress

from service.cli.wiring import wired


@click.command()
@click.option("--site", metavar="SITE", help="Begin again with every comment of this site: its language was changed.")
def refold(site: str | None) -> None:
    """Make the words comments are found by anew, after an upgrade. May be stopped and run again."""
    with wired() as container:
        if site:
            container.refold_texts.distrust(site)
        waiting = container.refold_texts.waiting()
        with Progress(console=Console(stderr=True), disable=not waiting) as progress:
            task = progress.add_task("Folding", total=waiting)
            done = 0
            for size in container.refold_texts.refold():
                done += size
                progress.advance(task, size)
        click.echo(f"{done} comments folded anew")
