"""No character of a PDF is lost without a word: letters of formulas, signs beyond U+FFFF, glyphs without a meaning."""

import io
import unicodedata

import pikepdf
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pipeline_core.adapters.converters.pdf import convert
from pipeline_core.adapters.converters.pdf_characters import StandIns, with_characters
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.ports.fact_generator import ChunkInput
from tests.samples.pdfs import pdf

SENTENCE = "Each site needs at least ", "n", " pumps, and the tank holds ", "k", " litres of oil when it is full."
MAP = b"1 begincodespacerange <00> <FF> endcodespacerange\n%s\nendcmap"


def converted(data: bytes) -> Converted:
    return convert(Source(data, "a.pdf", filetypes.PDF), ConvertOptions(max_pages=10, keep_hidden=False))


def formula(rows: bytes | None, *, differences: str = "", parts: tuple[str, ...] = SENTENCE) -> bytes:
    """A page whose every second part is set in a font with that map from codes to characters, or with other glyphs."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))

    def draw(canvas: Canvas) -> None:
        for line in range(3):
            words = canvas.beginText(60, 780 - 40 * line)
            for at, part in enumerate(parts):
                words.setFont("Vera" if at % 2 else "Helvetica", 10)
                words.textOut(part)
            canvas.drawText(words)

    with pikepdf.open(io.BytesIO(pdf(draw))) as document:
        fonts = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/ToUnicode" in one]
        for font in fonts:
            del font.ToUnicode
            if rows is not None:
                font.ToUnicode = document.make_stream(MAP % rows)
            if differences:
                names = [pikepdf.Name(f"/{name}") for name in differences.split()]
                font.Encoding = pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=[1, *names])
                font.FirstChar, font.LastChar, font.Widths = 1, 1, pikepdf.Array([600])
        page = document.pages[0]
        if differences:
            page.Contents.write(page.Contents.read_bytes().replace(b"(n) Tj", b"(\\001) Tj"))
        output = io.BytesIO()
        document.save(output)
    return output.getvalue()


@pytest.mark.parametrize(
    ("rows", "n", "k"),
    [
        (b"2 beginbfchar\n<6B> <D835DC58>\n<6E> <D835DC5B>\nendbfchar", "n", "k"),  # italic
        (b"1 beginbfrange\n<61> <7A> <D835DC1A>\nendbfrange", "n", "k"),  # bold, a whole row
        (b"1 beginbfrange\n<6B> <6E> [<D835DD5C> <0078> <0078> <D835DD5F>]\nendbfrange", "n", "k"),  # double-struck
        (b"1 beginbfchar <6E> <D835DF0B> endbfchar 1 beginbfchar <6B> <D835DEC0> endbfchar", "π", "Ω"),
        (b"2 beginbfchar\n<6B> <D83DDE00>\n<6E> <D840DC0B>\nendbfchar", "\U0002000b", "😀"),
        (b"2 beginbfchar\n<6B> <E800>\n<6E> <D83DDE00>\nendbfchar", "😀", "\ue800"),  # one that stands for itself
    ],
)
def test_letters_of_formulas_and_rare_signs_are_in_the_text(rows: bytes, n: str, k: str) -> None:
    result = converted(formula(rows))
    said = f"Each site needs at least {n} pumps, and the tank holds {k} litres of oil when it is full."
    assert result.markdown.count(said) == 3
    assert result.page_words is not None
    assert said in " ".join(run.text for run in result.page_words[1])
    assert "text_missing_from_markdown" not in {finding.code for finding in result.findings}


def test_a_glyph_that_nobody_knows_is_a_finding_and_its_sentence_no_fact() -> None:
    parts = "The limit is 20 ", "n", "g of lead per litre of water. The pumps are tested every 30 days by the crew."
    result = converted(formula(None, differences="G01", parts=parts))
    [finding] = [one for one in result.findings if one.code == "text_missing_from_markdown"]
    assert finding.subject == "page 1"
    facts = extract(ChunkInput(result.markdown, ()), 5).candidates
    assert [fact.statement for fact in facts] == ["The pumps are tested every 30 days by the crew."]


def test_a_glyph_with_a_name_of_its_own_is_no_unknown_one() -> None:
    parts = "The limit is 20 ", "n", "g of lead per litre of water."
    result = converted(formula(None, differences="mu", parts=parts))
    assert "20 µg of lead" in result.markdown.replace("μ", "µ")
    assert not [one for one in result.findings if one.code == "text_missing_from_markdown"]


@pytest.mark.parametrize(
    ("name", "said", "word"),
    [("f_i", b"<0069>", "conﬁdence"), ("fi", b"<0069>", "conﬁdence"), ("f_f_i.liga", b"<0066>", "conﬃdence")],
)
def test_a_ligature_that_is_named_by_one_of_its_letters_is_whole(name: str, said: bytes, word: str) -> None:
    data = formula(b"1 beginbfrange <00> <01> %b endbfrange 1 beginbfchar <01> %b endbfchar" % (said, said),
                   differences=name, parts=("Our con", "n", "dence is ten of ten."))  # fmt: skip
    markdown = unicodedata.normalize("NFKC", converted(data).markdown)
    assert unicodedata.normalize("NFKC", word) in markdown


def test_other_files_stay_as_they_are() -> None:
    plain = formula(b"2 beginbfchar\n<6B> <006B>\n<6E> <006E>\nendbfchar")
    for data in (plain, plain[:-200], b"%PDF-1.4\n/Font\n%%EOF", b""):
        assert with_characters(data, 1)[0] == data


def test_more_signs_than_can_be_stood_for_are_unknown_ones() -> None:
    stand_ins = StandIns()
    signs = "".join(map(chr, range(0x20000, 0x20000 + 3_000)))
    plain = stand_ins.plain(signs)
    assert len(plain) == len(signs)
    assert max(map(ord, plain)) <= 0xFFFF
    assert stand_ins.restored(plain)[:2_048] == signs[:2_048]
    assert set(stand_ins.restored(plain)[2_048:]) == {"\ue700"}
