"""ZIP containers (DOCX, XLSX, ODT, EPUB and the like): their size before they are unpacked, and parts they lack."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from pipeline_core.adapters.converters.source import Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.errors import CorruptDocumentError, DocumentError, NoTextError
from pipeline_core.domain.findings import Finding, Severity

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
"""What reading a damaged container, or a damaged part of one, raises."""
MAX_UNPACKED_BYTES = 512 << 20
MAX_ENTRIES = 10_000
# Deflate shrinks office XML 10 to 50 times; what shrank 200 times is nothing but repetition.
MAX_RATIO = 200
RATIO_MATTERS_FROM = 64 << 20


def check_expansion(data: bytes, filename: str) -> None:
    """Refuse a container that says itself that it would fill the memory.

    Reads the directory only. A directory that lies is stopped by the worker's memory limit instead.

    Raises:
        CorruptDocumentError: it declares too many bytes or entries.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sizes = [entry.file_size for entry in archive.infolist()]
    except zipfile.BadZipFile as error:
        raise CorruptDocumentError(f"{filename} is a damaged ZIP container: {error}.") from error
    total = sum(sizes)
    swollen = total > RATIO_MATTERS_FROM and total > MAX_RATIO * len(data)
    if total > MAX_UNPACKED_BYTES or swollen or len(sizes) > MAX_ENTRIES:
        raise CorruptDocumentError(
            f"{filename} looks like a ZIP bomb: {len(data):,} bytes would unpack to {total:,} bytes "
            f"in {len(sizes):,} entries (at most {MAX_UNPACKED_BYTES:,} bytes, {MAX_ENTRIES:,} entries)."
        )


_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"(Type|Target|TargetMode)=\"([^\"]*)\"")
# Relations to what readers read; styles, themes, thumbnails and the like may be missing without a loss.
_TEXT_TYPES = frozenset(
    ["officeDocument", "slide", "notesSlide", "worksheet", "sharedStrings", "header", "footer", "footnotes", "endnotes"]
)


def missing_parts(source: Source) -> list[str]:
    """Names of parts with text that relationships (ECMA-376 part 2, 9) point to and that are not there, sorted."""
    if source.kind not in (filetypes.DOCX, filetypes.PPTX, filetypes.XLSX):
        return []
    with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        names = archive.namelist()
        there = {name.casefold() for name in names}
        missing = set()
        for name in names:
            folder, file = posixpath.split(name)
            if folder.endswith("_rels") and file.endswith(".rels"):
                base = posixpath.dirname(folder)
                text = archive.read(name).decode("utf-8", errors="replace")
                missing |= {target for target in _targets(text, base) if target.casefold() not in there}
    return sorted(missing)


def _targets(relationships: str, base: str) -> set[str]:
    found = set()
    for relation in _RELATION.findall(relationships):
        of = dict(_ATTRIBUTE.findall(relation))
        if of.get("TargetMode") != "External" and of.get("Type", "").rpartition("/")[2] in _TEXT_TYPES:
            found.add(posixpath.normpath(posixpath.join("/", base, unquote(of.get("Target", "")))).lstrip("/"))
    return found


def parts_lost(lost: Sequence[str]) -> Finding:
    """``lost`` says of each part which it is, and why it is not in the result."""
    return Finding(
        "converter_warning",
        Severity.CRITICAL,
        f"Parts of the document are missing: {'; '.join(lost[:5])}. Open it in the program that made it, repair or "
        "remove what is named, save it and upload that.",
        {"warnings": len(lost)},
    )


def refusal(source: Source, lost: Sequence[str], findings: Iterable[Finding] = ()) -> DocumentError:
    """The error of a file in which no text was found: it lacks parts, ``lost`` them, hides its text, or has none."""
    named = f"{source.filename} ({source.kind.label})"
    if missing := missing_parts(source):
        return CorruptDocumentError(f"{named} lacks parts that it refers to: {', '.join(missing[:5])}.")
    if lost:
        return CorruptDocumentError(f"{named} could not be read: {'; '.join(lost[:5])}.")
    if any(finding.code == "hidden_content" for finding in findings):
        return NoTextError(
            f"{source.filename} shows no text: all that it has is hidden from its readers.",
            action="Show the text where it was made and upload it again, or set UPLOAD_PIPELINE_KEEP_HIDDEN=true.",
        )
    return NoTextError(
        f"{source.filename} has no text that could be read.",
        action="If it shows text when opened, that is a picture: save it as PDF, run it through OCR and upload that.",
    )
