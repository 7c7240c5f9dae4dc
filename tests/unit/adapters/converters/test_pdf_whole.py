"""A PDF's markdown has every word that its readers see, and none that they do not."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from reportlab.lib.colors import white
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from pipeline_core.adapters.converters.pdf import convert
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.contiguity import Pages
from pipeline_core.domain.documents import Converted
from tests.samples.pdfs import Draw, blank, pdf, prose, scan, text

LINES = prose(8)
HIDDEN = "The hook must be greased every 30 days by the crew."


def converted(data: bytes, *, keep_hidden: bool = False) -> Converted:
    return convert(Source(data, "a.pdf", filetypes.PDF), ConvertOptions(max_pages=10, keep_hidden=keep_hidden))


def both(*draws: Draw) -> Draw:
    def draw(canvas: Canvas) -> None:
        for one in draws:
            one(canvas)

    return draw


def turned(degrees: float, *lines: str, at: tuple[float, float] = (297, 421), size: float = 11) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(*at)
        canvas.rotate(degrees)
        canvas.setFont("Helvetica", size)
        for index, line in enumerate(lines):
            canvas.drawString(-200, 150 - 16 * index, line)
        canvas.restoreState()

    return draw


@pytest.mark.parametrize("degrees", [90, 180, 270, 7, 30])
def test_a_turned_page_is_read_in_its_order(degrees: float) -> None:
    assert " ".join(LINES) in converted(pdf(turned(degrees, *LINES))).markdown


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_shown_turned_is_read_in_its_order(degrees: int) -> None:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(text("Lease", *LINES)))) as document:
        document.pages[0].obj.Rotate = degrees
        document.save(output)
    assert " ".join(LINES) in converted(output.getvalue()).markdown


def test_stamps_and_margins_stand_beside_the_text_that_they_cross() -> None:
    stamps = [
        turned(35, "CONFIDENTIAL", at=(280, 620), size=60),
        turned(-20, "RECEIVED 4 May", at=(500, 600)),
        turned(90, "Form 77-B edition 3", at=(170, 500), size=9),
        turned(270, "Printed in Oslo by the office", at=(425, 500), size=9),
    ]
    markdown = converted(pdf(both(text("Lease", *LINES), *stamps))).markdown
    assert " ".join(LINES) in markdown
    for stamp in ("CONFIDENTIAL", "RECEIVED 4 May", "Form 77-B edition 3", "Printed in Oslo by the office"):
        assert f"\n\n{stamp}" in markdown


def invisible(canvas: Canvas) -> None:
    writing = canvas.beginText(60, 500)
    writing.setTextRenderMode(3)
    writing.textOut(HIDDEN)
    canvas.drawText(writing)


def written_white(canvas: Canvas) -> None:
    canvas.setFillColor(white)
    canvas.drawString(60, 500, HIDDEN)


def tiny(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 0.4)
    canvas.drawString(60, 500, HIDDEN)


def beside_the_page(canvas: Canvas) -> None:
    canvas.drawString(700, 500, HIDDEN)


def covered(canvas: Canvas) -> None:
    canvas.drawString(60, 500, HIDDEN)
    canvas.rect(50, 490, 400, 30, fill=1)


@pytest.mark.parametrize("draw", [invisible, written_white, tiny, beside_the_page, covered])
def test_text_that_nobody_sees_is_left_out_and_told(draw: Draw) -> None:
    data = pdf(both(text("Lease", *LINES), draw))
    left_out = converted(data)
    assert HIDDEN not in left_out.markdown
    assert " ".join(LINES) in left_out.markdown
    assert [finding.code for finding in left_out.findings] == ["hidden_content"]
    kept = converted(data, keep_hidden=True)
    assert [finding.code for finding in kept.findings] == ["hidden_content"]


def test_the_text_of_a_scan_is_not_hidden() -> None:
    found = converted(pdf(both(scan, invisible)))
    assert HIDDEN in found.markdown
    assert not found.findings


def test_pages_without_text_are_no_trouble() -> None:
    assert " ".join(LINES) in converted(pdf(blank, scan, text("Lease", *LINES))).markdown


def test_white_letters_on_black_are_seen() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 490, 400, 30, fill=1)
        written_white(canvas)

    assert HIDDEN in converted(pdf(both(text("Lease", *LINES), draw))).markdown


def raised(size: float) -> Draw:
    def draw(canvas: Canvas) -> None:
        writing = canvas.beginText(60, 500)
        for part, rise in (("The mill makes 10", 0), ("-7", 5), (" bags of H", 0), ("2", -3), ("O.", 0)):
            writing.setFont("Helvetica", size if rise > 0 else 8 if rise else 11)
            writing.setRise(rise)
            writing.textOut(part)
        canvas.drawText(writing)

    return draw


@pytest.mark.parametrize("size", [6, 8, 11])
def test_raised_and_lowered_digits_join_no_number(size: float) -> None:
    assert "The mill makes 10⁻⁷ bags of H₂O." in converted(pdf(raised(size))).markdown


def test_a_form_is_read_with_what_is_filled_in() -> None:
    def draw(canvas: Canvas) -> None:
        form = canvas.acroForm
        canvas.drawString(60, 740, "Name:")
        form.textfield(name="name", value="Peter Stone", x=180, y=732, width=200, height=20)
        canvas.drawString(60, 620, "Flood is covered:")
        form.checkbox(name="flood", checked=True, x=220, y=616, size=16)
        form.checkbox(name="hail", checked=False, x=60, y=530, size=16)
        canvas.drawString(82, 534, "Hail is covered")

    markdown = converted(pdf(draw)).markdown
    assert markdown.count("Peter Stone") == 1
    for said in ("Name: Peter Stone", "Flood is covered: [x]", "[ ] Hail is covered"):
        assert said in markdown


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ((), "Cover that the tenant chose: [ ] Basic [x] Full [ ] None"),
        (("small", "large", "no cover"), "Cover that the tenant chose: [ ] small [x] large [ ] no cover"),
    ],
)
def test_a_button_of_several_says_what_it_stands_for(labels: tuple[str, ...], said: str) -> None:
    """By the words beside it; where there are none, by its own value."""

    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 740, "Cover that the tenant chose:")
        for at, value in enumerate(("Basic", "Full", "None")):
            canvas.acroForm.radio(name="cover", value=value, selected=value == "Full", x=240 + 90 * at, y=736, size=14)
        for at, label in enumerate(labels):
            canvas.drawString(258 + 90 * at, 740, label)

    assert said in converted(pdf(draw)).markdown


def test_signs_stay() -> None:
    def draw(canvas: Canvas) -> None:
        for index, line in enumerate(
            ["> 40 % of all tenants pay.", "- 15 °C is the lowest degree.", "Set <delay> to 20."]
        ):
            canvas.drawString(60, 700 - 60 * index, line)

    markdown = converted(pdf(draw)).markdown
    assert "\\> 40 %" in markdown
    assert "\\- 15 °C" in markdown
    assert "\\<delay>" in markdown


OLD_AND_NEW = "The cleaning fee is $310 $290 for each flat."


def stroke(canvas: Canvas, left: float, right: float, height: float) -> None:
    canvas.line(left, height, right, height)


def bar(canvas: Canvas, left: float, right: float, height: float) -> None:
    canvas.rect(left, height - 0.3, right - left, 0.6, stroke=0, fill=1)


Stroke = Callable[[Canvas, float, float, float], None]


def struck_out(how: Stroke, words: str) -> Draw:
    """A line through the words of the sentence, and lines where none strikes anything out."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 11)
        canvas.drawString(60, 500, OLD_AND_NEW)
        left = 60 + canvas.stringWidth(OLD_AND_NEW.partition(words)[0])
        how(canvas, left, left + canvas.stringWidth(words), 503.5)
        how(canvas, 60, 60 + canvas.stringWidth("The cleaning fee"), 498)  # under the words
        how(canvas, 60, 500, 515)  # a rule between lines
        canvas.drawString(60, 400, "Signed by")
        how(canvas, 110, 300, 403)  # behind a label

    return draw


def struck_out_in_a_comment(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 11)
    canvas.drawString(60, 500, OLD_AND_NEW)


def commented(data: bytes, kind: str, left: float, right: float, said: str) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        comment = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name(f"/{kind}"),
            Rect=[left, 497, right, 509],
            QuadPoints=[left, 509, right, 509, left, 497, right, 497],
            Contents=said,
        )
        document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(comment)])
        document.save(output)
    return output.getvalue()


@pytest.mark.parametrize("how", [stroke, bar])
@pytest.mark.parametrize("words", ["$310", "The cleaning fee is", OLD_AND_NEW])
def test_what_a_line_goes_through_is_struck_out(how: Stroke, words: str) -> None:
    markdown = converted(pdf(both(text("Lease", *LINES), struck_out(how, words)))).markdown
    assert OLD_AND_NEW.replace(words, f"~~{words}~~") in markdown.replace("~~.", ".~~")
    assert markdown.count("~~") == 2


def test_what_a_comment_strikes_out_is_struck_out_and_the_comment_is_told() -> None:
    data = pdf(both(text("Lease", *LINES), struck_out_in_a_comment))
    left = 60 + pdfmetrics.stringWidth("The cleaning fee is ", "Helvetica", 11)
    right = left + pdfmetrics.stringWidth("$310", "Helvetica", 11)
    found = converted(commented(data, "StrikeOut", left, right, "Too dear, Ann says."))
    assert "The cleaning fee is ~~$310~~ $290 for each flat." in found.markdown
    assert "Too dear" not in found.markdown
    [finding] = found.findings
    assert finding.code == "comments_left_out"
    assert "Too dear, Ann says." in finding.message


@pytest.mark.parametrize("draw", [turned(90, *LINES), both(text("Lease", *LINES), turned(35, "VOID", size=60))])
def test_all_that_is_read_stands_on_the_page(draw: Draw) -> None:
    found = converted(pdf(draw))
    pages = Pages(found.page_words)
    for quote in [*LINES, *found.markdown.split("\n\n")]:
        assert not pages.scattered(quote, 1, 1)
