"""What a file is, by its bytes."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain import filetypes
from pipeline_core.domain.errors import (
    CorruptDocumentError,
    DocumentError,
    EmptyFileError,
    EncryptedDocumentError,
    UnsupportedTypeError,
)
from pipeline_core.domain.filetypes import FileType, detect, is_mislabelled
from pipeline_core.domain.text_encoding import decode_text
from tests.samples import legacy, office, pdfs

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
GERMAN = "Die Prämie für Großschäden beträgt 5 €, außer bei Hagel.\n"
MAIL_HEAD = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Claim\r\n"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (pdfs.pdf(pdfs.blank), "a.pdf", filetypes.PDF),
        (b"\n\njunk\n" + pdfs.pdf(pdfs.blank), "a.pdf", filetypes.PDF),
        (office.docx_file(), "a.docx", filetypes.DOCX),
        (office.pptx_file(("Title", "text")), "a.pptx", filetypes.PPTX),
        (office.xlsx_file(Tariff=[["a"]]), "a.xlsx", filetypes.XLSX),
        (office.odt_file(), "a.odt", filetypes.ODT),
        (office.ods_file(Tariff=[["a"]]), "a.ods", filetypes.ODS),
        (office.odp_file("text"), "a.odp", filetypes.ODP),
        (office.epub_file(), "a.epub", filetypes.EPUB),
        (office.rtf_file(), "a.rtf", filetypes.RTF),
        (office.eml_file(), "a.eml", filetypes.EML),
        (legacy.doc_file("text"), "a.doc", filetypes.DOC),
        (legacy.xls_file("Tariff", [["a"]]), "a.xls", filetypes.XLS),
        (legacy.ppt_file("text"), "a.ppt", filetypes.PPT),
        (legacy.msg_file("Subject", "text"), "a.msg", filetypes.MSG),
        # HTML by its first tag, or by its name if it is a fragment
        (office.html_file(), "a", filetypes.HTML),
        (b"<?xml version='1.0'?><!-- x -->\n<HTML lang=de><body>", "a", filetypes.HTML),
        (b"<p>fragment</p>", "a.htm", filetypes.HTML),
        (b"<p>fragment</p>", "a.txt", filetypes.TEXT),
        # text by its name only
        (b"# Title\n", "a.md", filetypes.MARKDOWN),
        (b"# Title\n", "a.MARKDOWN", filetypes.MARKDOWN),
        (b"# Title\n", "a.txt", filetypes.TEXT),
        (b"# Title\n", "README", filetypes.TEXT),
        (b"a;b\n", "a.csv", filetypes.CSV),
        (b"the header %PDF-1.4 begins each file", "a.txt", filetypes.TEXT),
        # a message needs more than a sender, unless its name says so
        (MAIL_HEAD + b"MIME-Version: 1.0\r\n\r\nhello", "a.txt", filetypes.EML),
        (MAIL_HEAD + b"\r\nhello", "a.eml", filetypes.EML),
        (MAIL_HEAD + b"\r\nhello", "a.txt", filetypes.TEXT),
    ],
)
def test_type_by_content(data: bytes, name: str, kind: FileType) -> None:
    assert detect(data, name) == kind
    assert detect(data, name + ".exe" if kind.is_text is False else name) == kind


@pytest.mark.parametrize(
    ("data", "name", "error", "message"),
    [
        (b"", "a.pdf", EmptyFileError, "a.pdf is empty."),
        (PNG, "photo.pdf", UnsupportedTypeError, "photo.pdf is a PNG image, which is not a supported document type."),
        (b"7z\xbc\xaf\x27\x1c" + bytes(30), "a.docx", UnsupportedTypeError, "7-Zip"),
        (office.zipped({"a.txt": "text"}), "a.docx", UnsupportedTypeError, "is a ZIP archive"),
        (office.zipped({"xl/workbook.bin": b"x"}), "a.xlsb", UnsupportedTypeError, "XLSB"),
        (legacy.ole2({"Anything": b"x"}), "a.doc", UnsupportedTypeError, "OLE2"),
        (bytes(range(256)) * 8, "a.txt", UnsupportedTypeError, "binary data"),
        (b"MZ\0 a program that looks like text", "evil.exe", UnsupportedTypeError, "evil.exe is a Windows program"),
        (b"text with a \0 in it", "a.txt", CorruptDocumentError, "text with 1 NUL byte in it"),
        (office.docx_file()[:5000], "a.docx", CorruptDocumentError, "is damaged"),
        (legacy.doc_file("text")[:600], "a.doc", CorruptDocumentError, "damaged"),
        (legacy.encrypted_ooxml(), "a.docx", EncryptedDocumentError, "password"),
        (legacy.doc_file("text", encrypted=True), "a.doc", EncryptedDocumentError, "password"),
        (legacy.xls_file("T", [["a"]], encrypted=True), "a.xls", EncryptedDocumentError, "password"),
        (legacy.ppt_file("text", encrypted=True), "a.ppt", EncryptedDocumentError, "password"),
        (office.odt_file(encrypted=True), "a.odt", EncryptedDocumentError, "password"),
    ],
)
def test_refusals_say_why(data: bytes, name: str, error: type[DocumentError], message: str) -> None:
    with pytest.raises(error) as caught:
        detect(data, name)
    assert message in caught.value.message


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(office.zipped({"word/document.xml": "x", "[Content_Types].xml": "x"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(EncryptedDocumentError):
        detect(bytes(data), "a.docx")


def test_only_streams_of_the_root_decide() -> None:
    """Not the names of streams in embedded objects, which stand elsewhere in the file."""
    data = legacy.doc_file("text") + "Workbook".encode("utf-16-le")
    assert detect(data, "a.doc") == filetypes.DOC


def test_a_directory_of_absurd_size_is_not_read() -> None:
    data = bytearray(office.zipped({"a": "b"}))
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = (5 << 20).to_bytes(4, "little")
    with pytest.raises(CorruptDocumentError, match="far too many"):
        detect(bytes(data), "a.docx")


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a.pdf", filetypes.PDF, False),
        ("a.PDF", filetypes.PDF, False),
        ("a", filetypes.PDF, False),
        (".pdf", filetypes.PDF, False),
        ("a.docx", filetypes.PDF, True),
        ("a.bin", filetypes.PDF, True),
        ("a.docm", filetypes.DOCX, False),
        ("a.doc", filetypes.RTF, False),  # Word saves RTF under this name
        ("a.log", filetypes.TEXT, False),
        ("a.md", filetypes.TEXT, False),
        ("a.pdf", filetypes.TEXT, True),
        ("a.pdf", filetypes.HTML, True),
    ],
)
def test_mislabelled(name: str, kind: FileType, expected: bool) -> None:
    assert is_mislabelled(name, kind) is expected


@pytest.mark.parametrize(
    "data",
    [
        GERMAN.encode(),
        codecs.BOM_UTF8 + GERMAN.encode(),
        codecs.BOM_UTF16_LE + GERMAN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + GERMAN.encode("utf-32-le"),
        GERMAN.encode("utf-16-le"),
        GERMAN.encode("utf-16-be"),
        GERMAN.encode("cp1252"),
    ],
)
def test_text_encodings(data: bytes) -> None:
    assert decode_text(data) == GERMAN


def test_other_encodings_are_guessed() -> None:
    text = "Страховая компания возмещает ущерб при наступлении страхового случая.\n" * 20
    assert decode_text(text.encode("cp1251")) == text


def test_one_broken_byte_does_not_garble_the_rest() -> None:
    data = (GERMAN * 10).encode()
    assert decode_text(data + b"\xe4 end") == GERMAN * 10 + "\ufffd end"


def outcome(data: bytes, name: str) -> str:
    """The label or the refusal; any other exception fails the test."""
    try:
        return detect(data, name).label
    except DocumentError as error:
        return error.message


@given(st.binary(max_size=400), st.sampled_from(["a.pdf", "a.docx", "a.doc", "a.md", "a"]))
def test_any_bytes_are_named_or_refused(data: bytes, name: str) -> None:
    for prefix in (
        b"",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"%PDF-",
        b"{\\rtf",
    ):
        assert outcome(prefix + data, name)


@given(st.data())
def test_damaged_containers_are_named_or_refused(data: st.DataObject) -> None:
    """Flipping a byte of a real container never raises anything else."""
    for sample in SAMPLES:
        at = data.draw(st.integers(0, min(len(sample), 2048) - 1))
        damaged = sample[:at] + bytes([data.draw(st.integers(0, 255))]) + sample[at + 1 :]
        assert outcome(damaged, "a.doc")


SAMPLES = (legacy.doc_file("text"), office.odt_file(), office.xlsx_file(T=[["a"]]))


def test_every_type_has_its_own_name() -> None:
    assert len(filetypes.BY_MIME) == len(filetypes.FILE_TYPES)
    first = [kind.extensions[0] for kind in filetypes.FILE_TYPES]
    assert len(set(first)) == len(first)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("data", "name", "answer"),
    [
        (b"<!---->" * 1000 + b"Text.", "a.md", "markdown text"),
        (b"<!-- note -->\n" * 500 + b"<html>", "a.md", "HTML page"),
        (b"<?xml ?>" * 1000 + b"Text.", "a.md", "markdown text"),
        (b" " * (8 << 20) + b"Text.", "a.md", "markdown text"),
    ],
    ids=["comments", "comments-of-a-page", "declarations", "spaces"],
)
def test_telling_the_type_takes_no_longer_than_reading(data: bytes, name: str, answer: str) -> None:
    """It is done where the file arrives, with no deadline."""
    assert outcome(data, name) == answer


def test_sectors_of_no_real_size_are_not_followed() -> None:
    """Of 8 bytes, a few megabytes of them would be followed for seconds."""
    data = bytearray(legacy.doc_file("text"))
    data[30:32] = (3).to_bytes(2, "little")
    with pytest.raises(CorruptDocumentError, match="damaged"):
        detect(bytes(data), "a.doc")


@pytest.mark.parametrize("extension", ["docx", "pptx", "xlsx", "pdf", "odt", "epub", "doc"])
def test_bytes_of_no_text_under_the_name_of_a_container_are_refused(extension: str) -> None:
    with pytest.raises(UnsupportedTypeError, match="as its name says"):
        detect(bytes([0xFF, 0xFE - 1]) * 4 + b"\xff" * 400, f"report.{extension}")


def test_text_under_the_name_of_a_container_is_read_as_text() -> None:
    assert detect("Die Prämie ist fällig.".encode(), "report.docx") == filetypes.TEXT
