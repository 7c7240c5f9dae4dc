"""Tables of PDF pages: whole rows, whole cells, no prose among them, and no word lost or said twice."""

import time
from collections import Counter
from types import SimpleNamespace

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.pdf_tables.grid import grids
from pipeline_core.adapters.converters.pdf_tables.open_tables import open_tables
from pipeline_core.adapters.converters.pdf_tables.placing import Piece, pieces, put
from pipeline_core.adapters.converters.pdf_tables.rules import Rule, Rules
from pipeline_core.adapters.converters.pdf_tables.table import Table
from pipeline_core.adapters.converters.pdf_tables.words import PageText
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from tests.samples import pdfs

TARIFF = (
    ("No.", "What is covered", "Basic", "Full", "Excess"),
    ("1.1", "Water that leaks from a pipe within the\nbuilding, and the search for the leak", "yes", "yes", "150"),
    ("1.2", "Hail", "", "yes", "250"),
    ("1.3", "Theft from a cellar that was locked, if it\nis reported in two days and a list is\nmade", "", "yes", "90"),
    ("1.4", "Glass of windows and doors", "yes", "yes", "75"),
)  # fmt: skip
AT = (60.0, 95.0, 330.0, 380.0, 430.0)
WHOLE = [" ".join(" ".join(row).split()) for row in TARIFF]


def _converted(*pages: pdfs.Draw) -> str:
    source = Source(pdfs.pdf(*pages), "table.pdf", filetypes.PDF)
    converted = pdf.convert(source, ConvertOptions(max_pages=50))
    assert not converted.findings
    return converted.markdown


def _rows(markdown: str) -> list[list[str]]:
    rows = [line for line in markdown.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def _filled(markdown: str) -> list[list[str]]:
    return [row for row in _rows(markdown) if any(row)]


def _said(rows: list[list[str]]) -> list[str]:
    return [" ".join(filter(None, row)) for row in rows]


BEFORE = "The tariff of this year is as follows, and holds for all flats of the house."
AFTER = "The tariff ends here, and what it does not name is not covered by it in any flat."
ABOVE = pdfs.text("Tariff", BEFORE)
BELOW = pdfs.columns((AFTER,), at=(60,), top=400)
_YS = [715.0, 693, 661, 641, 597, 577]
TABLES = {
    "lines about every cell": pdfs.grid([55.0, 90, 325, 375, 425, 480], _YS),
    "a line below the header": pdfs.level(694, start=55, end=480),
    "lines above, within and below": pdfs.level(713, 694, 580, start=55, end=480),
    "no line at all": pdfs.blank,
}


@pytest.mark.parametrize("drawn", TABLES.values(), ids=TABLES)
def test_rows_of_several_lines_are_whole(drawn: pdfs.Draw) -> None:
    markdown = _converted(pdfs.together(ABOVE, pdfs.columns(*TARIFF, at=AT), drawn, BELOW))
    rows = _filled(markdown)
    assert _said(rows) == WHOLE
    assert {len(row) for row in rows} == {5}
    assert rows[2] == ["1.2", "Hail", "", "yes", "250"]
    outside = [line for line in markdown.splitlines() if line and not line.startswith("|")]
    assert len(outside) == 3  # heading, what is above, what is below


@pytest.mark.parametrize("drawn", TABLES.values(), ids=TABLES)
def test_no_word_is_lost_or_said_twice(drawn: pdfs.Draw) -> None:
    markdown = _converted(pdfs.together(ABOVE, pdfs.columns(*TARIFF, at=AT), drawn, BELOW))
    words = Counter(" ".join(WHOLE).split())
    words += Counter(f"Tariff {BEFORE} {AFTER}".split())
    assert Counter(word for word in markdown.split() if word.strip("#|-")) == words


def test_a_table_that_goes_on_has_all_its_columns_and_no_new_header() -> None:
    xs = [235.0, 278, 312, 360]
    flats = [(f"Flat {n}", f"${n}0", f"${n}000") for n in range(1, 41)]
    pages = []
    for header, part in ((("Flat", "Rent", "Value"), flats[:25]), (None, flats[25:])):
        rows = [*([header] if header else []), *part]
        lines = [713.0 - 20 * at for at in range(len(rows) + 1)]
        pages.append(pdfs.together(pdfs.columns(*rows, at=[x + 6 for x in xs[:3]]), pdfs.grid(xs, lines)))
    rows = _rows(_converted(*pages))
    assert [row for row in rows if any(row)] == [["Flat", "Rent", "Value"], *map(list, flats)]
    assert ["", "", ""] in rows[26:]  # the first row of page 2 is no header


def test_cells_that_span_columns_are_not_cut() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for x, y, words in (
            (70, 700, "Substance"), (210, 700, "Threshold for any release"), (210, 680, "to air"),
            (280, 680, "to water"), (350, 680, "to land"), (70, 660, "Ammonia"), (210, 660, "10"),
            (280, 660, "20"), (350, 660, "30"),
            (70, 640, "Benzene"), (210, 640, "11"), (280, 640, "21"), (350, 640, "31"),
        ):  # fmt: skip
            canvas.drawString(x, y, words)
        for y in (714, 674, 654, 634):
            canvas.line(60, y, 400, y)
        canvas.line(200, 694, 400, 694)
        for x in (60, 200, 400):
            canvas.line(x, 634, x, 714)
        for x in (270, 340):
            canvas.line(x, 634, x, 694)

    rows = _filled(_converted(pdfs.together(ABOVE, draw)))
    assert rows[0] == ["Substance", "Threshold for any release", "", ""]
    assert ["Ammonia", "10", "20", "30"] in rows
    assert ["Benzene", "11", "21", "31"] in rows


def test_rows_of_colour_are_rows() -> None:
    def draw(canvas: Canvas) -> None:
        for at, row in enumerate((("Year", "Cases"), ("2019", "426"), ("2020", "365"), ("2021", "285"))):
            for x, cell in zip((100, 200), row, strict=True):
                canvas.setFillColorRGB(*((0.8, 0.9, 1) if at % 2 else (0.5, 0.6, 1)))
                canvas.rect(x, 600 - 20 * at, 100, 20, stroke=0, fill=1)
                canvas.setFillColorRGB(0, 0, 0)
                canvas.drawString(x + 10, 606 - 20 * at, cell)

    rows = _filled(_converted(pdfs.together(ABOVE, draw)))
    assert rows == [["Year", "Cases"], ["2019", "426"], ["2020", "365"], ["2021", "285"]]


PROSE = (
    "Every tenant keeps the stairs clean and tells the",
    "owner of any damage that he sees in the house or",
    "in the yard, at the latest on the following day of",
    "work. The owner mends what is broken, unless it is",
    "the tenant who broke it, and writes down the cost.",
)


def _justified(canvas: Canvas, x: float = 60, width: float = 440) -> None:
    """Lines whose words stand far apart, so that each fills the line."""
    canvas.setFont("Helvetica", 11)
    for at, line in enumerate(PROSE * 3):
        words = line.split()
        free = width - sum(canvas.stringWidth(word) for word in words)
        place = x
        for word in words:
            canvas.drawString(place, 600 - 14 * at, word)
            place += canvas.stringWidth(word) + free / (len(words) - 1)


def _in_two_columns(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 10)
    for x in (60, 320):
        for at, line in enumerate(PROSE * 4):
            canvas.drawString(x, 640 - 12 * at, line)
    canvas.line(60, 660, 540, 660)


def _chart(canvas: Canvas) -> None:
    """Bars with their labels, which stand in columns."""
    canvas.setFont("Helvetica", 9)
    canvas.line(100, 300, 100, 520)
    canvas.line(100, 300, 480, 300)
    for at, (name, high) in enumerate((("North", 120), ("South", 180), ("East", 90), ("West", 150))):
        canvas.rect(130 + 90 * at, 300, 40, high, fill=1)
        canvas.drawString(135 + 90 * at, 285, name)
        canvas.drawString(140 + 90 * at, 306 + high, str(high))
        canvas.drawString(70, 300 + 45 * at, str(45 * at))


@pytest.mark.parametrize("draw", [_justified, _in_two_columns, _chart])
def test_what_is_no_table_is_none(draw: pdfs.Draw) -> None:
    assert not _rows(_converted(pdfs.together(pdfs.text("House rules", "The house has rules for all."), draw)))


def test_many_lines_are_a_drawing() -> None:
    level = tuple(Rule(at * 3.0, 0, 3000) for at in range(1000))
    assert grids(Rules(level, level)) == []


def test_code_below_a_table_keeps_both_its_fences() -> None:
    def block(kind: str, **said: object) -> SimpleNamespace:
        parts = {"text": None, "header": None, "rows": None, "lines": None, "bbox": None, **said}
        return SimpleNamespace(kind=kind, **parts)

    blocks = [block("paragraph", text="Run this:"), block("code", lines=["make all", "make test"])]
    found = pieces("Run this:\n\n```sh\nmake all\nmake test\n```\n", blocks)  # type: ignore[arg-type]
    assert found is not None
    assert [piece.text for piece in found] == ["Run this:\n\n", "```sh\nmake all\nmake test\n```\n"]


def test_a_table_takes_its_own_words_out_of_a_paragraph_and_no_others() -> None:
    def line(y: float, *parts: tuple[float, str]) -> list[SimpleNamespace]:
        boxes = [SimpleNamespace(x=x, y=y, width=6.0 * len(text), height=10.0, text=text) for x, text in parts]
        return [SimpleNamespace(**vars(box), words=[box]) for box in boxes]

    items = [
        *line(100, (60, "Of the sites (n = 217) few are new.")),
        *line(130, (60, "Sites"), (120, "n ="), (160, "%")),
        *line(150, (60, "Ports"), (120, "60"), (160, "28")),
    ]
    text = PageText(items)  # type: ignore[arg-type]
    rows = (("Sites", "n =", "%"), ("Ports", "60", "28"))
    table = Table(Box(50, 125, 200, 165), rows, tuple(text.words[1:]), (50, 110, 150, 200))
    page = Piece("Of the sites (n = 217) few are new. Sites *n =* % Ports 60 28\n\n", Box(50, 90, 300, 165))
    placed = put([page], text, table)
    assert placed is not None
    assert placed[0].text.strip() == "Of the sites (n = 217) few are new."


def test_a_page_full_of_words_in_columns_does_not_take_long() -> None:
    def box(x: float, y: float, text: str) -> SimpleNamespace:
        return SimpleNamespace(x=x, y=y, width=4.0, height=2.0, text=text)

    items = []
    for y in range(150):
        words = [box(14.0 * column, 3.0 * y, str(y * column)) for column in range(40)]
        items.append(SimpleNamespace(**{**vars(words[0]), "text": " ".join(word.text for word in words)}, words=words))
    text = PageText(items)  # type: ignore[arg-type]
    rules = Rules(tuple(Rule(3.0 * y + 2.5, 0, 600) for y in range(150)))
    started = time.process_time()
    assert list(open_tables(text, rules, []))
    assert time.process_time() - started < 10  # it takes one second; before it was bounded, minutes


def test_what_one_row_alone_parts_is_no_column() -> None:
    """A row of two remarks a cell, between names and texts that each reach over both."""
    names, texts = ("Attack", "Weakness", "Impact"), ("Anyone can try.", "Few look for it.", "All data is read.")

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for row, y in ((names, 700), (texts, 660)):
            for at, words in enumerate(row):
                canvas.drawString(66 + 160 * at, y, words)
        for at, words in enumerate(("Easy", "Level 3", "Common", "Found 2", "Severe", "For all")):
            canvas.drawString(66 + 80 * at, 680, words)
        for y in (714, 694, 674, 654):
            canvas.line(60, y, 540, y)
        for at in range(4):
            canvas.line(60 + 160 * at, 654, 60 + 160 * at, 714)
        for at in range(3):
            canvas.line(140 + 160 * at, 674, 140 + 160 * at, 694)

    rows = [row for row in _rows(_converted(pdfs.together(ABOVE, draw, BELOW))) if any(row)]
    assert rows == [list(names), ["Easy; Level 3", "Common; Found 2", "Severe; For all"], list(texts)]


@pytest.mark.parametrize(
    "parted",
    [
        pytest.param((680.0, 660.0), id="two rows of figures under a name"),
        pytest.param((680.0,), id="the only columns there are"),
    ],
)
def test_columns_of_several_rows_or_of_the_whole_table_stay(parted: tuple[float, ...]) -> None:
    sides = (60.0, 300.0, 540.0) if len(parted) == 2 else (60.0, 540.0)
    walls = (180.0, 420.0) if len(parted) == 2 else (300.0,)
    level = tuple(Rule(y, 60, 540) for y in (640.0, 660.0, 680.0, 700.0))
    upright = tuple(Rule(x, 640, 700) for x in sides)
    upright += tuple(Rule(x, y, y + 20) for y in parted for x in walls)
    assert [grid.columns for grid in grids(Rules(level, upright))] == [len(sides) - 1 + len(walls)]


def test_a_header_that_stands_again_begins_another_table() -> None:
    """Sections of a standard: a heading in letters of the same size, the same header, a line below it."""
    sections = (("Doors", ("1", "Doors are locked.", "A"), ("2", "Keys are counted.", "B")),
                ("Windows", ("1", "Windows are shut at night.", "A"), ("2", "Bars are checked.", "C")),
                ("Roof", ("1", "No ladder stays outside.", "B")))  # fmt: skip
    at = (66.0, 100.0, 330.0)

    def draw(canvas: Canvas) -> None:
        y = 700.0
        for name, *rows in sections:
            canvas.setFont("Helvetica-Bold", 10)
            canvas.drawString(66, y, f"{name} of the house")
            canvas.setFont("Helvetica", 10)
            y -= 20
            for row in (("#", "Rule", "Level"), *rows):
                for x, words in zip(at, row, strict=True):
                    canvas.drawString(x, y, words)
                if row[0] == "#":
                    canvas.line(60, y - 4, 480, y - 4)
                y -= 15
            y -= 9

    markdown = _converted(draw)
    tables = [_rows(part) for part in markdown.split("of the house")[1:]]
    assert [table for table in tables if table] == [
        [["\\#", "Rule", "Level"], *map(list, rows)] for _, *rows in sections
    ]


def test_a_label_that_goes_on_beside_texts_that_go_on_is_of_the_same_row() -> None:
    rows = (
        ("Control", "What was done", "Outcome"),
        ("Check of the", "The lists of all the houses", "Two of the nine lists had"),
        ("lists", "were read by two persons", "an entry that was wrong"),
        ("Visits at", "Each of the flats was seen", "No flat was found in such"),
        ("night", "at ten and at two o'clock", "a state that it had to be"),
    )
    drawn = pdfs.level(713, 694, 612, start=55, end=420)
    markdown = _converted(pdfs.together(ABOVE, pdfs.columns(*rows, at=(60.0, 135.0, 280.0)), drawn))
    assert [row[0] for row in _filled(markdown)] == ["Control", "Check of the lists", "Visits at night"]
