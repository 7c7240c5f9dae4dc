"""Tables and charts of slides as tables of markdown."""

from collections.abc import Sequence

from pipeline_core.adapters.converters import number_format
from pipeline_core.adapters.converters.ooxml.names import Element, name, value
from pipeline_core.adapters.converters.ooxml.slide_text import paragraph_markdown

_YES = ("1", "true", "on")
_MOST_POINTS = 100_000


def table_markdown(table: Element) -> str:
    """``a:tbl`` as a table: a cell merged from several rows is said in each of them."""
    rows: list[list[str]] = []
    for row in table.findall(name("a:tr")):
        cells: list[str] = []
        for at, cell in enumerate(row.findall(name("a:tc"))):
            if cell.get("vMerge") in _YES and rows and at < len(rows[-1]):
                cells.append(rows[-1][at])
            elif cell.get("hMerge") in _YES:
                cells.append("")
            else:
                cells.append(_cell(cell))
        rows.append(cells)
    properties = table.find(name("a:tblPr"))
    has_style = properties is not None and properties.find(name("a:tableStyleId")) is not None
    has_header = not has_style or value(properties, "firstRow") in _YES
    return grid([row for row in rows if any(row)], has_header=has_header)


def _cell(cell: Element) -> str:
    texts = (paragraph_markdown(paragraph) for paragraph in cell.iter(name("a:p")))
    return " ".join(text for text in texts if text)


def grid(rows: Sequence[Sequence[str]], *, has_header: bool = True) -> str:
    """Rows as a GFM table; without a header its header row is empty."""
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    filled = [[cell.replace("|", "\\|") for cell in row] + [""] * (width - len(row)) for row in rows]
    head, *body = filled if has_header else [[""] * width, *filled]
    lines = [head, ["---"] * width, *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def chart_markdown(chart: Element) -> list[str]:
    """A chart's title, and its series as the columns of a table over its categories."""
    title = chart.find(f"{name('c:chart')}/{name('c:title')}")
    texts = [] if title is None else [paragraph_markdown(part) for part in title.iter(name("a:p"))]
    series = list(chart.iter(name("c:ser")))
    columns = [_points(one, ("c:val", "c:yVal")) for one in series]
    labels: dict[int, str] = {}
    for one in series:
        labels |= _points(one, ("c:cat", "c:xVal"))
    names = [" ".join(_points(one, ("c:tx",)).values()) for one in series]
    places = sorted({place for column in (labels, *columns) for place in column})
    rows = [["", *names], *([labels.get(at, ""), *(column.get(at, "") for column in columns)] for at in places)]
    return [text for text in texts if text] + ([grid(rows)] if places else [])


def _points(series: Element, kinds: Sequence[str]) -> dict[int, str]:
    """The values by their place; of categories on several levels all that belong to one place."""
    found: dict[int, list[str]] = {}
    for kind in kinds:
        for holder in series.findall(name(kind)):
            if (plain := holder.find(name("c:v"))) is not None:
                found.setdefault(0, []).append(plain.text or "")
            for cache in holder.iter(
                name("c:numCache"), name("c:strCache"), name("c:numLit"), name("c:strLit"), name("c:lvl")
            ):
                code = cache.findtext(name("c:formatCode")) or number_format.GENERAL
                is_number = cache.tag in (name("c:numCache"), name("c:numLit"))
                for point in cache.findall(name("c:pt")):
                    at, text = point.get("idx", ""), point.findtext(name("c:v")) or ""
                    if at.isdigit() and int(at) < _MOST_POINTS and text:
                        own = point.get("formatCode") or code
                        found.setdefault(int(at), []).append(number_format.shown(text, own) if is_number else text)
    return {at: " ".join(" ".join(reversed(texts)).split()) for at, texts in found.items()}
