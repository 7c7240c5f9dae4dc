"""What reading documents again would change, as a terminal shows it."""

from rich.console import Console
from rich.markup import escape

from pipeline_core.domain.wording import counted
from pipeline_core.services.foresee_facts import DocumentChange, Foreseen
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
        facts = f"{foreseen.total('stay'):,} stay, {foreseen.total('come'):,} come, {foreseen.total('go'):,} go"
        kept = counted(foreseen.total("decisions"), "decision")
        console.print(
            f"Facts: {facts}; {foreseen.total('left_out'):,} left out. {kept} of people kept.", highlight=False
        )
    if foreseen.not_looked_at:
        console.print("What their facts will be cannot be told before: an earlier stage may change the text.")
    for count, why in ((meant.waiting, "under way or waiting for a person"), (meant.scanned, "by a deep scan")):
        if count:
            console.print(f"[dim]Left alone: {counted(count, 'document')} {why}.[/]", highlight=False)


def _change(document: DocumentChange) -> str:
    if document.unknown:
        return f"not known: {document.unknown}"
    kept = f"; {counted(document.decisions, 'decision')} kept" if document.decisions else ""
    return f"{document.stay:,} stay, {document.come:,} come, {document.go:,} go{kept}"
