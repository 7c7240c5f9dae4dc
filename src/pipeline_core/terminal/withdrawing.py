"""Documents that left production, or would, as a table."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.domain.wording import counted
from pipeline_core.review.withdrawing import said_of


def print_withdrawn(out: Console, documents: Sequence[Leaving], *, is_foreseen: bool) -> None:
    """Print a line a document, and what it comes to."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("Document", "Facts", "Passages", "Taken over"):
        table.add_column(heading, justify="left" if heading == "Document" else "right")
    for one in documents:
        table.add_row(one.filename, str(one.facts), str(one.chunks), str(one.taken_over))
    out.print(table)
    out.print()
    if is_foreseen:
        told = f"Nothing was changed. This would withdraw {counted(len(documents), 'document')}: "
        out.print(told + said_of(documents, would=True) + ".", markup=False, soft_wrap=True)
    else:
        told = f"{counted(len(documents), 'document')} withdrawn: {said_of(documents)}."
        out.print(told + " `pipeline retry NAME` publishes one again.", markup=False, soft_wrap=True)
