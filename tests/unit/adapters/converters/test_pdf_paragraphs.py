"""Paragraphs of PDF pages end where the page leaves a gap, and nowhere else."""

import io

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from tests.samples import pdfs

FIRST = ("Every tenant keeps the stairs clean and tells the owner of", "any damage that he sees in the house.")
SECOND = (
    "The owner mends what is broken, and writes down what it did",
    "cost him, unless the tenant broke it himself.",
)


def _lines(*lines: tuple[str, float]) -> pdfs.Draw:
    """Each line with the points that it stands below the one before it."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 11)
        y = 760.0
        for line, step in lines:
            y -= step
            canvas.drawString(60, y, line)

    return draw


def _paragraphs(draw: pdfs.Draw, title: str = "") -> list[str]:
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdfs.pdf(draw))) as file:
        file.docinfo["/Title"] = title
        file.save(data)
    source = Source(data.getvalue(), "rules.pdf", filetypes.PDF)
    return pdf.convert(source, ConvertOptions(max_pages=5)).markdown.split("\n\n")


def test_a_gap_parts_paragraphs() -> None:
    draw = _lines((FIRST[0], 0), (FIRST[1], 13), (SECOND[0], 19), (SECOND[1], 13))
    assert _paragraphs(draw) == [" ".join(FIRST), " ".join(SECOND)]


@pytest.mark.parametrize(
    "steps",
    [(0, 13, 13, 13), (0, 13, 15, 13), (0, 13, 12, 14)],
    ids=["even", "one step a little wider", "uneven"],
)
def test_lines_without_a_gap_are_one_paragraph(steps: tuple[float, ...]) -> None:
    draw = _lines(*zip((*FIRST, *SECOND), steps, strict=True))
    assert _paragraphs(draw) == [" ".join((*FIRST, *SECOND))]


def test_a_sentence_is_not_cut_by_a_gap() -> None:
    """Where a line makes room for a formula or a note, the text goes on."""
    draw = _lines((FIRST[0], 0), (FIRST[1][:-1], 13), ("or in the yard, at the latest on the following day.", 20))
    assert len(_paragraphs(draw)) == 1


@pytest.mark.parametrize(("title", "expected"), [("House Rules 2026", "# House Rules 2026"), ("Another name", None)])
def test_the_files_own_title_is_no_part_of_the_first_sentence(title: str, expected: str | None) -> None:
    draw = _lines(("House Rules 2026", 0), (FIRST[0], 13), (FIRST[1], 13))
    joined = " ".join(("House Rules 2026", *FIRST))
    assert _paragraphs(draw, title) == ([expected, " ".join(FIRST)] if expected else [joined])
