"""Text in a margin, or in a second column, is no part of the lines that it stands beside."""

import pytest
from liteparse.types import TextItem
from reportlab.pdfgen.canvas import Canvas

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.pdf_apart import find
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from tests.samples import pdfs

BODY = [
    "The insurer pays for the repair of pipes that burst in frost, if the house",
    "was heated and looked after during the whole of the absence. It does not",
    "pay for pipes outside the building, nor for damage that was known before",
    "the contract began. A claim must be reported within seven days after the",
    "damage was found. The insurer may send an expert, who must be let in, and",
    "whose report is binding for both sides unless it is plainly wrong. What was",
    "spent to keep the damage small is paid as well, up to a tenth of the sum",
    "insured. Claims lapse after three years, counted from the end of the year",
    "in which the insured came to know of the damage. Interest is paid from the",
    "thirtieth day after the claim was reported in full, at four in a hundred.",
]
PAGE = [f"{line[:-8].strip()} of {year}" for year in (1990, 2000, 2010, 2020) for line in BODY]
ASIDE = [
    "Editor:",
    "Submitted:",
    "Published:",
    "Licence",
    "Whoever holds this paper may copy",
    "it and pass it on under the li-",
    "cence of the publishers as it",
    "stands in this year.",
]


def beside(canvas: Canvas, *, aside_at: float, body_at: float) -> None:
    canvas.setFont("Times-Roman", 10)
    for row, line in enumerate(PAGE):
        canvas.drawString(body_at, 720 - 12 * row, line)
    canvas.setFont("Helvetica", 8)
    for row, line in enumerate(ASIDE):
        canvas.drawString(aside_at, 640 - 11.5 * row, line)


def said(draw: pdfs.Draw) -> str:
    source = Source(pdfs.pdf(draw), "policy.pdf", filetypes.PDF)
    return " ".join(pdf.convert(source, ConvertOptions(max_pages=9)).markdown.replace("#", "").split())


@pytest.mark.parametrize(("aside_at", "body_at"), [(28, 167), (432, 60)], ids=["left", "right"])
def test_a_margin_is_read_by_itself(aside_at: float, body_at: float) -> None:
    text = said(lambda canvas: beside(canvas, aside_at=aside_at, body_at=body_at))
    assert " ".join(PAGE) in text.replace("*", "")
    assert "Whoever holds this paper may copy it and pass it on" in text


def items(x: float, y: float, step: float, texts: list[str]) -> list[TextItem]:
    return [TextItem(text, x, y + step * row, 5.0 * len(text), 10.0) for row, text in enumerate(texts)]


def test_rows_of_a_table_are_no_two_texts() -> None:
    names, lines = [f"Clause {name}" for name in "ABCDEFGHIJ"], BODY
    mixed = "\n".join(f"{name} {line}" for name, line in zip(names, lines, strict=True))
    assert find(mixed, [*items(40, 100, 14, names), *items(150, 100, 14, lines)], 800) is None
    found = find(mixed, [*items(40, 96, 12.7, names), *items(150, 100, 14, lines)], 800)
    assert found is not None
    assert (found.x, found.is_right_first, found.is_margin) == (148, False, True)
    assert find("\n".join([*names, *lines]), [*items(40, 96, 12.7, names), *items(150, 100, 14, lines)], 800) is None


def test_a_bill_whose_last_rows_have_two_cells_is_one_table() -> None:
    letter = [f"Line {n} of it" for n in range(9)]
    goods, sums = [f"Planks no. {n}" for n in range(3)], [f"{n},{n}08 €" for n in range(6)]
    rates = [f"{n} € a plank" for n in range(3)] + [f"Discount {n}" for n in range(3)]
    left = [*items(40, 0, 12, letter), *items(40, 130, 14, goods)]
    rows = [f"{one} {two} {three}" for one, two, three in zip(goods, rates, sums, strict=False)]
    mixed = "\n".join([*letter, *rows, *rates[3:], *sums[3:]])
    assert find(mixed, [*left, *items(240, 130, 14, rates), *items(360, 130, 14, sums)], 800) is None
    # one piece a line is no row of cells
    asides = [f"{one} {two}" for one, two in zip(rates, sums, strict=True)] + sums
    apart = [*left, *items(240, 130, 14, asides)]
    assert find("\n".join([*letter, *map(" ".join, zip(goods, asides, strict=False))]), apart, 800) is not None
