"""The ``taliq`` command: one file a group. Errors are one sentence and an exit code, never a traceback."""

from __future__ import annotations

import sys

import click

from service import __version__
from service.cli import (
    audit,
    db,
    demo,
    keys,
    lists,
    moderators,
    refold,
    rules,
    serve,
    sites,
    threads,
    tokens,
    vault,
    worker,
)
from service.domain.errors import (
    ConfigurationError,
    ConflictError,
    InvalidError,
    NotFoundError,
    ServiceError,
)
from service.i18n import has_text, t

#: Exit codes by kind; anything else that was refused is 1.
EXIT = {InvalidError: 2, NotFoundError: 3, ConflictError: 5}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="taliq")
def taliq() -> None:
    """Comments for news sites: accept, moderate, publish."""


for group in (demo.demo, serve.serve, db.db, sites.site, threads.thread, moderators.moderator, tokens.token):
    taliq.add_command(group)
taliq.add_command(rules.rules)
taliq.add_command(audit.audit)
taliq.add_command(keys.keys)
taliq.add_command(lists.lists)
taliq.add_command(vault.vault)
taliq.add_command(refold.refold)
taliq.add_command(worker.worker)


def main() -> None:
    """Runs the command; what the service refuses is said in one sentence on standard error."""
    try:
        taliq(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ServiceError as error:
        click.echo(f"taliq: {sentence(error)}", err=True)
        sys.exit(next((code for kind, code in EXIT.items() if isinstance(error, kind)), 1))


def sentence(error: ServiceError) -> str:
    """What was refused and why, in English."""
    if isinstance(error, ConfigurationError):
        return error.sentence
    if isinstance(error, InvalidError):
        return "; ".join(f"{f.field}: {_field(f.code, f.params)}" for f in error.fields)
    key = f"error.{error.code}.detail"
    return t("en", key) if has_text(key) else error.code.replace("_", " ")


def _field(code: str, params: object) -> str:
    key = f"field.{code}"
    return t("en", key, **dict(params)) if has_text(key) else code.replace("_", " ")  # type: ignore[call-overload]
