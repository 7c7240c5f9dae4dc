"""Hostile documents that are made here: each has its own error with what to do, or its own finding. None vanishes."""

import io
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docx
import pytest
from PIL import Image

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.domain.documents import Converted, PageOutcome
from pipeline_core.domain.errors import (
    CorruptDocumentError,
    DocumentError,
    EmptyFileError,
    EncryptedDocumentError,
    NoTextError,
    TooManyPagesError,
    UnsupportedTypeError,
)
from pipeline_core.domain.findings import Severity
from pipeline_core.settings import load_settings
from tests.samples import hostile, legacy, office, pdfs
from tests.samples.office import HEADING, SENTENCE

TIMEOUT_S = 20
DOCX, XLSX = office.docx_file(), office.xlsx_file(Tariff=[["Peril", "Limit"], ["Hail", "100"]], Other=[["Fire", "7"]])
PPTX = office.pptx_file(("One", SENTENCE), ("Two", "second"), ("Three", "third"), ("Four", "fourth"))
POLICY = hostile.policy_pdf()


@pytest.fixture(scope="module")
def converter() -> Iterator[LocalConverter]:
    settings = load_settings(
        convert_workers=1, convert_timeout_s=TIMEOUT_S, convert_memory_mb=1024, max_pages=300, ocr=False
    )
    with closing(LocalConverter(settings)) as local:
        yield local


def convert(converter: LocalConverter, name: str, data: bytes) -> Converted:
    start = time.monotonic()
    try:
        return converter.convert(data, filename=name, mime="application/octet-stream")
    finally:
        assert time.monotonic() - start < TIMEOUT_S


# --- refused: the class, what the message says, and what the reader is told to do ------------------------

REFUSED: dict[str, tuple[bytes, type[DocumentError], str, str]] = {
    "password.pdf": (pdfs.encrypted(POLICY, "x"), EncryptedDocumentError, "protected with a password", "Remove the"),
    "password.docx": (legacy.encrypted_ooxml(), EncryptedDocumentError, "protected with a password", "Remove the"),
    "password.xlsx": (legacy.encrypted_ooxml(), EncryptedDocumentError, "protected with a password", "Remove the"),
    "empty.pdf": (b"", EmptyFileError, "is empty", "add it again"),
    "empty.md": (b"", EmptyFileError, "is empty", "add it again"),
    "spaces.txt": (b" \n\t\r\n", EmptyFileError, "only white space", "add it again"),
    "scan.pdf": (pdfs.pdf(pdfs.scan, pdfs.scan), NoTextError, "only images (2 pages)", "TESSDATA_PATH"),
    "blank.pdf": (pdfs.pdf(pdfs.blank), NoTextError, "its only page is blank", "Upload the filled"),
    "bomb.docx": (hostile.zip_bomb("word/document.xml"), CorruptDocumentError, "ZIP bomb", "save or export"),
    "bomb.xlsx": (hostile.zip_bomb("xl/workbook.xml"), CorruptDocumentError, "ZIP bomb", "save or export"),
    "cut.docx": (DOCX[: len(DOCX) // 2], CorruptDocumentError, "damaged", "save or export"),
    "cut.xlsx": (XLSX[:-30], CorruptDocumentError, "damaged", "save or export"),
    "junk.docx": (b"PK\x03\x04" + b"junk" * 100, CorruptDocumentError, "damaged", "save or export"),
    "no-body.docx": (
        hostile.without(DOCX, "word/document.xml"), CorruptDocumentError, "word/document.xml", "save or export",
    ),
    "no-types.docx": (
        hostile.without(DOCX, "[Content_Types].xml"), CorruptDocumentError, "[Content_Types].xml", "save or export",
    ),
    "no-workbook.xlsx": (
        hostile.without(XLSX, "xl/workbook.xml"), CorruptDocumentError, "xl/workbook.xml", "save or export",
    ),
    "no-sheets.xlsx": (
        hostile.without(XLSX, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"),
        CorruptDocumentError, "xl/worksheets/sheet1.xml", "save or export",
    ),
    "no-slide.pptx": (
        hostile.without(office.pptx_file((HEADING, SENTENCE)), "ppt/slides/slide1.xml"),
        CorruptDocumentError, "ppt/slides/slide1.xml", "save or export",
    ),
    "many.pptx": (
        office.pptx_file(*[(f"Slide {n}", SENTENCE) for n in range(301)]), TooManyPagesError, "301 slides", "MAX_PAGES",
    ),
    "nul.txt": (f"{SENTENCE}\0{SENTENCE}".encode(), CorruptDocumentError, "1 NUL byte ", "UTF-8"),
    "nul.html": (f"<html><body><p>{SENTENCE}\0\0</p>".encode(), CorruptDocumentError, "2 NUL bytes ", "UTF-8"),
    "nothing-but-nul.md": (bytes(100), CorruptDocumentError, "nothing but NUL bytes", "UTF-8"),
    "half-a-character.txt": (SENTENCE.encode("utf-16") + b"x", CorruptDocumentError, "UTF-16", "UTF-8"),
    "program.pdf": (b"MZ" + bytes(range(256)) * 4, UnsupportedTypeError, "a Windows program", "Save it as PDF"),
    "deep.html": (
        b"<html><body>" + b"<div>" * 5000 + SENTENCE.encode(), NoTextError, "nested", "Save the page",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_what_to_do(converter: LocalConverter, name: str) -> None:
    data, kind, says, action = REFUSED[name]
    with pytest.raises(DocumentError) as caught:
        convert(converter, name, data)
    assert type(caught.value) is kind
    assert name in caught.value.message
    assert says in caught.value.message
    assert action in caught.value.what_to_do


# --- converted, and what is missing or odd is said --------------------------------------------------------

FOUND: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    # name: (file, the findings with their severities)
    "pdf.docx": (POLICY, [("mislabelled", "info")]),
    "text.pdf": (SENTENCE.encode(), [("mislabelled", "info")]),
    "docx.pdf": (DOCX, [("mislabelled", "info")]),
    "pdf-then-zip.pdf": (POLICY + office.zipped({"a.txt": "x" * 2000}), [("polyglot", "warning")]),
    "pdf-then-docx.pdf": (POLICY + DOCX, [("polyglot", "warning"), ("repaired", "warning")]),
    "docx-then-pdf.docx": (DOCX + POLICY, [("polyglot", "warning")]),
    "html-then-pdf.pdf": (office.html_file() + b"\n" + POLICY, [("polyglot", "warning"), ("repaired", "warning")]),
    "utf16.txt": (SENTENCE.encode("utf-16"), []),
    "utf16be.md": (SENTENCE.encode("utf-16-be"), []),
    "cut.pdf": (hostile.policy_pdf(6)[: len(hostile.policy_pdf(6)) // 2], [("repaired", "warning"),
                                                                           ("page_failed", "warning")]),
    "no-styles.docx": (hostile.without(DOCX, "word/styles.xml", "docProps/app.xml"), []),
    "lost-slide.pptx": (hostile.without(PPTX, "ppt/slides/slide2.xml"), [("converter_warning", "critical")]),
    "nested.html": (hostile.nested_html(240), []),
    "too-deep.html": (hostile.nested_html(5000, text="Lost.", after=SENTENCE), [("nested_too_deep", "critical")]),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_converted_with_findings(converter: LocalConverter, name: str) -> None:
    data, findings = FOUND[name]
    converted = convert(converter, name, data)
    assert SENTENCE in converted.markdown
    assert [(finding.code, finding.severity.value) for finding in converted.findings] == findings
    assert converted.page_map.pages[-1].char_to == len(converted.markdown)


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "section"])
def test_text_in_elements_nested_as_deep_as_real_pages_have_them_is_kept(converter: LocalConverter, tag: str) -> None:
    converted = convert(converter, "a.html", hostile.nested_html(200, tag))
    assert "".join(SENTENCE.split()) in "".join(converted.markdown.replace(">", "").split())
    assert converted.findings == ()


def test_what_was_nested_too_deep_is_quoted(converter: LocalConverter) -> None:
    [finding] = convert(converter, "a.html", hostile.nested_html(300)).findings
    assert finding.severity is Severity.CRITICAL
    assert SENTENCE in finding.message
    assert finding.numbers == {"passages": 1, "depth": 250}


def test_unclosed_elements_are_not_taken_for_nested_ones(converter: LocalConverter) -> None:
    rows = "".join(f"<tr><td>Row {n}<td>{n} euros<p>one<p>two" for n in range(400))
    items = "".join(f"<li>Item {n}<br><img src=x>" for n in range(400))
    converted = convert(converter, "a.html", f"<html><body><table>{rows}</table><ul>{items}</ul>".encode())
    assert converted.findings == ()
    assert "Item 399" in converted.markdown


@pytest.mark.parametrize("missing", [2, 4])
def test_a_lost_slide_keeps_its_number(converter: LocalConverter, missing: int) -> None:
    converted = convert(converter, "a.pptx", hostile.without(PPTX, f"ppt/slides/slide{missing}.xml"))
    pages = converted.page_map.pages
    expected = [PageOutcome.FAILED if n == missing else PageOutcome.TEXT for n in (1, 2, 3, 4)]
    assert [page.outcome for page in pages] == expected
    assert "third" in converted.markdown[pages[2].char_from : pages[2].char_to]


def test_a_lost_sheet_is_a_failed_page(converter: LocalConverter) -> None:
    converted = convert(converter, "a.xlsx", hostile.without(XLSX, "xl/worksheets/sheet1.xml"))
    pages = converted.page_map.pages
    assert [page.outcome for page in pages] == [PageOutcome.FAILED, PageOutcome.TEXT]
    [finding] = converted.findings
    assert finding.severity is Severity.CRITICAL
    assert "Tariff" in finding.message


@pytest.mark.parametrize("count", [100_000, pytest.param(1_000_000, marks=pytest.mark.chaos)])
def test_very_many_empty_rows_are_passed_over(converter: LocalConverter, count: int) -> None:
    rows = hostile.cell_at(1, "A", "Peril") + hostile.cell_at(2, "A", "Hail") + hostile.EMPTY_ROW * count
    converted = convert(converter, "a.xlsx", hostile.with_sheet(XLSX, rows))
    assert converted.markdown.startswith("## Tariff\n\n| Peril |\n| --- |\n| Hail |")
    assert len(converted.markdown) < 200
    assert converted.findings == ()


def test_lines_that_stand_alone_on_a_sheet_are_paragraphs(converter: LocalConverter) -> None:
    rows = hostile.cell_at(1, "A", "Peril") + hostile.cell_at(5_000, "A", "Hail") + hostile.cell_at(9_000, "A", "Fire")
    markdown = convert(converter, "a.xlsx", hostile.with_sheet(XLSX, rows)).markdown
    assert "## Tariff\n\nPeril\n\nHail\n\nFire\n" in markdown


def test_cells_a_million_rows_apart_are_read(converter: LocalConverter) -> None:
    rows = hostile.cell_at(1, "A", "Peril") + hostile.cell_at(1_048_576, "XFD", "Hail")
    converted = convert(converter, "a.xlsx", hostile.with_sheet(XLSX, rows))
    assert "## Tariff\n\nPeril\n\nHail\n" in converted.markdown
    assert converted.findings == ()


def test_a_table_of_too_many_empty_cells_is_a_failed_page(converter: LocalConverter) -> None:
    """One cell in each row, each in a column of its own."""
    columns = [f"{a}{b}{c}" for a in "ABC" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    cells = (hostile.cell_at(n, column, "Hail and fire") for n, column in enumerate(columns * 2, start=1))
    converted = convert(converter, "a.xlsx", hostile.with_sheet(XLSX, b"".join(cells)))
    assert [page.outcome for page in converted.page_map.pages] == [PageOutcome.FAILED, PageOutcome.TEXT]
    [finding] = converted.findings
    assert finding.severity is Severity.CRITICAL
    assert "“Tariff” (a table of 4,055 rows and 2,028 columns)" in finding.message


def test_as_many_slides_as_allowed(converter: LocalConverter) -> None:
    converted = convert(converter, "a.pptx", office.pptx_file(*[(f"Slide {n}", SENTENCE) for n in range(300)]))
    assert len(converted.page_map.pages) == 300
    assert converted.markdown.count(SENTENCE) == 300


# --- OCR --------------------------------------------------------------------------------------------------


def test_tesseract_data_that_does_not_work_is_named(tmp_path: Path) -> None:
    """Nothing is read with it, so nothing may pass for read: neither a whole scan nor one page of a document."""
    (tmp_path / "eng.traineddata").write_bytes(b"not a model")
    settings = load_settings(
        convert_workers=1, convert_timeout_s=TIMEOUT_S, convert_memory_mb=1024, tessdata_path=tmp_path
    )
    with closing(LocalConverter(settings)) as converter:
        with pytest.raises(NoTextError) as caught:
            convert(converter, "scan.pdf", pdfs.pdf(pdfs.scan))
        assert "OCR (eng)" in caught.value.message
        assert "TESSDATA_PATH" in caught.value.what_to_do
        converted = convert(converter, "mixed.pdf", pdfs.pdf(hostile.POLICY, pdfs.scan))
    [finding] = converted.findings
    assert finding.code == "page_without_text"
    assert "OCR (eng)" in finding.message


def test_without_ocr_the_reader_is_told_where_to_get_it(converter: LocalConverter) -> None:
    with pytest.raises(NoTextError) as caught:
        convert(converter, "scan.pdf", pdfs.pdf(pdfs.scan))
    for part in ("UPLOAD_PIPELINE_TESSDATA_PATH", "eng.traineddata", "tesseract-ocr/tessdata_fast"):
        assert part in caught.value.what_to_do


def test_a_picture_in_an_office_document_is_no_text(converter: LocalConverter) -> None:
    picture, output = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(picture, "PNG")
    document = docx.Document()
    document.add_picture(io.BytesIO(picture.getvalue()))
    document.save(output)
    with pytest.raises(NoTextError) as caught:
        convert(converter, "photo.docx", output.getvalue())
    assert "OCR" in caught.value.what_to_do
