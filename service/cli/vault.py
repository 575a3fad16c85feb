"""``taliq vault``: the sealed addresses."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress

from service.cli.wiring import wired


@click.group()
def vault() -> None:
    """The sealed addresses."""


@vault.command()
def rotate() -> None:
    """Seal every address under the first key of TALIQ_VAULT_KEYS. May be stopped and run again."""
    with wired() as container:
        waiting = container.rotate_vault.waiting()
        with Progress(console=Console(stderr=True), disable=not waiting) as progress:
            task = progress.add_task("Sealing", total=waiting)
            moved = 0
            for size in container.rotate_vault.rotate():
                moved += size
                progress.advance(task, size)
        click.echo(f"{moved} sealed anew; addresses by key: {container.rotate_vault.counts()}")
