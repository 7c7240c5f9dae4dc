"""A table of markdown (GFM)."""

from collections.abc import Sequence


def pipe_table(rows: Sequence[Sequence[str]], *, has_header: bool = True, rule: str = " --- |") -> str:
    """The cells, in which no ``|`` is bare, as a table; without a header its header row is empty."""
    width = max(map(len, rows))
    written = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in (rows if has_header else ((), *rows))]
    return "\n".join([written[0], f"|{rule * width}", *written[1:]])
