"""The numbers that a draft has in its margin are no text; numbers that a table or a list has are."""

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from tests.samples import pdfs

LINES = [
    f"of report {chr(ord('A') + n) * 2}, which every member of the council has read before it was voted on"
    for n in range(16)
]


def converted(draw: pdfs.Draw) -> tuple[str, list[str]]:
    source = Source(pdfs.pdf(draw), "draft.pdf", filetypes.PDF)
    result = pdf.convert(source, ConvertOptions(max_pages=9))
    return " ".join(result.markdown.split()), [finding.code for finding in result.findings]


def draft(*, size: float, first: int = 1, step: int = 1, x: float = 60, count: int = 16) -> pdfs.Draw:
    def draw(canvas: Canvas) -> None:
        for row, line in enumerate(LINES[:count]):
            y = 760 - 15 * row
            canvas.setFont("Helvetica", size)
            if row % step == 0:
                canvas.drawRightString(x, y, str(first + row))
            canvas.setFont("Times-Roman", 10)
            canvas.drawString(90, y, line)

    return draw


@pytest.mark.parametrize(
    "draw",
    [
        draft(size=6),
        draft(size=6, first=97),  # from two digits to three
        draft(size=6, x=560),  # in the right margin
        draft(size=10),  # as large as the text, as in pleadings
    ],
)
def test_line_numbers_are_left_out(draw: pdfs.Draw) -> None:
    text, codes = converted(draw)
    assert text == " ".join(LINES)
    assert codes == ["line_numbers_left_out"]


def ranking(canvas: Canvas) -> None:
    for row in range(16):
        for x, cell in ((90, str(row + 1)), (130, f"City number {row * 7 + 3}"), (300, f"{row * 1000 + 4711:,}")):
            canvas.setFont("Helvetica", 10)
            canvas.drawString(x, 760 - 15 * row, cell)


def years(canvas: Canvas) -> None:
    for row in range(9):
        canvas.setFont("Helvetica", 10)
        canvas.drawString(90, 760 - 15 * row, str(2014 + row))
        canvas.drawString(130, 760 - 15 * row, f"{row * 13 + 3} offices were opened")


@pytest.mark.parametrize("draw", [ranking, years, draft(size=10, count=6)])
def test_other_numbers_stay(draw: pdfs.Draw) -> None:
    text, codes = converted(draw)
    assert "line_numbers_left_out" not in codes
    assert any(number in text for number in ("16", "2022", "6"))
