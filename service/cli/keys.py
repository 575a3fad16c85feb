"""``taliq keys``: the secrets of an installation."""

from __future__ import annotations

import secrets

import click

from service.gateways.vault import new_key


@click.group()
def keys() -> None:
    """The secrets of an installation."""


@keys.command()
def new() -> None:
    """Print fresh keys as environment lines. To rotate, put the new vault entry before the old one."""
    click.echo("\n".join(f"{name}={value}" for name, value in fresh_keys().items()))


def fresh_keys() -> dict[str, str]:
    """One of each, by the name of its setting."""
    return {
        "TALIQ_SECRET_KEY": new_key(),
        "TALIQ_INDEX_KEY": new_key(),
        "TALIQ_VAULT_KEYS": f"k{secrets.token_hex(3)}:{new_key()}",
    }
