"""An office file opened to be changed: its parts, as bytes and as trees, and the file that they make again."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from pipeline_core.adapters.converters.archive import BROKEN_ZIP
from pipeline_core.adapters.converters.ooxml.names import SPACES, Element
from pipeline_core.domain.errors import CorruptDocumentError

_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:\w+:)?\w+(?=[\s/>])")
_PREFIX = re.compile(rb"</?(\w+):|\s(\w+):\w+=")
# The strict names of ECMA-376 and the usual, transitional ones differ in this alone.
_STRICT = re.compile(rb"([\"'])http://purl\.oclc\.org/ooxml/(\w+)/")
_TYPES = "[Content_Types].xml"
_DECLARED = re.compile(rb"\sxmlns:(\w+)=")


class Package:
    """Parts are read when they are asked for. A tree that was asked for is written again by ``save``.

    A part that is no sound XML, declares entities (which office files may not) or nests deeper than 256 elements has
    no tree and stays as it is.
    """

    def __init__(self, data: bytes, filename: str):
        """Raises CorruptDocumentError if it is no sound ZIP container."""
        self._filename = filename
        self._trees: dict[str, Element | None] = {}
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise self._damaged(error) from error
        self.names = tuple(self._archive.namelist())
        self._known = frozenset(self.names)
        if _TYPES in self._known:
            self.read(_TYPES)

    def _damaged(self, error: Exception) -> CorruptDocumentError:
        return CorruptDocumentError(f"{self._filename} is a damaged ZIP container: {error}.")

    def read(self, part: str) -> bytes:
        """The part's bytes as they came. Raises CorruptDocumentError if they cannot be unpacked."""
        try:
            return self._archive.read(part)
        except (*BROKEN_ZIP, RuntimeError) as error:
            raise self._damaged(error) from error

    def tree(self, part: str) -> Element | None:
        """The root of the part, to be changed in place; None where there is no such part or no sound XML in it."""
        if part not in self._known:
            return None
        if part not in self._trees:
            self._trees[part] = parse(self.read(part))
        return self._trees[part]

    def matching(self, pattern: re.Pattern[str]) -> Iterator[tuple[str, Element]]:
        """Names and trees of the parts whose whole name the pattern matches, in the container's order."""
        for part in self.names:
            if pattern.fullmatch(part) and (root := self.tree(part)) is not None:
                yield part, root

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to inside the file: last word of the relation's type, and name, by its id."""
        folder, file = posixpath.split(part)
        relations = self.tree(posixpath.join(folder, "_rels", f"{file}.rels"))
        return {} if relations is None else relations_of(relations, folder)

    def related(self, part: str, *kinds: str) -> list[str]:
        """The names of the parts of these kinds that a part refers to."""
        return [target for kind, target in self.targets(part).values() if kind in kinds]

    def save(self) -> bytes:
        """The container with the changed parts, all others as they were."""
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            for entry in self._archive.infolist():
                root = self._trees.get(entry.filename)
                content = self.read(entry.filename) if root is None else etree.tostring(root, encoding="UTF-8")
                new.writestr(entry, content)
        return output.getvalue()


def relations_of(relations: Element, folder: str) -> dict[str, tuple[str, str]]:
    """Of each relation inside the file: the last word of its type, and the part that it leads to, by its id."""
    return {
        relation.get("Id", ""): (
            relation.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, unquote(relation.get("Target", "")))).lstrip("/"),
        )
        for relation in relations
        if relation.get("TargetMode") != "External"
    }


def parse(part: bytes) -> Element | None:
    """The root of an XML part; a well-known prefix that it uses and does not declare is declared."""
    if _DOCTYPE.search(part):
        return None
    if b"//purl.oclc.org/ooxml/" in part:
        part = _STRICT.sub(rb"\1http://schemas.openxmlformats.org/\2/2006/", part)
    for content in (part, _declared(part)):
        try:
            return etree.fromstring(content, _parser())
        except (etree.XMLSyntaxError, ValueError):
            continue
    return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def _declared(part: bytes) -> bytes:
    used = {(a or b).decode() for a, b in _PREFIX.findall(part)}
    root = _ROOT.search(part)
    there = _DECLARED.findall(part, root.start(), part.find(b">", root.start())) if root else []
    lacking = sorted((used & SPACES.keys()) - {prefix.decode() for prefix in there})
    spaces = "".join(f' xmlns:{prefix}="{SPACES[prefix]}"' for prefix in lacking).encode()
    return _ROOT.sub(lambda root: root[0] + spaces, part, count=1)
