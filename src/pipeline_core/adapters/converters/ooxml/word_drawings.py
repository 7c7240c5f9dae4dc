"""Charts and diagrams of a Word document, which xberg passes over, as tables and paragraphs behind them."""

from lxml import etree

from pipeline_core.adapters.converters.ooxml.charts import chart_rows, chart_titles
from pipeline_core.adapters.converters.ooxml.names import Element, name, value
from pipeline_core.adapters.converters.ooxml.package import Package


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
    return " ".join("".join(node.text or "" for node in paragraph.iter(name("a:t"))).split())


def _paragraph(text: str) -> Element:
    paragraph = etree.Element(name("w:p"))
    if text:
        etree.SubElement(etree.SubElement(paragraph, name("w:r")), name("w:t")).text = text
    return paragraph
