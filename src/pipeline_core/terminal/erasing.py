"""Plans of erasures, what was erased, and what a search for it found."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline_core.domain.erasing import ErasureScope, Searched
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.domain.wording import counted


def erasure_json(erasure: Erasure) -> dict[str, Any]:
    """Return an erasure as commands print it; of a plan, what it counted."""
    return {
        "erasure_id": erasure.erasure_id,
        "scope": erasure.scope,
        "state": erasure.state,
        "documents": len(erasure.document_ids),
        "earlier_versions": erasure.earlier_versions,
        "banks": len(erasure.batch_ids),
        "counts": erasure.counts,
        "reason": erasure.reason,
        "asked_by": erasure.asked_by_name or erasure.asked_by,
        "begun_at": erasure.begun_at,
        "done_at": erasure.done_at,
        "certificate": erasure.certificate,
    }


def title_of(erasure: Erasure) -> str:
    """Say what an erasure is of."""
    number = counted(len(erasure.document_ids) - erasure.earlier_versions, "document")
    if erasure.earlier_versions:
        number += f" with {counted(erasure.earlier_versions, 'earlier version')} of it"
    match erasure.scope:
        case ErasureScope.DOCUMENTS:
            return number
        case ErasureScope.PERSON:
            return f"the uploads of {erasure.person_id}{'' if erasure.realm_id else ' in all realms'}: {number}"
        case ErasureScope.REALM:
            return f"the whole realm {erasure.realm_id}: {number}"


def print_plan(out: Console, plan: Erasure) -> None:
    """Print what would go, by kind of place."""
    out.print(f"This would erase {title_of(plan)}, for good:", markup=False, soft_wrap=True)
    _print_counts(out, plan.counts)
    out.print(
        "Beside these rows go the files, pages and outputs, what caches keep of them alone, their names and words in "
        "what is kept about other work, in logs, and at Prefect. What another published document says stays published "
        "from there. A sync leaves it alone where it still stands in a source.",
        markup=False, soft_wrap=True,
    )  # fmt: skip


def print_erased(out: Console, erasure: Erasure) -> None:
    """Print what was removed where."""
    certificate = erasure.certificate or {}
    out.print(f"Erased: {title_of(erasure)}.", markup=False, soft_wrap=True)
    for place, kinds in certificate.get("removed", {}).items():
        _print_counts(out, {f"{place}: {kind}": number for kind, number in kinds.items()})
    prints = certificate.get("fingerprints", {})
    elsewhere = sum(prints.get("also_elsewhere", {}).values())
    if elsewhere:
        out.print(f"{counted(elsewhere, 'value')} that others say as well stand there still.", markup=False)
    for place in certificate.get("not_searched", []):
        out.print(f"Not searched: {place}.", markup=False, soft_wrap=True)


def _print_counts(out: Console, counts: Any) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for kind, number in counts.items():
        table.add_row(f"  {kind}", f"{number:,}")
    out.print(table)


def print_searched(out: Console, found: Searched) -> None:
    """Print where something was found, and what was looked through."""
    for trace in found.traces:
        out.print(f"Found in {trace.place}: {trace.found:,}", markup=False, soft_wrap=True)
    looked = ", ".join(f"{number:,} {place}" for place, number in found.searched.items())
    out.print(f"{'Not clean' if found.traces else 'Nothing found'}. Searched: {looked}.", markup=False, soft_wrap=True)
    for place in found.not_searched:
        out.print(f"Not searched: {place}.", markup=False, soft_wrap=True)


def print_erasures(out: Console, erasures: Sequence[Erasure]) -> None:
    """Print a line an erasure."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("Erasure", "State", "Of", "Begun", "By", "Reason"):
        table.add_column(heading, overflow="fold")
    for one in erasures:
        begun = f"{one.begun_at:%Y-%m-%d %H:%M}" if one.begun_at else ""
        by = one.asked_by_name or str(one.asked_by)
        table.add_row(str(one.erasure_id), one.state, title_of(one), begun, by, one.reason)
    out.print(table)
