"""The rows of a sheet as a reader of it sees them, whatever the file's format."""

from collections.abc import Mapping, Sequence

from pipeline_core.adapters.converters.sheet_cells import (
    MAX_CELLS,
    Area,
    Cell,
    Noticed,
    Row,
    SheetTooLargeError,
    letters_of,
)


class SheetRows:
    """Collects rows in the file's order and notes what they hide, which is left out unless ``keep_hidden``.

    The columns of ``hidden_columns`` must be known before the first row is added.
    """

    def __init__(self, *, keep_hidden: bool = False):
        self.noticed = Noticed()
        self.hidden_columns: set[int] = set()
        self._keep_hidden = keep_hidden
        self._rows: list[Row] = []
        self._left_out = self._repeated = 0

    def add(self, number: int, cells: Mapping[int, Cell], *, is_hidden: bool = False, times: int = 1) -> None:
        """Add a row that is repeated ``times`` times from ``number`` on; empty rows may be passed over.

        Raises:
            SheetTooLargeError: rows that the file has once and repeats have too many cells.
        """
        self.noticed.hidden_columns |= cells.keys() & self.hidden_columns
        if is_hidden and cells:
            self.noticed.hidden_rows += range(number, number + times)
        if is_hidden and not self._keep_hidden:
            self._left_out += times
            return
        if self.hidden_columns and not self._keep_hidden:
            cells = {column: cell for column, cell in cells.items() if column not in self.hidden_columns}
        if not cells:
            return
        self._repeated += times * len(cells) if times > 1 else 0
        if self._repeated > MAX_CELLS:
            raise SheetTooLargeError(f"more than {MAX_CELLS:,} cells in rows that are repeated")
        self._rows += (Row(n, n - self._left_out, cells) for n in range(number, number + times))

    def finish(self, coloured: Sequence[Area] = ()) -> list[Row]:
        """Return the rows that show something; a cell within a ``coloured`` area is seen whatever its format says."""
        for row in self._rows:
            unseen = [
                c for c, cell in row.cells.items() if cell.unseen and not any(a.has(row.number, c) for a in coloured)
            ]
            self.noticed.unseen += (f"{letters_of(column)}{row.number}" for column in unseen)
            if unseen and not self._keep_hidden:
                row.cells = {column: cell for column, cell in row.cells.items() if column not in unseen}
        return [row for row in self._rows if row.cells]
