"""The parts of a workbook (ECMA-376 part 1, 12.3): sheets in order, shared texts, tables, text boxes."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import IO

from lxml import etree

from pipeline_core.adapters.converters.escapes import escape_marks
from pipeline_core.adapters.converters.ooxml.package import relations_of
from pipeline_core.adapters.converters.scripts import lowered, raised, struck
from pipeline_core.adapters.converters.sheet_cells import Area, one_line
from pipeline_core.adapters.converters.workbook import Named
from pipeline_core.adapters.converters.xlsx_styles import Style, is_on, parser, read_styles

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Listed(Named):
    """``part`` is the name of the file in the container that has the sheet's cells."""

    part: str


class Package:
    """An open workbook. Parts are read when they are asked for."""

    def __init__(self, data: bytes):
        """Raises BadZipFile, KeyError (no workbook), XMLSyntaxError."""
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._names = {name.casefold(): name for name in self._archive.namelist()}
        self.workbook_part = self._main_part()
        self._workbook = etree.fromstring(self.part(self.workbook_part), parser())
        properties = self._workbook.find("{*}workbookPr")
        self.date1904 = properties is not None and properties.get("date1904") in ("1", "true")

    def part(self, name: str) -> bytes:
        """Raises KeyError: it is not there."""
        return self._archive.read(self._names[name.casefold()])

    def open(self, name: str) -> IO[bytes]:
        """Raises KeyError: it is not there."""
        return self._archive.open(self._names[name.casefold()])

    @cached_property
    def sheets(self) -> list[Listed]:
        """The worksheets in the workbook's order; sheets that are a chart are none."""
        relations = self.relations(self.workbook_part)
        found = []
        for sheet in self._workbook.iterfind("{*}sheets/{*}sheet"):
            kind, target = relations.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "", ("worksheet", ""))
            if kind == "worksheet":
                hidden = sheet.get("state", "visible") in ("hidden", "veryHidden")
                found.append(Listed(sheet.get("name", ""), hidden, target))
        return found

    @cached_property
    def styles(self) -> list[Style]:
        return [style for root in self._beside(self.workbook_part, "styles") for style in read_styles(root)]

    @cached_property
    def texts(self) -> list[str]:
        """The shared texts as markdown on one line each."""
        return [text_of(item) for root in self._beside(self.workbook_part, "sharedStrings") for item in root]

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Of each relation of the part: the last word of its type, and the part that it leads to."""
        folder, file = posixpath.split(part)
        try:
            root = etree.fromstring(self.part(f"{folder}/_rels/{file}.rels".lstrip("/")), parser())
        except KeyError:
            return {}
        return relations_of(root, folder)

    def tables(self, sheet_part: str) -> list[Area]:
        """The areas of a sheet that are tables by name."""
        found = (
            area_of(table.get("ref", ""), has_header=table.get("headerRowCount", "1") != "0")
            for table in self._beside(sheet_part, "table")
        )
        return [area for area in found if area]

    def text_boxes(self, sheet_part: str) -> list[str]:
        """The paragraphs of the shapes that lie over a sheet, as markdown."""
        drawings = self._beside(sheet_part, "drawing")
        paragraphs = (p for drawing in drawings for p in drawing.iterfind(".//{*}txBody/{*}p"))
        texts = (one_line("".join(t.text or "" for t in p.iterfind(".//{*}t"))) for p in paragraphs)
        return [escape_marks(text) for text in texts if text]

    def notes(self, sheet_part: str) -> int:
        """Count the cells of the sheet that have a comment."""
        return sum(len(root.findall("{*}commentList/{*}comment")) for root in self._beside(sheet_part, "comments"))

    def _beside(self, part: str, wanted: str) -> Iterator[etree._Element]:
        """The parts of one kind that belong to a sheet or to the workbook."""
        for kind, target in self.relations(part).values():
            if kind == wanted and target.casefold() in self._names:
                yield etree.fromstring(self.part(target), parser())

    def _main_part(self) -> str:
        for kind, target in self.relations("").values():
            if kind == "officeDocument":
                return target
        return "xl/workbook.xml"


def text_of(item: etree._Element) -> str:
    """A text with its runs (18.4) as markdown: struck, raised and lowered ones marked, readings left out."""
    pieces: list[str] = []
    for child in item:
        name = etree.QName(child).localname
        if name == "t":
            pieces.append(escape_marks(_decoded(child.text or ""), at_start=not pieces))
        elif name == "r":
            text = _decoded("".join(t.text or "" for t in child.iterfind("{*}t")))
            pieces.append(_run(text, child.find("{*}rPr"), at_start=not pieces))
    text = one_line("".join(pieces))
    return "#" if text == "\\#" else text  # the head of a column of numbers; in a cell it is no heading


def _run(text: str, properties: etree._Element | None, *, at_start: bool) -> str:
    align = properties.find("{*}vertAlign") if properties is not None else None
    place = align.get("val") if align is not None else None
    if place == "superscript":
        marked = raised(text)
    elif place == "subscript":
        marked = lowered(text)
    else:
        marked = escape_marks(text, at_start=at_start)
    return struck(marked) if properties is not None and is_on(properties, "strike") else marked


def _decoded(text: str) -> str:
    return _CODED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def column_of(reference: str) -> int:
    """The number, from 1, of the column in a reference such as ``AB12``; 0 if it is none."""
    match = _REFERENCE.fullmatch(reference)
    return _number(match[1]) if match else 0


def area_of(reference: str, *, has_header: bool = True) -> Area | None:
    """The area of ``A1:C10``, or of one cell."""
    first, _, last = reference.partition(":")
    ends = [_REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)]
    if ends[0] is None or ends[1] is None:
        return None
    return Area(int(ends[0][2]), _number(ends[0][1]), int(ends[1][2]), _number(ends[1][1]), has_header)


def _number(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0)
