"""``taliq db``: the schema."""

from __future__ import annotations

import click

from service.cli.wiring import wired


@click.group()
def db() -> None:
    """The database schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to this release."""
    with wired(any_schema=True) as container:
        before = container.schema.current()
        container.schema.upgrade()
        click.echo(f"{before or 'empty'} -> {container.schema.current()}")
        if waiting := container.refold_texts.waiting():
            click.echo(f"{waiting} comments are still folded by older rules; when there is time: taliq refold")


@db.command()
def current() -> None:
    """Show where the database stands and what this release wants."""
    with wired(any_schema=True) as container:
        click.echo(f"database {container.schema.current() or 'empty'}, release {container.schema.head()}")


@db.command()
def check() -> None:
    """Fail unless the database is at this release and equal to its models."""
    with wired(any_schema=True) as container:
        schema = container.schema
        found, wanted = schema.current(), schema.head()
        if found != wanted:
            raise click.ClickException(
                f"The database is at {found or 'empty'}, this release wants {wanted}: taliq db upgrade."
            )
        if differences := schema.differences():
            raise click.ClickException("The tables differ from this release's:\n" + "\n".join(differences))
        click.echo(f"{found}, equal to this release")
