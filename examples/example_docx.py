"""Sets the claims handling manual as a DOCX: heading styles, lists, tables, header and footer."""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from example_blocks import Block, read_blocks

EDITION = datetime(2026, 1, 1)


def make_docx(source: Path, target: Path) -> None:
    document = docx.Document()
    document.core_properties.author = "Northwind Mutual Insurance Company"
    document.core_properties.title = "Claims Handling Manual"
    document.core_properties.created = document.core_properties.modified = EDITION
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    _docx_frame(document)
    for block in read_blocks(source):
        _docx_block(document, block)
    packed = BytesIO()
    document.save(packed)
    target.write_bytes(_undated(packed))


def _docx_block(document: Document, block: Block) -> None:
    if block.kind == "heading":
        document.add_heading(block.text, block.level)
    elif block.kind == "table":
        _docx_table(document, block)
    else:
        style = {"bullet": "List Bullet", "number": "List Number"}.get(block.kind)
        document.add_paragraph(block.text, style)


def _docx_table(document: Document, block: Block) -> None:
    table = document.add_table(0, len(block.widths), style="Light Grid Accent 1")
    for row in block.rows:
        cells = table.add_row().cells
        for cell, text, width in zip(cells, row, block.widths, strict=True):
            cell.text = text
            cell.width = Cm(16.5 * width / sum(block.widths))
    document.add_paragraph()


def _docx_frame(document: Document) -> None:
    section = document.sections[0]
    section.header.paragraphs[0].text = "Northwind Mutual · Claims Handling Manual"
    footer = section.footer.paragraphs[0]
    footer.add_run("For internal use · Page ")
    _add_page_number(footer)


def _add_page_number(paragraph: Paragraph) -> None:
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        element.text = text
        run._r.append(element)


def _undated(packed: BytesIO) -> bytes:
    """The same archive with every entry dated alike: python-docx writes the time of day into it."""
    result = BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, EDITION.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()
