"""The parts that an OOXML file (DOCX, XLSX, PPTX) says it has, and has not; what is said of a file that lacks any."""

import io
import posixpath
import re
import zipfile
from collections.abc import Sequence
from urllib.parse import unquote

from pipeline_core.adapters.converters.source import Source
from pipeline_core.domain.errors import CorruptDocumentError, NoTextError
from pipeline_core.domain.findings import Finding, Severity

_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"(Type|Target|TargetMode)=\"([^\"]*)\"")
# Relations to what readers read; styles, themes, thumbnails and the like may be missing without a loss.
_TEXT_TYPES = frozenset(
    ["officeDocument", "slide", "notesSlide", "worksheet", "sharedStrings", "header", "footer", "footnotes", "endnotes"]
)


def missing_parts(data: bytes) -> list[str]:
    """Names of parts with text that relationships (ECMA-376 part 2, 9) point to and that are not there, sorted."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
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


def lacks_parts(source: Source, missing: Sequence[str]) -> CorruptDocumentError:
    return CorruptDocumentError(
        f"{source.filename} ({source.kind.label}) lacks parts that it refers to: {', '.join(missing[:5])}."
    )


def has_no_text(source: Source) -> NoTextError:
    return NoTextError(
        f"{source.filename} has no text that could be read.",
        action="If it shows text when opened, that is a picture: save it as PDF, run it through OCR and upload that.",
    )
