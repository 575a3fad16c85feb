"""``taliq moderator``: staff accounts. A password is generated, and shown once."""

from __future__ import annotations

import click

from service.cli.wiring import wired
from service.domain.credentials import new_password


@click.group()
def moderator() -> None:
    """Staff accounts."""


@moderator.command()
@click.argument("login")
@click.option("--name", default="", help="As colleagues and the log know them.")
@click.option("--role", type=click.Choice(["moderator", "admin"]), default="moderator", show_default=True)
@click.option("--site", "sites", multiple=True, required=True, help="A site to work for; repeat for more.")
def create(login: str, name: str, role: str, sites: tuple[str, ...]) -> None:
    """Make an account."""
    password = new_password()
    with wired() as container:
        made = container.manage_staff.create_moderator(login, name, password, role, sites)
    click.echo(f"{made.login} may sign in. The password is shown only now: {password}")


@moderator.command("reset-second-factor")
@click.argument("login")
def reset_second_factor(login: str) -> None:
    """Take the second factor off an account whose owner has lost it, and end its sessions."""
    with wired() as container:
        known = container.manage_second_factor.reset(login)
    click.echo(f"{known} signs in with the password alone, and can set up a second factor again.")


@moderator.command("reset-password")
@click.argument("login")
def reset_password(login: str) -> None:
    """Give an account a new password and end its sessions."""
    password = new_password()
    with wired() as container:
        container.manage_staff.reset_password(login, password)
    click.echo(f"The new password is shown only now: {password}")
