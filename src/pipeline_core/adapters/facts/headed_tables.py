"""A table by its header: its own, or that of the table with which it goes on."""

from dataclasses import dataclass, replace

from pipeline_core.adapters.facts.table_context import Context, Source, titled
from pipeline_core.adapters.facts.table_grid import Grid, Row
from pipeline_core.domain.tables import columns_of, goes_on


@dataclass(frozen=True, slots=True)
class Table:
    """A table as far as it was read, for what may go on with it.

    ``head`` and ``group_source`` are where its names and its group stand.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kept: tuple[int, ...] = ()
    context: Context = Context()
    group: str = ""
    certain: bool = False
    has_groups: bool = False
    head: tuple[Source, ...] = ()
    group_source: tuple[Source, ...] = ()


def headed(
    grid: Grid, context: Context, before: Table | None, *, begins_within: bool, is_next: bool
) -> tuple[Table, list[Row]]:
    """The table by its header, its own or that of the table it goes on with, and the rows of data.

    ``is_next``: nothing stands between it and the table ``before`` it, as where a page ends between the two.
    """
    cells = [row.cells for row in grid.rows]
    if grid.has_header and len(cells) == 1:  # its rows are in the next chunk
        return Table(cells[0], (), grid.kept, context), []
    columns = columns_of(cells, declared=grid.has_header)
    body = grid.rows[columns.rows :]
    certain = (
        columns.are_named
        and columns.is_whole
        and columns.is_told
        and grid.has_header
        and len({*filter(None, columns.names)}) == sum(map(bool, columns.names))
    )
    context = (not context.is_caption and columns.title and titled(columns.title)) or context
    own = Table(columns.names, (), grid.kept, context, certain=certain)
    if before is None or len(before.names) != grid.width:
        return own, body
    if is_next and own.names == before.names and columns.are_named and not context.is_caption:
        return replace(own, context=before.context), body  # its header is said again on another page
    found = context if context.is_caption else before.context
    if begins_within and not grid.has_header:
        # the same table: another would have a line below its first row
        if before.rows:
            return replace(before, context=found), grid.rows
        columns = columns_of([before.names, *cells])
        certain = columns.are_named and columns.is_told
        own = replace(before, names=columns.names, context=found, certain=certain)
        return own, grid.rows[max(0, columns.rows - 1) :]
    turns_page = is_next and not grid.has_header
    if not columns.are_named and goes_on(before.rows, [row.cells for row in body], turns_page=turns_page):
        return replace(before, kept=grid.kept, rows=(), context=found, certain=False), body
    return own, body
