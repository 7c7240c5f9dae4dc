"""The texts in ``sources/`` as blocks. They are written in a small subset of markdown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Block:
    """A ``heading`` (``level`` 1 to 3), ``text``, ``bullet``, ``number`` or ``table`` (of rows of cells)."""

    kind: str
    text: str = ""
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)


def read_blocks(path: Path) -> Iterator[Block]:
    """A block is one line, but for tables; the dashes below a table's header row tell the columns' widths."""
    table: Block | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            table = table or Block("table")
            if set(line) <= set("|-"):
                table.widths = [len(cell) for cell in cells]
            else:
                table.rows.append(cells)
            continue
        if table:
            yield table
            table = None
        if heading := re.match(r"(#+) (.+)", line):
            yield Block("heading", heading[2], len(heading[1]))
        elif item := re.match(r"(-|\d+\.) (.+)", line):
            yield Block("bullet" if item[1] == "-" else "number", item[2])
        elif line:
            yield Block("text", line)
    if table:
        yield table
