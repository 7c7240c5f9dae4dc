"""Tables of an HTML page: the converter takes the first row for the header, whatever the page says."""

from itertools import takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MOST = 1_000
"""Columns that a table may have (HTML Living Standard, 4.9.11 colspan)."""


def give_headers(tree: LexborHTMLParser) -> None:
    """Put an empty header before a table that names its columns nowhere; make one header row of several."""
    for table in tree.css("table"):
        if table.css_first("table table") is not None or table.attributes.get("role") == "presentation":
            continue
        rows = [row for row in table.css("tr") if _cells(row)]
        width = max((sum(_span(cell, "colspan") for cell in _cells(row)) for row in rows), default=0)
        if width < 2:
            continue
        within = [row for row in rows if row.parent is not None and row.parent.tag == "thead"]
        header = within or list(takewhile(_is_header, rows))
        if not header:
            rows[0].insert_before(_row([""] * width))
        elif 1 < len(header) < len(rows):
            _join(header, width)


def _is_header(row: LexborNode) -> bool:
    """All of its cells are header cells, empty corners aside, and not headers of rows."""
    cells = _cells(row)
    heads = [cell for cell in cells if cell.tag == "th" and cell.attributes.get("scope") not in ("row", "rowgroup")]
    plain = [cell for cell in cells if cell.tag == "td" and cell.text().strip()]
    return bool(heads) and not plain and len(heads) >= len(cells) - 1


def _join(header: list[LexborNode], width: int) -> None:
    """One header row that says for each column what stands above it, from top to bottom."""
    names: list[list[str]] = [[] for _ in range(width)]
    taken: list[set[int]] = [set() for _ in header]
    for at, row in enumerate(header):
        column = 0
        for cell in _cells(row):
            while column in taken[at]:
                column += 1
            columns = range(column, min(column + _span(cell, "colspan"), width))
            for below in range(at, min(at + _span(cell, "rowspan"), len(header))):
                taken[below].update(columns)
            text = " ".join(cell.text().split())
            for each in columns:
                if text and text not in names[each]:
                    names[each].append(text)
            column = columns.stop
    header[0].insert_before(_row([" ".join(parts) for parts in names]))
    for row in header:
        row.decompose()


def _cells(row: LexborNode) -> list[LexborNode]:
    return [cell for cell in row.iter() if cell.tag in ("td", "th")]


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return min(max(int(value), 1), _MOST) if value.isascii() and value.isdigit() else 1


def _row(texts: list[str]) -> LexborNode:
    tree = LexborHTMLParser("<table><tr></tr></table>")
    row = tree.css_first("tr")
    assert row is not None
    for text in texts:
        cell = tree.create_node("th")
        if text:
            cell.insert_child(text)
        row.insert_child(cell)
    return row
