"""The plots of the overview, each with the table behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.i18n import format_hour, format_number, format_share, format_weekday, has_text, t
from service.queries.overview import Overview
from service.queries.overview.figures import Bucket, Load, Share
from service.queries.overview.window import HOUR
from service.web.console.overview_words import NONE, rate, span, tally
from service.web.console.plots import Column, Row, Slot, columns, rows

#: Bars drawn of a list; the table has it whole.
DRAWN = 10
#: Of a label where there is room, and where there is little; what is longer is cut, and stands whole in the table.
LONG, SHORT = 80, 34
#: Hours with a label where there is room, and where there is little.
OFTEN, SELDOM = 3, 6

Plot = dict[str, object]


def traffic(seen: Overview, language: str, rtl: bool) -> Plot:
    """Arrivals and decisions by unit of time."""
    hourly = seen.window.unit == HOUR
    unit = "hour" if hourly else "day"
    slots = [_slot(bucket, language, hourly) for bucket in seen.buckets]
    arrivals = sum(bucket.arrivals.count or 0 for bucket in seen.buckets)
    decisions = sum(bucket.decisions.count or 0 for bucket in seen.buckets)
    drawn = columns(slots, rtl)
    return {
        "plot": drawn,
        "levels": [(y, format_number(language, level)) for y, level in drawn.levels],
        "axis": ("100%", 8) if rtl else ("0%", -8),
        "legend": [("arrivals", t(language, "overview.arrivals")), ("decisions", t(language, "overview.decisions"))],
        "said": t(
            language,
            f"overview.traffic.{unit}",
            arrivals=format_number(language, arrivals),
            decisions=format_number(language, decisions),
        ),
        "note": t(language, f"overview.running.{unit}"),
        "cut": False,
        "head": [t(language, f"overview.{key}") for key in (f"unit.{unit}", "arrivals", "decisions")],
        "rows": [
            [_when(bucket, language, hourly), tally(language, bucket.arrivals), tally(language, bucket.decisions)]
            for bucket in seen.buckets
        ],
    }


def findings(seen: Overview, language: str, rtl: bool) -> Plot:
    """What checks spoke of, and what became of it."""
    named = [(_finding(code, language), share) for code, share in seen.findings]
    return _shares(named, "finding", language, rtl, timed=False)


def threads(seen: Overview, language: str, rtl: bool) -> Plot:
    return _shares(seen.threads, "thread", language, rtl)


def sections(seen: Overview, language: str, rtl: bool) -> Plot:
    named = [(name or t(language, "overview.no_section"), share) for name, share in seen.sections]
    return _shares(named, "section", language, rtl)


def moderators(seen: Overview, language: str, rtl: bool) -> Plot:
    """What each moderator decided, and how much of it was taken back."""
    drawn = [_load_row(load, language) for load in seen.moderators[:DRAWN]]
    kinds = (("stands", "overview.stands"), ("undone", "overview.undone"))
    return {
        "plot": rows(drawn, rtl),
        "legend": [(kind, t(language, key)) for kind, key in kinds],
        "said": t(language, "overview.moderators.said"),
        "cut": len(seen.moderators) > DRAWN,
        "head": [t(language, f"overview.{key}") for key in ("moderator", "decisions", "per_hour", "undone")],
        "rows": [
            [load.name, format_number(language, load.decisions), *_load(load, language)] for load in seen.moderators
        ],
    }


def _shares(
    named: Sequence[tuple[str, Share]], what: str, language: str, rtl: bool, *, timed: bool = True
) -> Plot:
    kinds = ("approved", "rejected", "other")
    heads = [what, "comments", *kinds, "rate", *(["wait"] if timed else [])]
    return {
        "plot": rows([_share_row(name, share, language, timed) for name, share in named[:DRAWN]], rtl),
        "legend": [(kind, t(language, f"overview.{kind}")) for kind in kinds],
        "said": t(language, f"overview.{what}.said"),
        "cut": len(named) > DRAWN,
        "head": [t(language, f"overview.{key}") for key in heads],
        "rows": [[name, *_share_cells(share, language, timed)] for name, share in named],
    }


def _share_cells(share: Share, language: str, timed: bool) -> Iterable[str]:
    for count in (share.arrivals, share.approved, share.rejected, share.other):
        yield format_number(language, count)
    yield rate(language, share)
    if timed:
        yield span(language, share.wait)


def _share_row(name: str, share: Share, language: str, timed: bool) -> Row:
    note = [t(language, "thread.count", count=share.arrivals)]
    if share.rate is None:
        note.append(t(language, "overview.undecided"))
    else:
        note.append(t(language, "overview.rate_of", rate=rate(language, share)))
    if timed and share.wait is not None:
        note.append(t(language, "overview.wait_of", span=span(language, share.wait)))
    parts = (("approved", share.approved), ("rejected", share.rejected), ("other", share.other))
    return Row(_cut(name, LONG), _cut(name, SHORT), " · ".join(note), parts)


def _load_row(load: Load, language: str) -> Row:
    per_hour, undone = _load(load, language)
    note = (
        t(language, "overview.decided", count=load.decisions),
        t(language, "overview.per_hour_of", number=per_hour),
        t(language, "overview.undone_of", share=undone),
    )
    parts = (("stands", load.decisions - load.undone), ("undone", load.undone))
    return Row(_cut(load.name, LONG), _cut(load.name, SHORT), " · ".join(note), parts)


def _load(load: Load, language: str) -> tuple[str, str]:
    return (
        format_number(language, load.decisions / load.hours) if load.hours else NONE,
        format_share(language, load.undone / load.decisions) if load.decisions else NONE,
    )


def _slot(bucket: Bucket, language: str, hourly: bool) -> Slot:
    values = {"arrivals": bucket.arrivals, "decisions": bucket.decisions}
    tip = t(
        language,
        "overview.tip",
        when=_when(bucket, language, hourly),
        arrivals=tally(language, bucket.arrivals),
        decisions=tally(language, bucket.decisions),
    )
    drawn = tuple(Column(kind + (" cut" if v.at_least else ""), v.count) for kind, v in values.items())
    if not hourly:
        return Slot(drawn, tip, format_weekday(language, bucket.start), format_number(language, bucket.start.day))
    label, hour = format_hour(language, bucket.start), bucket.start.hour
    return Slot(drawn, tip, "" if hour % OFTEN else label, "" if hour % SELDOM else label)


def _when(bucket: Bucket, language: str, hourly: bool) -> str:
    if not hourly:
        return format_weekday(language, bucket.start)
    day, hour = format_weekday(language, bucket.start), format_hour(language, bucket.start)
    return t(language, "overview.when", day=day, hour=hour)


def _finding(code: str, language: str) -> str:
    key = f"finding.{code}"
    return t(language, key) if has_text(key) else code


def _cut(name: str, longest: int) -> str:
    """A label for the plot. Isolated, so that a name in another script does not reorder the line."""
    cut = name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
    return f"\u2068{cut}\u2069"
