"""``taliq audit``: the decision log, proven, summed up and taken along."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress

from service.bootstrap import Container
from service.cli.wiring import wired
from service.domain.ids import SETTLED
from service.queries import audit as log
from service.queries import decision_stream, heads, site_setup
from service.queries.audit import Fault
from service.queries.heads import Heads

#: What a fault means, by its code.
SENTENCES = {
    "unreadable": "this row holds what cannot be read",
    "hash": "this row was altered",
    "link": "the row before it is missing or is another",
    "version": "its version does not follow from the rows before it",
    "before": "it does not begin where the row before it has ended",
    "comment_missing": "the comment is gone",
    "comment_site": "the comment belongs to another site",
    "comment_version": "a later decision is missing, or the comment's version was altered",
    "comment_status": "the comment's status was altered",
    "comment_published": "the comment's published text was altered",
    "no_decision": "the comment was decided, and no decision is left",
}
#: Rows that are walked before anybody wonders whether it still runs.
QUIET = 20_000

_site = click.option("--site", "slug", help="Of this site only.")


@click.group()
def audit() -> None:
    """The decision log: verify it, sum it up, take it along."""


@audit.command()
@_site
@click.option("--against", help="A line that ``digest`` has printed, or a file of such lines.")
def verify(slug: str | None, against: str | None) -> None:
    """Walk every chain and name the first row that was altered."""
    kept = _kept(against, slug) if against else []
    with wired() as container:
        names = _names(container, slug)
        _walk(container, names, next(iter(names)) if slug else None)
        _compare(container, names, kept)


@audit.command()
@_site
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="As of the end of this day, UTC. Else: as of now.")
def digest(slug: str | None, date: datetime | None) -> None:
    """Print one line a site over the ends of all its chains, to be kept elsewhere."""
    with wired() as container:
        until = date.replace(tzinfo=UTC) + timedelta(days=1) if date else container.clock() - SETTLED
        newest = {
            site: (name, container.reader.run(lambda s, of=site: heads.newest_before(s, of, until)))  # type: ignore[misc]
            for site, name in _names(container, slug).items()
        }
        for found in heads.heads_of(container.reader, newest):
            click.echo(found.line())


@audit.command()
@_site
@click.option("--since", help="Decisions of this day or moment on, ISO 8601; UTC unless it says otherwise.")
def export(slug: str | None, since: str | None) -> None:
    """Print every decision as a line of JSON, oldest first."""
    start = _moment(since) if since else None
    with wired() as container:
        for row in decision_stream.stream(container.reader, _names(container, slug), start):
            click.echo(json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def _walk(container: Container, names: dict[UUID, str], site: UUID | None) -> None:
    total = container.reader.run(lambda s: log.count_decisions(s, site))
    with Progress(console=Console(stderr=True), disable=total < QUIET) as progress:
        task = progress.add_task("Verifying", total=total)
        found = log.verify(container.reader, site, lambda rows: progress.advance(task, rows))
    if found.fault:
        raise _refused(_told(found.fault, names))
    click.echo(f"{found.decisions} decisions in {found.chains} chains: nothing was altered")


def _compare(container: Container, names: dict[UUID, str], kept: list[Heads]) -> None:
    """Whether what each line has summed up is still there."""
    ids = {name: site for site, name in names.items()}
    for line in kept:
        if line.site not in ids:
            raise _refused(f"{line.site}: there is no such site")
        (now,) = heads.heads_of(container.reader, {ids[line.site]: (line.site, line.newest)})
        if now != line:
            told = f"{line.decisions} decisions in {line.heads} chains then, {now.decisions} in {now.heads} now"
            raise _refused(f"{line.site}: the log up to {line.newest} is not the one that was summed up: {told}")
        click.echo(f"{line.site}: as it was when {line.newest} was its newest decision")


def _names(container: Container, slug: str | None) -> dict[UUID, str]:
    found = container.reader.run(
        lambda s: [site_setup.site_view(s, slug)] if slug else site_setup.list_sites(s)
    )
    return {site.id: site.slug for site in found}


def _kept(against: str, slug: str | None) -> list[Heads]:
    """The lines to hold the log against, of one site or of all; a usage error for what is none."""
    if heads.read_line(against) is None:
        try:
            against = Path(against).read_text("utf-8")
        except (OSError, ValueError) as error:
            raise click.BadParameter("neither a line that digest has printed nor a file.") from error
    lines = [line for line in against.splitlines() if line.strip()]
    kept = [found for line in lines if (found := heads.read_line(line))]
    if len(kept) < max(1, len(lines)):
        raise click.BadParameter("has a line that digest has not printed, or none.")
    of_site = [found for found in kept if slug in (None, found.site)]
    if not of_site:
        raise click.BadParameter("has no line of this site.")
    return of_site


def _moment(typed: str) -> datetime:
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise click.BadParameter("is no day or moment of ISO 8601.", param_hint="--since") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _told(fault: Fault, names: dict[UUID, str]) -> str:
    where = f"decision {fault.decision}" if fault.decision else "no decision"
    site = names.get(fault.site, str(fault.site))
    return f"site {site}, comment {fault.subject}, {where}: {SENTENCES[fault.what]} ({fault.what})"


def _refused(sentence: str) -> click.ClickException:
    return click.ClickException(sentence)
