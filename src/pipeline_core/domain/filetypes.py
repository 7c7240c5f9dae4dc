"""Detection of a file's real type from its bytes. The name only breaks ties between text formats."""

import codecs
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, cast

from pipeline_core.domain import ole2
from pipeline_core.domain.errors import (
    CorruptDocumentError,
    EmptyFileError,
    EncryptedDocumentError,
    UnsupportedTypeError,
)
from pipeline_core.domain.mapped import MappedFile
from pipeline_core.domain.text_encoding import damage_of_text, decode_text

Content = bytes | MappedFile


@dataclass(frozen=True, slots=True)
class FileType:
    """A format that is read. ``extensions`` have no dot, the usual one first."""

    mime: str
    extensions: tuple[str, ...]
    label: str
    is_text: bool = False
    """The file is characters: its name may break the tie between formats."""


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

PDF = FileType("application/pdf", ("pdf",), "PDF document")
DOCX = FileType(_OFFICE + "wordprocessingml.document", ("docx", "docm", "dotx"), "Word document")
PPTX = FileType(_OFFICE + "presentationml.presentation", ("pptx", "pptm", "ppsx"), "PowerPoint presentation")
XLSX = FileType(_OFFICE + "spreadsheetml.sheet", ("xlsx", "xlsm", "xltx"), "Excel workbook")
ODT = FileType(_ODF + "text", ("odt", "ott"), "OpenDocument text")
ODS = FileType(_ODF + "spreadsheet", ("ods", "ots"), "OpenDocument spreadsheet")
ODP = FileType(_ODF + "presentation", ("odp", "otp"), "OpenDocument presentation")
EPUB = FileType("application/epub+zip", ("epub",), "EPUB book")
DOC = FileType("application/msword", ("doc", "dot"), "Word 97-2003 document")
XLS = FileType("application/vnd.ms-excel", ("xls", "xlt"), "Excel 97-2003 workbook")
PPT = FileType("application/vnd.ms-powerpoint", ("ppt", "pps"), "PowerPoint 97-2003 presentation")
MSG = FileType("application/vnd.ms-outlook", ("msg",), "Outlook message")
RTF = FileType("application/rtf", ("rtf", "doc"), "Rich Text document")
EML = FileType("message/rfc822", ("eml",), "e-mail message", is_text=True)
HTML = FileType("text/html", ("html", "htm", "xhtml"), "HTML page", is_text=True)
MARKDOWN = FileType("text/markdown", ("md", "markdown", "mdown", "mkd"), "markdown text", is_text=True)
TEXT = FileType("text/plain", ("txt", "text"), "plain text", is_text=True)
CSV = FileType("text/csv", ("csv", "tsv", "tab"), "table as text", is_text=True)

_COMMON = (PDF, DOCX, PPTX, XLSX, HTML, MARKDOWN, TEXT, CSV)
_RARER = (ODT, ODS, ODP, RTF, EPUB, EML, MSG, DOC, XLS, PPT)
FILE_TYPES: tuple[FileType, ...] = _COMMON + _RARER
BY_MIME = {kind.mime: kind for kind in FILE_TYPES}


def detect(data: Content, filename: str) -> FileType:
    """The type of the file by its content.

    Raises:
        EmptyFileError: there are no bytes.
        EncryptedDocumentError: an office file that is protected with a password.
        CorruptDocumentError: it begins like a container that cannot be opened.
        UnsupportedTypeError: anything else; the message says what it is.
    """
    if not data:
        raise EmptyFileError(f"{filename} is empty.")
    for detector in _DETECTORS:
        kind = detector(data, filename)
        if kind is not None:
            return kind
    is_another = any(data.startswith(signature) for signature, _ in _OTHERS)
    if not is_another and (damage := damage_of_text(data if isinstance(data, bytes) else data[:])) is not None:
        raise CorruptDocumentError(
            f"{filename} {damage}: it is damaged or was cut off.", action="Save it again as UTF-8 text and upload that."
        )
    raise _unsupported(filename, _describe(data, filename))


def is_mislabelled(filename: str, kind: FileType) -> bool:
    """Returns whether the name's extension promises something else than the content.

    Plain text may be called anything that no other format claims (``.log``).
    """
    extension = _extension(filename)
    if not extension or extension in kind.extensions:
        return False
    if kind.is_text:
        return any(extension in other.extensions for other in FILE_TYPES if not other.is_text)
    return True


# --- text ------------------------------------------------------------------------------------------------

# Nothing that was read is tried another way: a page of comments would be read in 2^n ways.
_HTML_START = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+|(?><!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_HEADER_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]*):[ \t]")
_TRANSPORT_FIELDS = frozenset({"message-id", "mime-version", "received", "return-path", "delivered-to"})


def _text_type(data: Content, filename: str) -> FileType | None:
    text = decode_text(data if isinstance(data, bytes) else data[:])
    if text is None:
        return None
    if (promised := _promised(filename)) is not None and not _is_plain_text(data):
        # in some 8-bit encoding any bytes are characters
        raise _unsupported(filename, _not_as_promised(promised))
    head = text[:8192]
    if _HTML_START.match(head):
        return HTML
    if _is_message(head, filename):
        return EML
    extension = _extension(filename)
    return next((kind for kind in (MARKDOWN, HTML, CSV) if extension in kind.extensions), TEXT)


def _promised(filename: str) -> FileType | None:
    """The format of bytes that the name promises."""
    extension = _extension(filename)
    return next((kind for kind in FILE_TYPES if not kind.is_text and extension in kind.extensions), None)


def _is_plain_text(data: Content) -> bool:
    """Returns whether the bytes are characters beyond doubt: a text file that merely has the wrong name."""
    whole = data if isinstance(data, bytes) else data[:]
    if whole.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return sum(char.isprintable() or char.isspace() for char in (decode_text(whole) or "")) > len(whole) // 4
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_message(head: str, filename: str) -> bool:
    """RFC 5322: header fields up to the first empty line. Letters typed as text have From and Subject too,
    so a file not called ``.eml`` also needs a field that only a mail server writes."""
    block = re.split(r"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = [line for line in block.splitlines() if not line.startswith((" ", "\t"))]
    names = {match[1].lower() for line in lines if (match := _HEADER_FIELD.match(line))}
    by_name = _extension(filename) in EML.extensions
    return "from" in names and (by_name or not names.isdisjoint(_TRANSPORT_FIELDS))


def _extension(filename: str) -> str:
    stem, dot, extension = filename.rpartition(".")
    return extension.lower() if dot and stem else ""


# --- PDF and RTF -----------------------------------------------------------------------------------------


def _pdf_type(data: Content, _filename: str) -> FileType | None:
    # ISO 32000 readers accept the header within the first 1024 bytes; text about PDF has no objects in it.
    at = data.find(b"%PDF-", 0, 1024)
    return PDF if at == 0 or (at > 0 and b"endobj" in data) else None


def _rtf_type(data: Content, _filename: str) -> FileType | None:
    return RTF if data[:64].lstrip().startswith(b"{\\rtf") else None


# --- ZIP containers --------------------------------------------------------------------------------------

_MAX_DIRECTORY_BYTES = 4 << 20
_BY_FOLDER = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
)


def _zip_type(data: Content, filename: str) -> FileType | None:
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    end = data.rfind(b"PK\x05\x06")
    if end >= 0 and int.from_bytes(data[end + 12 : end + 16], "little") > _MAX_DIRECTORY_BYTES:
        raise CorruptDocumentError(f"{filename} is a ZIP container with far too many entries.")
    try:
        with zipfile.ZipFile(cast("IO[bytes]", data if isinstance(data, MappedFile) else io.BytesIO(data))) as archive:
            return _container_type(archive, filename)
    except _BROKEN_ZIP as error:
        raise CorruptDocumentError(
            f"{filename} begins like a ZIP container (DOCX, XLSX, PPTX, ODT, EPUB) but is damaged: {error}."
        ) from error


def _container_type(archive: zipfile.ZipFile, filename: str) -> FileType:
    names = set(archive.namelist())
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise EncryptedDocumentError(f"{filename} is a ZIP container protected with a password.")
    if "mimetype" in names:
        with archive.open("mimetype") as entry:
            declared = entry.read(128).decode("ascii", errors="replace").strip().removesuffix("-template")
        if "META-INF/manifest.xml" in names:
            with archive.open("META-INF/manifest.xml") as entry:
                if b"encryption-data" in entry.read(1 << 20):
                    raise EncryptedDocumentError(f"{filename} is protected with a password.")
        if declared in BY_MIME:
            return BY_MIME[declared]
    if "xl/workbook.bin" in names:
        raise _unsupported(filename, "an Excel binary workbook (XLSB)")
    if "[Content_Types].xml" in names:
        for folder, kind in _BY_FOLDER:
            if any(name.startswith(folder) for name in names):
                return kind
    for folder, kind in _BY_FOLDER:
        if any(name.startswith(folder) for name in names):
            raise CorruptDocumentError(
                f"{filename} has parts of a {kind.label}, but lacks [Content_Types].xml and so cannot be opened."
            )
    raise _unsupported(filename, "a ZIP archive")


# --- OLE2 containers: Word, Excel and PowerPoint 97-2003, Outlook, and encrypted OOXML --------------------

_BY_STREAM = (
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
    ("__properties_version1.0", MSG),
)
_ODD_BYTE = b"[" + b"".join(re.escape(bytes([value])) for value in range(1, 256, 2)) + b"]"
# [MS-DOC] FibBase.fEncrypted, [MS-XLS] FilePass right after BOF, [MS-PPT] CurrentUserAtom.headerToken
_PASSWORD_MARKS = {
    DOC: re.compile(rb"\xec\xa5[\xc0-\xc2]\x00.{7}" + _ODD_BYTE, re.DOTALL),
    XLS: re.compile(rb"\x09\x08\x10\x00\x00[\x05\x06]\x05\x00.{12}\x2f\x00", re.DOTALL),
    PPT: re.compile(rb"\xf6\x0f.{4}\x14\x00\x00\x00\xdf\xc4\xd1\xf3", re.DOTALL),
}


def _ole2_type(data: Content, filename: str) -> FileType | None:
    if not data.startswith(ole2.SIGNATURE):
        return None
    try:
        streams = set(ole2.top_streams(data))
    except (struct.error, IndexError, ValueError) as error:
        raise CorruptDocumentError(
            f"{filename} is an OLE2 container (DOC, XLS, PPT) that is cut off or damaged."
        ) from error
    if "EncryptedPackage" in streams:
        raise EncryptedDocumentError(f"{filename} is an office document protected with a password.")
    for stream, kind in _BY_STREAM:
        if stream in streams:
            mark = _PASSWORD_MARKS.get(kind)
            if mark is not None and mark.search(data):
                raise EncryptedDocumentError(f"{filename} ({kind.label}) is protected with a password.")
            return kind
    raise _unsupported(filename, "an OLE2 container without a document in it")


# --- the rest --------------------------------------------------------------------------------------------

_OTHERS = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
)


def _not_as_promised(promised: FileType) -> str:
    return f"neither a {promised.label}, as its name says, nor text"


def _describe(data: Content, filename: str) -> str:
    for signature, description in _OTHERS:
        if data.startswith(signature):
            return description
    import puremagic

    try:
        return f"a {puremagic.magic_string(data[:4096])[0].name}"
    except (puremagic.PureError, IndexError, ValueError):
        promised = _promised(filename)
        return "binary data" if promised is None else _not_as_promised(promised)


def _unsupported(filename: str, description: str) -> UnsupportedTypeError:
    return UnsupportedTypeError(f"{filename} is {description}, which is not a supported document type.")


Detector = Callable[[Content, str], FileType | None]
_DETECTORS: tuple[Detector, ...] = (_pdf_type, _zip_type, _ole2_type, _rtf_type, _text_type)
