"""Pages that show their text as pictures: read by OCR in the order in which people read, or named."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline_core.adapters.converters.local import LocalConverter, Work, read_scans
from pipeline_core.adapters.converters.ocr_data import find_ocr
from pipeline_core.adapters.converters.ocr_layout import in_order, markdown
from pipeline_core.adapters.converters.ocr_page import Line, ScannedPage, Word
from pipeline_core.adapters.converters.pages import PageText
from pipeline_core.adapters.converters.pdf_scans import Why, is_rubbish, taken_from_scans
from pipeline_core.domain.documents import Converted, Page, PageMap, PageOutcome
from pipeline_core.domain.errors import ConfigurationError, ConversionCrashedError, ConversionTimeoutError, NoTextError
from pipeline_core.settings import load_settings
from tests.samples import pdfs

NOTICE = (
    "The tenant must give notice in writing three months",
    "before the lease ends. A notice sent by electronic mail",
    "does not count, and a deposit of 1,200 euros is returned",
    "within thirty days after the keys were handed over.",
)
COLUMN = (
    "Dogs are allowed with",
    "the consent of all the",
    "neighbours in the house.",
    "Cats need no consent.",
)


@pytest.fixture(scope="module")
def converter() -> Iterator[LocalConverter]:
    with closing(LocalConverter(load_settings(convert_workers=1, convert_memory_mb=1024))) as local:
        yield local


def convert(converter: LocalConverter, *pages: pdfs.Draw) -> Converted:
    return converter.convert(pdfs.pdf(*pages), filename="lease.pdf", mime="application/pdf")


def flat(text: str) -> str:
    return " ".join(text.split())


def test_scans_among_text_pages_are_read_in_their_places(converter: LocalConverter) -> None:
    """One upright, one on its side, one on its head: each in reading order, with what the engine doubted."""
    pages = [pdfs.text("Lease", *pdfs.prose(4)), *(pdfs.printed(*NOTICE, turn=turn) for turn in (0, 90, 180))]
    converted = convert(converter, *pages, pdfs.photo)
    shown = converted.page_map.pages
    assert [page.outcome for page in shown] == [PageOutcome.TEXT] * 4 + [PageOutcome.IMAGE_ONLY]
    for page in shown[1:4]:
        assert flat(converted.markdown[page.char_from : page.char_to]) == " ".join(NOTICE)
        assert page.ocr_doubt is not None
        assert page.ocr_doubt < 0.1
    assert shown[0].ocr_doubt is None
    found = {finding.code: finding for finding in converted.findings}
    assert found["read_by_ocr"].numbers["pages"] == [2, 3, 4]
    assert found["page_without_text"].numbers["pages"] == [5]
    assert "OCR (eng) found no text" in found["page_without_text"].message
    assert "OCR" in converter.version.upper()
    assert converted.page_words is not None
    assert flat(" ".join(run.text for run in converted.page_words[2])) == " ".join(NOTICE)


def test_two_columns_are_read_one_after_the_other(converter: LocalConverter) -> None:
    left = ("Tenants give notice", "in time. The notice is", "sent by letter, and never", "by electronic mail.")
    text = flat(convert(converter, pdfs.printed(*left, column=COLUMN)).markdown)
    assert text == " ".join((*left, *COLUMN))


def test_only_so_many_pages_are_read(converter: LocalConverter) -> None:
    with closing(LocalConverter(load_settings(convert_workers=1, ocr_pages=1))) as local:
        converted = convert(local, pdfs.printed(*NOTICE), pdfs.printed(*NOTICE))
    codes = {finding.code: finding.numbers for finding in converted.findings}
    assert codes["too_many_scanned_pages"] == {"scanned": 2, "limit": 1}
    assert codes["page_without_text"]["pages"] == [2]


def test_without_the_extra_the_pages_and_what_to_install_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    with closing(LocalConverter(load_settings(convert_workers=1))) as local:
        assert "ocr" not in local.version
        [finding] = convert(local, pdfs.text("Lease", *pdfs.prose(4)), pdfs.printed(*NOTICE)).findings
        assert finding.numbers["pages"] == [2]
        assert "not read by OCR: it is not installed (pip install 'document-pipeline[ocr]')" in finding.message
        with pytest.raises(NoTextError, match="not read by OCR") as caught:
            convert(local, pdfs.printed(*NOTICE))
    assert "pip install 'document-pipeline[ocr]'" in caught.value.what_to_do


def test_data_without_the_extra_is_a_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "fra.traineddata").touch()
    settings = load_settings(tessdata_path=tmp_path)
    assert find_ocr(settings).languages == "fra"
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    with pytest.raises(ConfigurationError, match="not installed"):
        find_ocr(settings)
    assert not find_ocr(load_settings(tessdata_path=tmp_path, ocr=False)).is_on


def layered(text: str) -> pdfs.Draw:
    """A scan with a text layer that nobody sees, as scanners' software writes it."""

    def draw(canvas: Canvas) -> None:
        pdfs.printed(*NOTICE)(canvas)
        layer = canvas.beginText(60, 760)
        layer.setTextRenderMode(3)
        layer.setFont("Helvetica", 9)
        for at in range(0, len(text), 80):
            layer.textLine(text[at : at + 80])
        canvas.drawText(layer)

    return draw


def test_a_text_layer_of_rubbish_is_read_anew_and_a_good_one_stays(converter: LocalConverter) -> None:
    good = f"{' '.join(NOTICE)} "
    converted = convert(converter, layered("Tqe kbys xre ro bt retvrned iu wrltxng " * 8), layered(good * 2))
    first, second = converted.page_map.pages
    assert flat(converted.markdown[: first.char_to]) == " ".join(NOTICE)
    assert (first.ocr_doubt is not None, second.ocr_doubt) == (True, None)


# --- rubbish ----------------------------------------------------------------------------------------------

PROSE = {
    "en": "The keys are to be returned to the office on the last day of the lease, and all of the rooms must be clean.",
    "de": "Die Schlüssel sind am letzten Tag der Miete in das Büro zu bringen, und alle Zimmer müssen sauber sein.",
    "fr": "Les clés sont à remettre au bureau le dernier jour du bail, et toutes les pièces de la maison sont propres.",
    "pl": "Klucze należy oddać w biurze w ostatnim dniu najmu, a wszystkie pokoje muszą być czyste na ten dzień.",
    "ru": "Ключи следует вернуть в контору в последний день найма, и все комнаты должны быть чистыми и пустыми.",
}


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_text_is_no_rubbish(text: str) -> None:
    assert not is_rubbish(text * 3)


@pytest.mark.parametrize(
    "text",
    [
        "Tqe kbys xre ro bt retvrned",
        "Wkh nhbv duh wr eh uhwxuqhg",
        "\ue001\ue002\ue003 \ue004\ue005",
    ],
)
def test_a_layer_that_is_no_language_is_rubbish(text: str) -> None:
    assert is_rubbish(f"{text} " * 12)


def test_a_reading_stands_for_a_layer_only_if_it_is_sure_and_differs() -> None:
    pages = [PageText("Wkh nhbv duh wr eh uhwxuqhg"), PageText("the keys are to be returned"), PageText("Wkh nhbv duh")]
    read = "The keys are to be returned"
    scans = {1: ScannedPage(read, 0.05, ()), 2: ScannedPage(read, 0.05, ()), 3: ScannedPage(read, 0.6, ())}
    assert [*taken_from_scans(pages, dict.fromkeys(scans, Why.LAYER), scans)] == [1]


# --- the order of lines -----------------------------------------------------------------------------------


def line(text: str, x: float, y: float, *, paragraph: int = 1, sure: float = 95, height: float = 10) -> Line:
    words, at = [], x
    for word in text.split():
        words.append(Word(word, sure, (at, y, at + 6 * len(word), y + height)))
        at += 6 * len(word) + 4
    return Line(tuple(words), paragraph)


def test_a_line_cut_at_a_space_is_whole_again() -> None:
    lines = [
        line("either party may", 50, 100),
        line("end this contract", 149, 100, paragraph=2),
        line("at any time.", 50, 113),
    ]
    assert markdown(in_order(lines)) == "either party may end this contract at any time."


def test_line_numbers_of_a_draft_are_no_text() -> None:
    body = [line(f"sentence number {word} of the draft", 80, 100 + 14 * n) for n, word in enumerate("abcdef")]
    numbers = [line(str(n + 7), 40, 100 + 14 * n, paragraph=9) for n in range(6)]
    assert [one.text for one in in_order([*numbers, *body])] == [one.text for one in body]
    table = [line(str(2018 + n), 40, 100 + 14 * n) for n in range(3)]
    assert len(in_order([*table, *body[:3]])) == 6


def test_dirt_is_no_text_and_headings_and_items_are_marked() -> None:
    lines = [
        line("Deposits", 50, 40, height=18),
        line("Le Leal Ll", 50, 70, sure=12),
        line("They are paid:", 50, 90, paragraph=2),
        line("• in cash, or", 60, 104, paragraph=3),
        line("• by transfer.", 60, 118, paragraph=4),
    ]
    assert markdown(in_order(lines)) == "## Deposits\n\nThey are paid:\n\n- in cash, or\n\n- by transfer."


def row(y: float, *cells: tuple[str, float]) -> Line:
    return Line(tuple(word for text, x in cells for word in line(text, x, y).words), 1)


def test_rows_in_columns_are_a_table() -> None:
    lines = [
        line("Fees of the harbour", 50, 70),
        row(90, ("Boat", 50), ("Summer", 200), ("Winter", 300)),
        row(104, ("Dinghy ........", 50), ("40", 210), ("25", 310)),
        row(118, ("Yacht over 9 m", 50), ("380", 205), ("190", 305)),
        line("Fees are due in April of the year.", 50, 150),
    ]
    assert markdown(lines) == (
        "Fees of the harbour\n\n| Boat | Summer | Winter |\n| --- | --- | --- |\n| Dinghy | 40 | 25 |\n"
        "| Yacht over 9 m | 380 | 190 |\n\nFees are due in April of the year."
    )
    # what stands in no columns is none, and a first row of figures heads nothing
    assert "|" not in markdown([row(90, ("one", 50), ("two", 120)), row(104, ("three and more", 50), ("four", 180))])
    assert markdown([lines[2], lines[3], row(132, ("Raft", 50), ("9", 215), ("5", 315))]).startswith(
        "|  |  |  |\n| ---"
    )


# --- bounds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ConversionTimeoutError("slow"), ConversionCrashedError("dead")])
def test_a_page_that_cannot_be_read_takes_no_other_with_it(error: Exception) -> None:
    calls: list[tuple[int, ...]] = []

    def run(work: Work) -> dict[int, ScannedPage]:
        numbers = tuple(work.args[0])  # type: ignore[attr-defined]
        calls.append(numbers)
        if 3 in numbers:
            raise error
        return {number: ScannedPage("text", 0.0, ()) for number in numbers}

    assert [*read_scans(run, range(1, 7))] == [1, 2, 4, 5, 6]
    assert calls == [(1, 2, 3, 4), (1,), (2,), (3,), (4,), (5, 6)]


def test_doubt_travels_with_the_page_map() -> None:
    pages = PageMap((Page(1, 0, 10), Page(2, 10, 20, ocr_doubt=0.12), Page(3, 20, 30, ocr_doubt=0.3)))
    assert PageMap.from_json(pages.as_json()) == pages
    assert [pages.ocr_doubt(*span) for span in ((0, 5), (0, 12), (15, 25))] == [None, 0.12, 0.3]
    assert pages.as_json()["pages"][0] == [1, 0, 10, "text"]
