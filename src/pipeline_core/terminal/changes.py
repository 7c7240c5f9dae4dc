"""Changes of production, and their consumers, for the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from pipeline_core.domain.rows.feed import ChangeCursor, KnowledgeChange
from pipeline_core.terminal.hints import pasteable
from pipeline_core.terminal.plain import plain


def print_change(console: Console, change: KnowledgeChange) -> None:
    """One line: when, how, which document, and how many facts."""
    counts = {"came": change.facts_came, "went": change.facts_went, "changed": change.facts_changed}
    facts = ", ".join(f"{len(ids):,} {how}" for how, ids in counts.items() if ids) or "no fact"
    name = change.filename or str(change.document_id or change.batch_id)
    version = f" v{change.version}" if change.version else ""
    console.print(
        f"[dim]{change.at:%Y-%m-%d %H:%M:%S}[/] {change.kind:<9} [bold]{plain(name)}[/]{version}  {facts}",
        soft_wrap=True,
        highlight=False,
    )


def print_mark(console: Console, mark: str) -> None:
    console.print(pasteable(f"`pipeline changes --since {mark}` shows what comes after this."), soft_wrap=True)


def print_cursors(console: Console, cursors: Sequence[ChangeCursor]) -> None:
    if not cursors:
        console.print("No consumer has a name.")
        return
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for title in ("name", "confirmed", "behind"):
        table.add_column(title, justify="right" if title == "behind" else "left")
    for one in cursors:
        table.add_row(plain(one.name), f"{one.confirmed_at:%Y-%m-%d %H:%M}", f"{one.behind:,}")
    console.print(table)
