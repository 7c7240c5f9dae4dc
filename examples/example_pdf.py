"""Sets the homeowners policy as a PDF: running header and footer, numbered pages, ruled tables."""

from collections.abc import Iterator
from pathlib import Path

from example_blocks import Block, read_blocks
from reportlab.lib import colors
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

MARGIN = 2.2 * cm
NAVY, PALE, GREY = colors.HexColor("#1f3a5f"), colors.HexColor("#eef2f7"), colors.HexColor("#9aa5b1")
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10.5, leading=14, spaceAfter=9)
ITEM = ParagraphStyle(
    "item",
    BODY,
    leftIndent=22,
    bulletIndent=4,
    bulletFontName="Times-Roman",
    bulletFontSize=10.5,
    spaceAfter=4,
)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=8.5, leading=11)
HEAD = ParagraphStyle("head", CELL, fontName="Helvetica-Bold", textColor=colors.white)
HEADINGS = {
    1: ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=22, leading=27, spaceAfter=10, textColor=NAVY),
    2: ParagraphStyle(
        "h2", fontName="Helvetica-Bold", fontSize=14, leading=18, spaceBefore=14, spaceAfter=6, textColor=NAVY
    ),
    3: ParagraphStyle("h3", fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=8, spaceAfter=4),
}


class PolicyCanvas(Canvas):
    """Draws the running header and footer when the number of pages is known."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{**kwargs, "invariant": 1})
        self._pages: list[dict[str, object]] = []

    def showPage(self) -> None:  # noqa: N802 (reportlab's name)
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._draw_frame(number, len(self._pages))
            super().showPage()
        super().save()

    def _draw_frame(self, number: int, count: int) -> None:
        width, height = LETTER
        self.setFont("Helvetica", 8)
        self.setFillColor(colors.HexColor("#52606d"))
        self.setStrokeColor(GREY)
        self.drawString(MARGIN, height - 1.5 * cm, "Northwind Mutual Insurance Company")
        self.drawRightString(width - MARGIN, height - 1.5 * cm, "Homeowners Policy NM-HO-3")
        self.line(MARGIN, height - 1.7 * cm, width - MARGIN, height - 1.7 * cm)
        self.line(MARGIN, 1.75 * cm, width - MARGIN, 1.75 * cm)
        self.drawString(MARGIN, 1.3 * cm, "Edition 01/2026")
        self.drawRightString(width - MARGIN, 1.3 * cm, f"Page {number} of {count}")


def make_pdf(source: Path, target: Path) -> None:
    template = SimpleDocTemplate(
        str(target),
        pagesize=LETTER,
        # The frame adds 6 points of its own, where text would not line up with header and tables.
        leftMargin=MARGIN - 6,
        rightMargin=MARGIN - 6,
        topMargin=2.3 * cm,
        bottomMargin=2.3 * cm,
        title="Homeowners Policy NM-HO-3",
        author="Northwind Mutual Insurance Company",
    )
    template.build(list(_flowables(list(read_blocks(source)), template.width - 12)), canvasmaker=PolicyCanvas)


def _flowables(blocks: list[Block], width: float) -> Iterator[Flowable]:
    number = 0
    waiting: list[Flowable] = []  # headings and what introduces a table are kept on the page of what follows
    for block, following in zip(blocks, [*blocks[1:], Block("end")], strict=True):
        number = number + 1 if block.kind == "number" else 0
        waiting.append(_flowable(block, number, width))
        if block.kind != "heading" and following.kind != "table":
            yield KeepTogether(waiting) if len(waiting) > 1 else waiting[0]
            waiting = []
        if block.kind == "table":
            yield Spacer(1, 10)


def _flowable(block: Block, number: int, width: float) -> Flowable:
    if block.kind == "heading":
        return Paragraph(block.text, HEADINGS[block.level])
    return _pdf_table(block, width) if block.kind == "table" else _pdf_paragraph(block, number)


def _pdf_paragraph(block: Block, number: int) -> Paragraph:
    text = block.text.replace("&", "&amp;")
    bullet = {"bullet": "•", "number": f"{number}."}.get(block.kind)
    return Paragraph(text, ITEM if bullet else BODY, bulletText=bullet)


def _pdf_table(block: Block, width: float) -> Table:
    rows = [[Paragraph(cell, CELL if n else HEAD) for cell in row] for n, row in enumerate(block.rows)]
    table = Table(rows, colWidths=[width * w / sum(block.widths) for w in block.widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, GREY),
                ("BACKGROUND", (0, 0), (-1, 0), NAVY),
                ("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.white, PALE]),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return table
