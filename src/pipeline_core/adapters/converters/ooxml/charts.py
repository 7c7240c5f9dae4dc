"""Tables and charts of office files (ECMA-376 part 1, 21.1.3 and 21.2), on slides and in Word documents."""

from collections.abc import Sequence

from lxml import etree

from pipeline_core.adapters.converters import number_format
from pipeline_core.adapters.converters.escapes import pipe_table
from pipeline_core.adapters.converters.ooxml.names import YES, Element, find, name, text_in, value
from pipeline_core.adapters.converters.ooxml.package import Package
from pipeline_core.adapters.converters.ooxml.slide_text import paragraph_markdown

_MOST_POINTS = 100_000


def chart_titles(chart: Element) -> list[Element]:
    """The paragraphs of the chart's title."""
    title = find(chart, "c:chart", "c:title")
    return [] if title is None else list(title.iter(name("a:p")))


def chart_rows(chart: Element) -> list[list[str]]:
    """The names of the series, then for each category its values; empty without any."""
    series = list(chart.iter(name("c:ser")))
    columns = [_points(one, ("c:val", "c:yVal")) for one in series]
    labels: dict[int, str] = {}
    for one in series:
        labels |= _points(one, ("c:cat", "c:xVal"))
    names = [" ".join(_points(one, ("c:tx",)).values()) for one in series]
    places = sorted({place for column in (labels, *columns) for place in column})
    rows = [["", *names], *([labels.get(at, ""), *(column.get(at, "") for column in columns)] for at in places)]
    return rows if places else []


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


def write_drawings(root: Element, package: Package, part: str) -> frozenset[Element]:
    """Put what charts and diagrams of the part say behind the paragraphs in which they stand. Gives the new ones."""
    written: list[Element] = []
    targets = package.targets(part)
    for drawing in reversed(list(root.iter(name("c:chart"), name("dgm:relIds")))):
        paragraph = next(drawing.iterancestors(name("w:p")), None)
        is_chart = drawing.tag == name("c:chart")
        _, target = targets.get(value(drawing, "r:id" if is_chart else "r:dm") or "", ("", ""))
        content = package.tree(target)
        if paragraph is None or content is None:
            continue
        for block in reversed(_chart(content) if is_chart else _diagram(content)):
            paragraph.addnext(block)
            written += block.iter(name("w:p"))
    return frozenset(written)


def _chart(chart: Element) -> list[Element]:
    blocks = [_paragraph(_said(title)) for title in chart_titles(chart)]
    rows = chart_rows(chart)
    if rows:
        table = etree.Element(name("w:tbl"))
        for row in rows:
            line = etree.SubElement(table, name("w:tr"))
            for text in row:
                etree.SubElement(line, name("w:tc")).append(_paragraph(text))
        blocks += [table, _paragraph("")]
    return blocks


def _diagram(diagram: Element) -> list[Element]:
    texts = (_said(part) for point in diagram.iter(name("dgm:t")) for part in point.iter(name("a:p")))
    return [_paragraph(text) for text in texts if text]


def _said(paragraph: Element) -> str:
    return " ".join(text_in(paragraph, "a:t").split())


def _paragraph(text: str) -> Element:
    paragraph = etree.Element(name("w:p"))
    if text:
        etree.SubElement(etree.SubElement(paragraph, name("w:r")), name("w:t")).text = text
    return paragraph


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
