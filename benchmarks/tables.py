"""How benchmarks print their tables."""

from rich.console import Console
from rich.table import Table

console = Console(width=140, highlight=False)


def show(title: str, columns: list[str], rows: list[list[str]], note: str = "") -> None:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2))
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if note:
        console.print(f"  {note}", style="dim")
    console.print()
