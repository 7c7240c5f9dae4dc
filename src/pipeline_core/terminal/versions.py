"""Versions of a document, and what changed from one to another, for people."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from pipeline_core.domain.rows.versions import Reverting, Version, VersionFact
from pipeline_core.domain.version_diff import VersionDiff
from pipeline_core.domain.wording import counted
from pipeline_core.review.reverting import said_of
from pipeline_core.terminal.plain import plain
from pipeline_core.terminal.tables import clip, place

_CAME = {"published": "published", "changed": "facts changed", "reverted": "put back"}
_ENDED = {
    "republished": "published anew", "changed": "facts changed", "reverted": "reverted", "replaced": "replaced",
    "withdrawn": "withdrawn",
}  # fmt: skip


def print_versions(out: Console, versions: Sequence[Version]) -> None:
    """Print a line a version: from when to when, how it came and ended, by whom."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("Version", "From (UTC)", "To (UTC)", "Facts", "Came", "Approved by", "Ended"):
        table.add_column(heading, justify="right" if heading in ("Version", "Facts") else "left")
    for one in versions:
        change = f"+{one.facts_came} -{one.facts_went}" + (f" ~{one.facts_changed}" if one.facts_changed else "")
        came = _CAME[one.origin] + (f" ({one.reverted_to})" if one.reverted_to else "")
        people = one.approved_by or (counted(one.decided_facts, "fact") if one.decided_facts else "nobody was asked")
        why = ": ".join(filter(None, (one.ended_by, one.end_reason and f"“{clip(one.end_reason, 60)}”")))
        ended = (_ENDED[one.ended] + (f" by {why}" if why else "")) if one.ended else ""
        until = _at(one.valid_to) if one.valid_to else "now"
        table.add_row(
            str(one.number), _at(one.valid_from), until, f"{one.facts} ({change})", came, plain(people), plain(ended)
        )
    out.print(table)


def print_diff(out: Console, diff: VersionDiff) -> None:
    """Print the facts that came, went and were reworded, each with its evidence."""
    older, newer = diff.older, diff.newer
    before = f"Version {older.number} of {_at(older.valid_from)} UTC" if older else "Nothing"
    out.print(f"{before} → version {newer.number} of {_at(newer.valid_from)} UTC", markup=False)
    for mark, facts in (("[green]+[/]", diff.added), ("[red]-[/]", diff.gone)):
        for fact in facts:
            _print_fact(out, mark, fact)
    for pair in diff.reworded:
        out.print(f"[yellow]~[/] {plain(_said(pair.before))}", soft_wrap=True)
        _print_fact(out, "[yellow]→[/]", pair.after)
    told = [counted(len(diff.added), "fact") + " added", f"{len(diff.gone)} gone", f"{len(diff.reworded)} reworded"]
    out.print(f"{', '.join(told)}, {diff.unchanged} unchanged.", markup=False)


def _print_fact(out: Console, mark: str, fact: VersionFact) -> None:
    out.print(f"{mark} {plain(_said(fact))}", soft_wrap=True)
    at = place(fact.page)
    out.print(f"    [dim]{plain(f'“{clip(fact.quote, 200)}”')}{f', {at}' if at else ''}[/]", soft_wrap=True)


def _said(fact: VersionFact) -> str:
    return " ".join(filter(None, (fact.question, fact.answer if fact.question else fact.statement)))


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def print_reverted(out: Console, found: Reverting, *, is_foreseen: bool) -> None:
    """Print what came and went with a version that was put back, or would."""
    told = f"{said_of(found, would=is_foreseen)}."
    first = (
        "Nothing was changed. " if is_foreseen else f"{found.filename} says again what version {found.number} said: "
    )
    out.print(f"{first}{told}", markup=False, soft_wrap=True)
