"""Tables and charts of slides as tables of markdown."""

from collections.abc import Sequence

from pipeline_core.adapters.converters.escapes import pipe_table
from pipeline_core.adapters.converters.ooxml.charts import chart_rows, chart_titles
from pipeline_core.adapters.converters.ooxml.names import YES, Element, name, value
from pipeline_core.adapters.converters.ooxml.slide_text import paragraph_markdown


def table_markdown(table: Element) -> str:
    """``a:tbl`` as a table: a cell merged from several rows is said in each of them."""
    rows: list[list[str]] = []
    for row in table.findall(name("a:tr")):
        cells: list[str] = []
        for at, cell in enumerate(row.findall(name("a:tc"))):
            if cell.get("vMerge") in YES and rows and at < len(rows[-1]):
                cells.append(rows[-1][at])
            elif cell.get("hMerge") in YES:
                cells.append("")
            else:
                cells.append(_cell(cell))
        rows.append(cells)
    properties = table.find(name("a:tblPr"))
    has_style = properties is not None and properties.find(name("a:tableStyleId")) is not None
    has_header = not has_style or value(properties, "firstRow") in YES
    return _grid([row for row in rows if any(row)], has_header=has_header)


def _cell(cell: Element) -> str:
    texts = (paragraph_markdown(paragraph) for paragraph in cell.iter(name("a:p")))
    return " ".join(text for text in texts if text)


def _grid(rows: Sequence[Sequence[str]], *, has_header: bool = True) -> str:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return pipe_table(escaped, has_header=has_header) if any(escaped) else ""


def chart_markdown(chart: Element) -> list[str]:
    """A chart's title, and its series as the columns of a table over its categories."""
    texts = [paragraph_markdown(part) for part in chart_titles(chart)]
    return [text for text in (*texts, _grid(chart_rows(chart))) if text]
