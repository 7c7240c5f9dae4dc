"""The parts that an OOXML file (DOCX, XLSX, PPTX) says it has, and has not."""

import io
import posixpath
import re
import zipfile
from urllib.parse import unquote

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
