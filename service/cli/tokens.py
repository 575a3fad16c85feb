"""``taliq token``: for programs that moderate or keep threads up to date."""

from __future__ import annotations

from uuid import UUID

import click

from service.cli.wiring import wired
from service.domain.access import SCOPES


@click.group()
def token() -> None:
    """Tokens for programs."""


@token.command()
@click.argument("site")
@click.option("--name", required=True, help="What it is for; it stands in the log.")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, required=True)
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True)
def create(site: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token for one site."""
    with wired() as container:
        made = container.manage_staff.create_token(site, name, scopes, days)
    click.echo(
        f"{made.token.id} until {made.token.expires_at:%Y-%m-%d}. The token is shown only now:", err=True
    )
    click.echo(made.secret)


@token.command("list")
@click.argument("site")
def list_(site: str) -> None:
    """Show a site's tokens, without their secrets."""
    with wired() as container:
        for row in container.manage_staff.list_tokens(site):
            state = "revoked" if row.revoked_at else f"until {row.expires_at:%Y-%m-%d}"
            click.echo(f"{row.id}\t{row.name}\t{','.join(row.scopes)}\t{state}")


@token.command()
@click.argument("token_id", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """Stop a token; it fails from the next request on."""
    with wired() as container:
        container.manage_staff.revoke_token(token_id)
    click.echo("revoked")
