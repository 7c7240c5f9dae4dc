"""Documents made to hang, to fill the memory or to crash: each ends as markdown or as a named error, in time.

The files stand next to the repository; where they are not, those that a few lines can make are used alone.
"""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.errors import (
    ConversionCrashedError,
    ConversionTimeoutError,
    CorruptDocumentError,
    DocumentError,
    EmptyFileError,
    EncryptedDocumentError,
    NoTextError,
    TooManyPagesError,
)
from pipeline_core.settings import load_settings
from tests.samples import office, pdfs
from tests.support.paths import SHARED

HOSTILE = SHARED / "hostile"
TIMEOUT_S = 4.0
TOO_SLOW_OR_LARGE = (ConversionTimeoutError, ConversionCrashedError)

# None: it is converted. Where it depends on the machine which limit is met first, either is right.
EXPECTED: dict[str, type[DocumentError] | tuple[type[DocumentError] | None, ...] | None] = {
    "bad_startxref.pdf": None,
    "big5000.pdf": (*TOO_SLOW_OR_LARGE, None),
    "billion_laughs.docx": None,
    "bomb_flate2x_2GB.pdf": TOO_SLOW_OR_LARGE,
    "bomb_xobject_1e9.pdf": TOO_SLOW_OR_LARGE,
    "deep_nest_1e6.pdf": None,
    "deep_tables.docx": CorruptDocumentError,
    "dense_300k_words.pdf": (*TOO_SLOW_OR_LARGE, None),
    "enc_r3-user-password.pdf": EncryptedDocumentError,
    "enc_r6-both-passwords.pdf": EncryptedDocumentError,
    "enc_r6-user-password.pdf": EncryptedDocumentError,
    "grid_2000x2000.pdf": None,
    "html_as.pdf": None,
    "huge_mediabox.pdf": None,
    "kids_200k_same.pdf": TooManyPagesError,
    "loop_xobject_self.pdf": None,
    "nested_list.html": NoTextError,
    "trunc.docx": CorruptDocumentError,
    "trunc30.pdf": None,
    "vector_200k_lines.pdf": TOO_SLOW_OR_LARGE,
    "zero.docx": EmptyFileError,
    "zipbomb_docx_2GB.docx": CorruptDocumentError,
}
LONG = {"big5000.pdf", "dense_300k_words.pdf", "vector_200k_lines.pdf"}
"""They keep a process busy to its deadline, as the bombs do, which are always tried."""
CUT_OFF = ("trunc70.pdf", "trunc95.pdf")
"""Most of 71 pages is there and is read: honest work, which may take its time where others work as well."""


@pytest.fixture(scope="module")
def converter() -> Iterator[LocalConverter]:
    settings = load_settings(convert_workers=1, convert_timeout_s=TIMEOUT_S, convert_memory_mb=1024, ocr=False)
    with closing(LocalConverter(settings)) as local:
        yield local


@pytest.fixture(autouse=True)
def survives(converter: LocalConverter) -> Iterator[None]:
    """Whatever a document did, the next one is converted."""
    yield
    after = converter.convert(pdfs.pdf(pdfs.text("Next", "Still here.")), filename="next.pdf", mime="")
    assert "Still here." in after.markdown


def convert(converter: LocalConverter, name: str) -> type[DocumentError] | None:
    path = HOSTILE / name
    if not path.exists():
        pytest.skip(f"{name} is not there: the hostile documents stand next to the repository")
    try:
        converted = converter.convert(path.read_bytes(), filename=name, mime="application/octet-stream")
    except DocumentError as error:
        return type(error)
    assert converted.markdown.strip()
    assert converted.page_map.pages[-1].char_to == len(converted.markdown)
    return None


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.chaos if name in LONG else ()) for name in EXPECTED]
)
def test_hostile_document(converter: LocalConverter, name: str) -> None:
    start = time.monotonic()
    outcome = convert(converter, name)
    assert time.monotonic() - start < TIMEOUT_S + 10
    expected = EXPECTED[name]
    assert outcome in (expected if isinstance(expected, tuple) else (expected,))


def test_what_is_left_of_a_file_that_was_cut_off_is_read() -> None:
    with closing(LocalConverter(load_settings(convert_workers=1, convert_memory_mb=1024, ocr=False))) as local:
        assert [convert(local, name) for name in CUT_OFF] == [None, None]


def test_every_hostile_document_is_expected() -> None:
    if not HOSTILE.is_dir():
        pytest.skip("the hostile documents stand next to the repository")
    assert {path.name for path in HOSTILE.iterdir()} == {*EXPECTED, *CUT_OFF}


def test_what_a_truncated_file_lost_is_counted(converter: LocalConverter) -> None:
    path = HOSTILE / "trunc30.pdf"
    if not path.exists():
        pytest.skip("the hostile documents stand next to the repository")
    converted = converter.convert(path.read_bytes(), filename=path.name, mime="application/pdf")
    outcomes = [page.outcome for page in converted.page_map.pages]
    assert len(outcomes) == 71
    assert outcomes.count(PageOutcome.TEXT) == 31
    assert outcomes.count(PageOutcome.FAILED) == 40
    # whole, page 27 loses no word; as it was cut off, one of its words is said to be out of place
    codes = [finding.code for finding in converted.findings]
    assert codes[:2] == ["repaired", "page_failed"]
    assert {*codes[2:]} <= {"text_missing_from_markdown"}
    assert "Pages 32-71" in converted.findings[1].message


# --- made here -------------------------------------------------------------------------------------------


def test_a_zip_whose_directory_lies_is_refused(converter: LocalConverter) -> None:
    """It says 1,000 bytes; 200 MB would come out."""
    body = b"<w:p><w:r><w:t>" + b"A" * (200 << 20) + b"</w:t></w:r></w:p>"
    data = bytearray(office.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": body}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(CorruptDocumentError):
        converter.convert(bytes(data), filename="lies.docx", mime="")


def test_a_swollen_sheet_is_refused(converter: LocalConverter) -> None:
    data = office.zipped({"[Content_Types].xml": "<a/>", "xl/workbook.xml": b" " * (70 << 20)})
    with pytest.raises(CorruptDocumentError, match="ZIP bomb"):
        converter.convert(data, filename="a.xlsx", mime="")


def test_very_deep_html_is_an_error_not_an_empty_result(converter: LocalConverter) -> None:
    data = b"<html><body>" + b"<div>" * 100_000 + b"text" + b"</div>" * 100_000
    with pytest.raises(NoTextError):
        converter.convert(data, filename="deep.html", mime="text/html")


def test_a_page_whose_letters_are_objects_by_themselves_takes_no_more_than_its_share() -> None:
    """Thousands of letters in a hundred columns: for each of them all others were gone through."""

    def letters(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 3)
        for at in range(15_000):
            row, column = divmod(at, 100)
            canvas.drawString(30 + column * 5.4, 800 - row * 5, "abcdefghij0123456789"[at * 7 % 20])

    source = Source(pdfs.pdf(letters), "letters.pdf", filetypes.PDF)
    start = time.process_time()
    converted = pdf.convert(source, ConvertOptions(max_pages=1))
    assert time.process_time() - start < 4  # about one second
    assert sum(map(str.isalnum, converted.markdown)) == 15_000
