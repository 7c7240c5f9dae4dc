"""What every converter of a format promises, and how each kind of bad document is refused."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline_core.adapters.converters import formats, pdf, worker
from pipeline_core.adapters.converters.archive import check_expansion
from pipeline_core.adapters.converters.declared import page_hint
from pipeline_core.adapters.converters.llama_parse_result import UNITS
from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.converters.pages import PageText, assemble, storable
from pipeline_core.adapters.converters.pool import Limits, WorkerPool
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted, PageOutcome
from pipeline_core.domain.errors import (
    ConfigurationError,
    ConversionCrashedError,
    ConversionFailedError,
    ConversionTimeoutError,
    CorruptDocumentError,
    DocumentError,
    EmptyFileError,
    EncryptedDocumentError,
    LedgerError,
    NoTextError,
    ServiceUnavailableError,
    TooManyPagesError,
    UnexpectedError,
    UnsupportedTypeError,
)
from pipeline_core.domain.filetypes import FileType
from pipeline_core.ports.converter import Converter
from pipeline_core.settings import load_settings
from tests.paid_services.llama import llama_settings
from tests.paid_services.llama_protocol import add_llama_cloud
from tests.paid_services.server import PaidServer, serve
from tests.samples import legacy, office, pdfs
from tests.samples.office import HEADING, SENTENCE
from tests.support.database import copied_database

ROWS = [["Peril", "Limit"], ["Hail", "100"]]
TABLE = "| Peril | Limit |\n| --- | --- |\n| Hail | 100 |"
POLICY = pdfs.text(HEADING, SENTENCE, *pdfs.prose(12))


@pytest.fixture(scope="module")
def converter() -> Iterator[LocalConverter]:
    settings = load_settings(convert_workers=2, convert_timeout_s=60, max_pages=50, ocr=False)
    with closing(LocalConverter(settings)) as local:
        yield local


@pytest.fixture(scope="module")
def llama_parse(
    converter: LocalConverter, postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Converter]:
    """LlamaParse without a fallback, by the real client, from a server that reads what the local converter reads."""
    server = PaidServer()
    add_llama_cloud(server, converter)
    with copied_database(postgres_url, template_database) as url, serve(server):
        settings = load_settings(home=tmp_path_factory.mktemp("home"), database_url=url, max_pages=50)
        changes = llama_settings(server, converter_fallback="none", llama_parse_timeout_s=30, llama_parse_deadline_s=60)
        app = Pipeline(settings.model_copy(update=changes), local=converter)
        yield app.converter
        app.close()


@pytest.fixture(params=["converter", "llama_parse"], ids=["local", "llama-parse"])
def any_converter(request: pytest.FixtureRequest) -> Converter:
    """Each converter that there is: all keep the same promises."""
    found: Converter = request.getfixturevalue(request.param)
    return found


@dataclass(frozen=True)
class Sample:
    """A document of a format, what of it the markdown must hold, and how many of which pages."""

    kind: FileType
    data: bytes
    holds: tuple[str, ...]
    pages: int = 1
    unit: str = "document"


SAMPLES = [
    Sample(filetypes.MARKDOWN, f"# {HEADING}\r\n\r\n{SENTENCE}\r\n".encode(), (f"# {HEADING}\n\n{SENTENCE}\n",)),
    Sample(filetypes.TEXT, f"{HEADING}\n  {SENTENCE}\n".encode("utf-16"), (f"{HEADING}\n  {SENTENCE}\n",)),
    Sample(filetypes.CSV, "\n".join(";".join(row) for row in ROWS).encode("utf-16"), (TABLE,)),
    Sample(filetypes.PDF, pdfs.pdf(POLICY, pdfs.text("Claims", "x")), (f"# {HEADING}\n\n{SENTENCE}",), 2, "page"),
    Sample(filetypes.DOCX, office.docx_file(), (f"# {HEADING}\n\n{SENTENCE}", TABLE)),
    Sample(
        filetypes.PPTX, office.pptx_file((HEADING, SENTENCE), (), ("B",)), (f"## {HEADING}\n\n{SENTENCE}",), 3, "slide"
    ),
    Sample(filetypes.XLSX, office.xlsx_file(Tariff=ROWS, Empty=[]), (f"## Tariff\n\n{TABLE}",), 2, "sheet"),
    Sample(filetypes.HTML, office.html_file(), (f"# {HEADING}\n\n{SENTENCE}", TABLE, "Acme")),
    Sample(filetypes.ODT, office.odt_file(), (f"# {HEADING}\n\n{SENTENCE}",)),
    Sample(filetypes.ODS, office.ods_file(Tariff=ROWS), (f"## Tariff\n\n{TABLE}",), 1, "sheet"),
    Sample(filetypes.ODP, office.odp_file(SENTENCE, "Second slide"), (SENTENCE, "Second slide")),
    Sample(filetypes.RTF, office.rtf_file(), (f"{HEADING}\n\n{SENTENCE}",)),
    Sample(filetypes.EPUB, office.epub_file(), (f"# {HEADING}\n\n{SENTENCE}",)),
    Sample(filetypes.EML, office.eml_file(), (f"Subject: {HEADING}\nFrom: Clerk <clerk@example.org>", SENTENCE)),
    Sample(filetypes.MSG, legacy.msg_file(HEADING, SENTENCE), (f"Subject: {HEADING}\n\n{SENTENCE}",)),
    Sample(filetypes.DOC, legacy.doc_file(f"{HEADING}\n{SENTENCE}"), (f"{HEADING}\n\n{SENTENCE}",)),
    Sample(filetypes.XLS, legacy.xls_file("Tariff", ROWS), (f"## Tariff\n\n{TABLE}",), 1, "sheet"),
    Sample(filetypes.PPT, legacy.ppt_file(SENTENCE, "Second slide"), (SENTENCE, "Second slide")),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.kind.extensions[0])
def test_every_format(any_converter: Converter, sample: Sample) -> None:
    converter = any_converter
    name = f"sample.{sample.kind.extensions[0]}"
    converted = converter.convert(sample.data, filename=name, mime=sample.kind.mime)

    for text in sample.holds:
        assert text in converted.markdown
    assert storable(converted.markdown) == converted.markdown
    assert converted.markdown.encode("utf-8")
    assert "\r" not in converted.markdown

    pages = converted.page_map.pages
    unit = sample.unit if converter.name == "local" else UNITS.get(sample.kind, sample.unit)
    assert (len(pages), converted.page_map.unit) == (sample.pages, unit)
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert [page.char_from for page in pages] == [0, *(page.char_to for page in pages[:-1])]
    assert pages[-1].char_to == len(converted.markdown)
    assert converted.findings == ()

    again = converter.convert(sample.data, filename=name, mime=sample.kind.mime)
    assert again == converted


def test_every_type_has_a_sample_and_a_converter() -> None:
    kinds = [sample.kind for sample in SAMPLES]
    assert set(kinds) == set(filetypes.FILE_TYPES) == {row.kind for row in formats.FORMATS}
    assert len(kinds) == len(filetypes.FILE_TYPES) == len(formats.FORMATS)


def test_version_names_what_decides_the_markdown(converter: Converter) -> None:
    assert converter.name == "local"
    revision, *libraries = converter.version.split("+")
    assert revision.isdecimal()
    names = [library.partition("-")[0] for library in libraries]
    assert names == ["liteparse", "pypdfium2", "xberg", "selectolax", "xlfmt", "xlrd"]


# --- texts -----------------------------------------------------------------------------------------------


def test_text_is_kept_but_for_line_ends_and_nul(converter: Converter) -> None:
    text = "\ufeff# A\r\n\r\n\r\n\r\n  two  \r\nlone \ud800".encode("utf-16-le", "surrogatepass")
    converted = converter.convert("\ufeffa\0b  \r\nc\rd".encode("utf-16-le"), filename="a.txt", mime="text/plain")
    assert converted.markdown == "a\ufffdb  \nc\nd"
    with pytest.raises(CorruptDocumentError):  # a lone surrogate is half a character
        converter.convert(text, filename="a.md", mime="text/markdown")


def test_the_declared_type_decides_between_texts(any_converter: Converter) -> None:
    converter = any_converter
    data = b"<p>The deductible is <b>250</b> euros.</p>"
    as_text = converter.convert(data, filename="a", mime="text/plain")
    as_html = converter.convert(data, filename="a", mime="text/html; charset=utf-8")
    assert as_text.markdown == r"\<p>The deductible is \<b>250\</b> euros.\</p>"
    assert as_html.markdown == "The deductible is **250** euros.\n"


@pytest.mark.parametrize("data", [b" \n\t\n", b"\xef\xbb\xbf\n", b"\xef\xbb\xbf"])
def test_white_space_is_no_text(any_converter: Converter, data: bytes) -> None:
    with pytest.raises(EmptyFileError, match="white space"):
        any_converter.convert(data, filename="a.md", mime="text/markdown")


def test_small_texts_cost_little(converter: Converter) -> None:
    data = (f"# {HEADING}\n\n" + f"{SENTENCE}\n" * 200).encode()
    start = time.perf_counter()
    for _ in range(200):
        converter.convert(data, filename="a.md", mime="text/markdown")
    assert (time.perf_counter() - start) / 200 < 0.001  # measured: 0.03 ms


# --- pages -----------------------------------------------------------------------------------------------


def test_pages_of_a_pdf(converter: Converter) -> None:
    data = pdfs.pdf(POLICY, pdfs.scan, pdfs.blank, pdfs.stamped_scan, POLICY)
    converted = converter.convert(data, filename="a.pdf", mime="application/pdf")
    pages = converted.page_map.pages
    assert [page.outcome for page in pages] == [
        PageOutcome.TEXT,
        PageOutcome.IMAGE_ONLY,
        PageOutcome.BLANK,
        PageOutcome.TEXT,
        PageOutcome.TEXT,
    ]
    texts = [converted.markdown[page.char_from : page.char_to] for page in pages]
    assert texts[0].startswith(f"# {HEADING}")
    assert texts[1:4] == ["", "", "4711\n\n"]
    assert texts[4].startswith(f"# {HEADING}")
    (finding,) = converted.findings
    assert finding.code == "page_without_text"
    assert finding.severity == "warning"
    assert finding.numbers == {"pages": [2, 4], "total": 5}
    assert "Pages 2, 4 of 5" in finding.message
    assert "UPLOAD_PIPELINE_TESSDATA_PATH" in finding.message


def test_a_long_pdf_is_read_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "BATCH_PAGES", 3)
    data = pdfs.pdf(*[pdfs.text(f"Section {n}", *pdfs.prose(5)) for n in range(1, 9)], pdfs.blank, pdfs.scan)
    converted = pdf.convert(Source(data, "a.pdf", filetypes.PDF), ConvertOptions(max_pages=10))
    assert [page.outcome for page in converted.page_map.pages[7:]] == ["text", "blank", "image_only"]
    for number, page in enumerate(converted.page_map.pages[:8], start=1):
        assert f"# Section {number}\n" in converted.markdown[page.char_from : page.char_to]


def test_headings_on_top_of_pages_are_kept(converter: Converter) -> None:
    """They look like running headers to a converter that drops those."""
    data = pdfs.pdf(*(pdfs.text(f"Section {n}: Cover", *pdfs.prose(15)) for n in (1, 2, 3)))
    markdown = converter.convert(data, filename="a.pdf", mime="application/pdf").markdown
    assert [line for line in markdown.splitlines() if line.startswith("#")] == [
        "# Section 1: Cover",
        "# Section 2: Cover",
        "# Section 3: Cover",
    ]


def test_typed_numbers_of_slides_are_kept(converter: Converter) -> None:
    data = office.pptx_file((HEADING, "7. Seventh", "2024. Year", "250) Amount"))
    markdown = converter.convert(data, filename="a.pptx", mime=filetypes.PPTX.mime).markdown
    assert markdown == f"## {HEADING}\n\n7\\. Seventh\n\n2024\\. Year\n\n250\\) Amount"


def test_punctuation_is_escaped_only_where_it_would_be_a_mark(converter: Converter) -> None:
    text = r"5 < 6 & 7 > 2! #1 a_b * c [x] (y) ~z~ C:\path \(x\) `q`"
    converted = converter.convert(office.docx_file(text, "# no heading"), filename="a.docx", mime=filetypes.DOCX.mime)
    assert text in converted.markdown
    assert "\\# no heading" in converted.markdown


def test_punctuation_of_a_pdf_is_not_escaped(converter: Converter) -> None:
    line = r"The a_b and _c_ of 250* euros in C:\path cost *more* than 2 < 3 # [x](y)."
    converted = converter.convert(pdfs.pdf(pdfs.text(HEADING, line)), filename="a.pdf", mime="application/pdf")
    assert line in converted.markdown


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("", "utf-8"),
        ("", "cp1252"),
        ("", "utf-16"),
        ("windows-1252", "cp1252"),
        ("windows-1251", "cp1251"),
        ("iso-8859-1", "utf-8"),
        ("no-such-charset", "cp1252"),
    ],
)
def test_html_encodings(converter: Converter, declared: str, encoding: str) -> None:
    text = "Страховая компания" if encoding == "cp1251" else "Prämie für Straße – 5 €"
    meta = f'<meta charset="{declared}">' if declared else ""
    data = f"<!doctype html><html><head>{meta}</head><body><p>{text}</p></body></html>".encode(encoding)
    assert converter.convert(data, filename="a.html", mime="text/html").markdown == text + "\n"


def test_attachments_are_named(converter: Converter) -> None:
    converted = converter.convert(office.eml_file("terms.txt"), filename="a.eml", mime=filetypes.EML.mime)
    (finding,) = converted.findings
    assert (finding.code, finding.severity) == ("attachments_skipped", "warning")
    assert "terms.txt" in finding.message


def test_inline_images_do_not_swell_the_markdown(converter: Converter) -> None:
    data = b'<html><body><p>text <img alt="logo" src="data:image/png;base64,' + b"A" * 5000 + b'"></p></body></html>'
    assert len(converter.convert(data, filename="a.html", mime="text/html").markdown) < 50


def test_a_mislabelled_file_is_converted_and_said_so(converter: Converter) -> None:
    converted = converter.convert(office.html_file(), filename="a.pdf", mime="text/html")
    (finding,) = converted.findings
    assert (finding.code, finding.severity) == ("mislabelled", "info")
    assert SENTENCE in converted.markdown


def test_pages_tile_the_markdown() -> None:
    pages = [PageText("\n\none\r\ntwo\n"), PageText("", PageOutcome.BLANK), PageText("three \0 \udcff"), PageText("")]
    markdown, page_map = assemble(pages, "page")
    assert markdown == "one\ntwo\n\nthree \ufffd \ufffd"
    assert [(page.char_from, page.char_to) for page in page_map.pages] == [(0, 9), (9, 9), (9, 18), (18, 18)]


# --- refusals --------------------------------------------------------------------------------------------

PPTX = office.pptx_file((HEADING, SENTENCE))
DAMAGED_PPTX = PPTX[:60] + bytes([PPTX[60] ^ 0xFF]) + PPTX[61:]
REFUSALS: dict[str, tuple[bytes, type[DocumentError]]] = {
    "empty.pdf": (b"", EmptyFileError),
    "encrypted.pdf": (pdfs.encrypted(pdfs.pdf(POLICY), "secret"), EncryptedDocumentError),
    "encrypted.docx": (legacy.encrypted_ooxml(), EncryptedDocumentError),
    "encrypted.doc": (legacy.doc_file("text", encrypted=True), EncryptedDocumentError),
    "scanned.pdf": (pdfs.pdf(pdfs.scan, pdfs.scan), NoTextError),
    "blank.pdf": (pdfs.pdf(pdfs.blank), NoTextError),
    "header-only.pdf": (b"%PDF-1.7\n" + bytes(500), CorruptDocumentError),
    "truncated.docx": (office.docx_file()[:9000], CorruptDocumentError),
    "damaged.pptx": (DAMAGED_PPTX, CorruptDocumentError),
    "hollow.docx": (office.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": "<b"}), DocumentError),
    "empty.docx": (office.zipped({"[Content_Types].xml": "<a/>", "word/x.xml": "<b/>"}), DocumentError),
    "empty.html": (b"<html><body></body></html>", NoTextError),
    "empty.xlsx": (office.xlsx_file(Empty=[]), NoTextError),
    "long.pdf": (pdfs.pdf(*[pdfs.text("Page", "x")] * 51), TooManyPagesError),
    "photo.pdf": (b"\x89PNG\r\n\x1a\n" + bytes(30), UnsupportedTypeError),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(any_converter: Converter, name: str) -> None:
    data, error = REFUSALS[name]
    # a service may take a bad file and fail on it
    expected = error if any_converter.name == "local" else (error, ConversionFailedError)
    with pytest.raises(expected) as caught:
        any_converter.convert(data, filename=name, mime="application/octet-stream")
    assert name in str(caught.value)


def test_a_cut_off_pdf_is_repaired_and_said_so(converter: Converter) -> None:
    whole = pdfs.pdf(*[POLICY] * 6)
    converted = converter.convert(whole[: len(whole) * 3 // 4], filename="a.pdf", mime="application/pdf")
    assert SENTENCE in converted.markdown
    codes = [finding.code for finding in converted.findings]
    assert codes[0] == "repaired"
    assert "probably lost" in converted.findings[0].message
    outcomes = {page.outcome for page in converted.page_map.pages}
    assert PageOutcome.BLANK not in outcomes
    assert ("page_failed" in codes) is (PageOutcome.FAILED in outcomes)


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    bomb = office.zipped({"word/document.xml": b"\0" * (70 << 20)})
    with pytest.raises(CorruptDocumentError, match="ZIP bomb"):
        check_expansion(bomb, "a.docx")
    many = office.zipped({f"{n}": b"" for n in range(10_001)})
    with pytest.raises(CorruptDocumentError, match="10,001 entries"):
        check_expansion(many, "a.docx")
    check_expansion(office.docx_file(), "a.docx")


def test_no_page_may_go_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that drops a page in silence is found out."""
    real = pdf._batches

    def drop_one(*given: Any) -> Iterator[object]:
        for batch in real(*given):
            del batch.result.pages[1]
            yield batch

    monkeypatch.setattr(pdf, "_batches", drop_one)
    source = Source(pdfs.pdf(POLICY, POLICY, POLICY), "a.pdf", filetypes.PDF)
    with pytest.raises(LedgerError, match="3 pages; 2 were read"):
        pdf.convert(source, ConvertOptions(max_pages=10))


def test_tessdata_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TESSDATA_PATH"):
        LocalConverter(load_settings(tessdata_path=tmp_path))
    (tmp_path / "deu.traineddata").touch()
    (tmp_path / "eng.traineddata").touch()
    (tmp_path / "osd.traineddata").touch()
    assert LocalConverter(load_settings(tessdata_path=tmp_path)).version.endswith("+ocr-deu+eng")


# --- processes -------------------------------------------------------------------------------------------


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    workers = WorkerPool(2, Limits(512, 1.0))
    yield workers
    workers.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


Call = tuple[Callable[..., object], *tuple[object, ...]]
HANGS: list[Call] = [(time.sleep, 60), (re.match, r"(a+)+$", "a" * 60 + "b")]
DEATHS: list[Call] = [(os.abort,), (os._exit, 3)]


@pytest.mark.parametrize("call", HANGS, ids=["sleeping", "holding the interpreter lock"])
def test_a_hanging_conversion_is_killed(pool: WorkerPool, call: Call) -> None:
    pid = pool.call(os.getpid)
    start = time.monotonic()
    with pytest.raises(ConversionTimeoutError, match="longer than 1 seconds"):
        pool.call(*call)
    assert time.monotonic() - start < 20
    assert wait_for(lambda: not is_alive(pid))
    assert pool.call(os.getpid) != pid


@pytest.mark.parametrize("call", DEATHS, ids=["abort", "exit"])
def test_a_dead_worker_is_an_error_and_the_next_call_works(pool: WorkerPool, call: Call) -> None:
    with pytest.raises(ConversionCrashedError, match="exit status"):
        pool.call(*call)
    assert pool.call(os.getpid) > 0


def test_the_work_of_a_worker_that_was_killed_is_done_by_another(pool: WorkerPool) -> None:
    pid = pool.call(os.getpid)
    threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
    begun = time.monotonic()
    pool.call(time.sleep, 0.9)
    assert time.monotonic() - begun > 1.0
    assert pool.call(os.getpid) != pid


def test_a_worker_killed_while_idle_is_not_noticed(pool: WorkerPool) -> None:
    for pause in (0.0, 0.5):
        pid = pool.call(os.getpid)
        os.kill(pid, signal.SIGKILL)
        time.sleep(pause)
        assert pool.call(os.getpid) != pid


def test_one_crash_does_not_hurt_the_neighbour(pool: WorkerPool) -> None:
    results: list[object] = []
    neighbour = threading.Thread(target=lambda: results.append(pool.call(time.sleep, 0.6)))
    neighbour.start()
    time.sleep(0.2)
    with pytest.raises(ConversionCrashedError):
        pool.call(os.abort)
    neighbour.join()
    assert results == [None]


def test_memory_is_limited(pool: WorkerPool) -> None:
    with pytest.raises(MemoryError):
        pool.call(bytearray, 1 << 30)


def test_closing_ends_what_runs_and_leaves_nothing(pool: WorkerPool) -> None:
    pid = pool.call(os.getpid)
    threading.Timer(0.2, pool.close).start()
    with pytest.raises(ServiceUnavailableError):
        pool.call(time.sleep, 0.9)
    assert wait_for(lambda: not is_alive(pid))
    with pytest.raises(ServiceUnavailableError, match="closed"):
        pool.call(os.getpid)


def _dies_where_it_was_before() -> int:
    if os.environ.get("WORN"):
        os._exit(3)
    os.environ["WORN"] = "1"
    return os.getpid()


def _does_not_load_where_it_was_before() -> int:
    if os.environ.get("FULL"):
        raise ConfigurationError("The converter does not load: failed to map segment from shared object.")
    os.environ["FULL"] = "1"
    return os.getpid()


def _breaks_off_where_it_was_before() -> int:
    """As a Rust panic comes out of ``worker.run``."""
    if os.environ.get("WORN"):
        raise ConversionCrashedError("The converter crashed on a.pdf: no thread can be started.")
    os.environ["WORN"] = "1"
    return os.getpid()


def _breaks_off() -> None:
    raise ConversionCrashedError("The converter crashed on a.pdf: it is hostile.")


def test_native_code_that_broke_off_leaves_nothing_to_others() -> None:
    pool = WorkerPool(1, Limits(512, 30.0))
    try:
        assert pool.call(_breaks_off_where_it_was_before) != pool.call(_breaks_off_where_it_was_before)
        before = pool.call(os.getpid)
        with pytest.raises(ConversionCrashedError, match="hostile"):
            pool.call(_breaks_off)
        assert pool.call(os.getpid) != before
    finally:
        pool.close()


@pytest.mark.chaos
def test_what_dies_of_what_others_left_behind_is_done_in_a_fresh_process() -> None:
    pool = WorkerPool(1, Limits(512, 30.0))
    try:
        assert pool.call(_dies_where_it_was_before) != pool.call(_dies_where_it_was_before)
        assert pool.call(_does_not_load_where_it_was_before) != pool.call(_does_not_load_where_it_was_before)
        with pytest.raises(ConversionCrashedError, match="exit status 3"):
            pool.call(os._exit, 3)
    finally:
        pool.close()


PARENT = """
import os, sys, threading, time
from pipeline_core.adapters.converters.pool import Limits, WorkerPool
pool = WorkerPool(2, Limits(512, 60))
print(pool.call(os.getpid), flush=True)
import re
threading.Thread(target=pool.call, args=(re.match, "(a+)+$", "a" * 60 + "b"), daemon=True).start()
time.sleep(0.3)
print(pool.call(os.getpid), flush=True)
if "wait" in sys.argv:
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes under /proc")
@pytest.mark.parametrize("ending", ["kill", "exit"])
def test_workers_end_with_their_parent(ending: str) -> None:
    """Also the one that is stuck in native code. The script has no ``__main__`` guard and comes from stdin."""
    command = [sys.executable, "-", *(["wait"] if ending == "kill" else [])]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent:
        parent.stdin.write(PARENT)
        parent.stdin.close()
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        assert pids[0] != pids[1]
        if ending == "kill":
            parent.kill()
        parent.stdout.read()
    assert wait_for(lambda: not any(is_alive(pid) for pid in pids))


def fails_to_load(_source: Source, _options: ConvertOptions) -> Converted:
    raise ImportError("failed to map segment from shared object")


def panics(_source: Source, _options: ConvertOptions) -> Converted:
    raise type("PanicException", (BaseException,), {})("index out of bounds")


def stumbles(_source: Source, _options: ConvertOptions) -> Converted:
    raise KeyError("page")


def test_failures_inside_a_worker_are_named() -> None:
    source, options = Source(b"", "a.docx", filetypes.DOCX), ConvertOptions(max_pages=1)
    with pytest.raises(ConfigurationError, match="does not load") as caught:
        worker.run(fails_to_load, source, options)
    assert "UPLOAD_PIPELINE_CONVERT_MEMORY_MB" in str(caught.value)
    with pytest.raises(ConversionCrashedError, match=r"a\.docx: index out of bounds"):
        worker.run(panics, source, options)
    with pytest.raises(UnexpectedError, match="KeyError: 'page'"):
        worker.run(stumbles, source, options)


def test_texts_start_no_process() -> None:
    with closing(LocalConverter(load_settings(convert_workers=1, ocr=False))) as converter:
        converter.convert(b"text", filename="a.md", mime="text/markdown")
        assert [slot._pool for slot in converter._pool._slots] == [None]


@pytest.mark.parametrize(
    ("data", "kind", "pages"),
    [
        (office.pptx_file(("a",), ("b",)), filetypes.PPTX, 2),
        (office.xlsx_file(one=[["a"]], two=[["b"]], three=[["c"]]), filetypes.XLSX, 3),
        (office.zipped({"docProps/app.xml": "<Properties><Pages>17</Pages></Properties>"}), filetypes.DOCX, 17),
        (office.zipped({"meta.xml": '<meta:document-statistic meta:page-count="4"/>'}), filetypes.ODT, 4),
        (office.zipped({"docProps/app.xml": "<Pages>0</Pages>"}), filetypes.DOCX, None),
        (office.zipped({"word/document.xml": ""}), filetypes.DOCX, None),
        (office.zipped({"content.xml": ""}), filetypes.ODP, None),
        (b"PK\x03\x04 no archive", filetypes.DOCX, None),
        (b"\xd0\xcf\x11\xe0", filetypes.DOC, None),
    ],
)
def test_an_office_file_says_how_many_pages_it_has(data: bytes, kind: filetypes.FileType, pages: int | None) -> None:
    assert page_hint(data, kind) == pages


@pytest.mark.parametrize(
    ("name", "mime", "text"),
    [
        ("a.md", "text/markdown", "Words [one](javascript:a) and ![two](https://x.example/p.png) stay.\n"),
        (
            "a.html",
            "text/html",
            "<p>Words <a href='java&#10;script:a'>one</a> and <img src='//x.example/p.png' alt='two'> stay.</p>",
        ),
        (
            "a.eml",
            "message/rfc822",
            "From: a@x.example\nTo: b@x.example\nSubject: Words\nMIME-Version: 1.0\nContent-Type: text/html\n\n"
            "<p><a href='javascript:a'>one</a> and <img src='https://x.example/p.png' alt='two'> stay.</p>",
        ),
    ],
)
def test_links_to_code_and_remote_images_go(converter: LocalConverter, name: str, mime: str, text: str) -> None:
    converted = converter.convert(text.encode(), filename=name, mime=mime)
    assert "javascript" not in converted.markdown
    assert "x.example/p.png" not in converted.markdown
    assert all(word in converted.markdown for word in ("Words", "one", "two", "stay"))
