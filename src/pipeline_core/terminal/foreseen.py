"""Changes from reading documents again, as a terminal shows them."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from pipeline_core.domain.wording import counted
from pipeline_core.services.foresee_facts import NUMBERS, DocumentChange, Foreseen
from pipeline_core.services.read_again import Again

_SHOWN = 40


def print_foreseen(console: Console, meant: Again, foreseen: Foreseen, *, dead_letters: int) -> None:
    """One line for each document that would change, then all together."""
    changing = [document for document in foreseen.documents if document.changes]
    for document in changing[:_SHOWN]:
        console.print(
            f"[yellow]●[/] [bold]{escape(document.filename)}[/]  {escape(_change(document))}", highlight=False
        )
    if len(changing) > _SHOWN:
        console.print(f"[dim]… and {len(changing) - _SHOWN:,} more (--json lists all)[/]")
    also = f" and {counted(dead_letters, 'dead letter')}" if dead_letters else ""
    console.print(
        f"{counted(len(meant.document_ids), 'published document')}{also} would be read again.", highlight=False
    )
    if foreseen.documents:
        numbers = {name: foreseen.total(name) for name in NUMBERS}
        console.print(f"Facts: {_facts(numbers)}.", highlight=False)
        console.print(
            f"Left out: {numbers['left_out_before']:,} now, {numbers['left_out']:,} then. "
            f"{counted(numbers['decisions'], 'decision')} of people kept.",
            highlight=False,
        )
    if foreseen.not_looked_at:
        console.print("The changes to their facts cannot be foreseen: an earlier stage may change the text.")
    for count, why in ((meant.waiting, "under way or waiting for a person"), (meant.scanned, "by a deep scan")):
        if count:
            console.print(f"[dim]Left alone: {counted(count, 'document')} {why}.[/]", highlight=False)


def _change(document: DocumentChange) -> str:
    if document.unknown:
        return f"not known: {document.unknown}"
    kept = f"; {counted(document.decisions, 'decision')} kept" if document.decisions else ""
    left_out = f"; left out {document.left_out_before:,} now, {document.left_out:,} then"
    return f"{_facts(document.as_json())}{left_out if document.left_out or document.left_out_before else ''}{kept}"


def _facts(numbers: Mapping[str, Any]) -> str:
    by_policy = (
        (numbers["newly_left_out"], "newly left out"),
        (numbers["taken_in"], "no longer left out"),
        (numbers["asked"], "to be asked about"),
    )
    also = "".join(f"; {count:,} {what}" for count, what in by_policy if count)
    return f"{numbers['stay']:,} stay, {numbers['come']:,} come, {numbers['go']:,} go{also}"
