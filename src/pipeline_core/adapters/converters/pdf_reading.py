"""A PDF made ready before it is parsed: without what its readers do not see, with what is filled in and noted."""

import io
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfPage

from pipeline_core.adapters.converters.hidden import hidden_content
from pipeline_core.adapters.converters.pdf_file import by_pdfium, by_qpdf
from pipeline_core.adapters.converters.pdf_findings import (
    comments_left_out,
    line_numbers_left_out,
    not_examined,
    notes_not_read,
    words_lost,
)
from pipeline_core.adapters.converters.pdf_forms import Written, write_fields, written_on
from pipeline_core.adapters.converters.pdf_hidden import hidden_objects, take_out
from pipeline_core.adapters.converters.pdf_line_numbers import line_numbers
from pipeline_core.adapters.converters.pdf_objects import PageObject, TooManyObjectsError, annotations, page_objects
from pipeline_core.adapters.converters.pdf_scripts import Script, scripts
from pipeline_core.adapters.converters.pdf_struck import Struck, struck
from pipeline_core.domain.findings import Finding

_MOST_PAGES = 2_000
_MOST_OBJECTS = 400_000
_MOST_ON_PAGE = 20_000
"""Pages and objects that are looked at one by one. What is more is named in a finding."""
_LINKS = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP)
_SHOWN = 400
"""Characters of a page's hidden text that its finding shows."""


@dataclass(slots=True)
class Prepared:
    """The bytes to parse, and what only PDFium and the file's annotations say about its pages, by their numbers."""

    data: bytes
    keep_hidden: bool
    pages: int = 0
    title: str = ""
    hidden: list[str] = field(default_factory=list)
    scripts: dict[int, list[Script]] = field(default_factory=dict)
    struck: dict[int, list[Struck]] = field(default_factory=dict)
    written: dict[int, Written] = field(default_factory=dict)
    lost: dict[int, list[str]] = field(default_factory=dict)
    annotated: set[int] = field(default_factory=set)
    unread_notes: bool = False
    numbered: set[int] = field(default_factory=set)
    not_examined: set[int] = field(default_factory=set)
    not_compared: set[int] = field(default_factory=set)

    def findings(self) -> list[Finding]:
        found = [hidden_content(self.hidden, kept=self.keep_hidden)] if self.hidden else []
        found += [words_lost(number, words) for number, words in sorted(self.lost.items())]
        if notes := {number: written.notes for number, written in sorted(self.written.items()) if written.notes}:
            found.append(comments_left_out(notes))
        if self.numbered:
            found.append(line_numbers_left_out(sorted(self.numbered)))
        if self.unread_notes:
            found.append(notes_not_read(sorted(self.annotated)))
        if self.not_examined or self.not_compared:
            found.append(not_examined(self.not_examined, self.not_compared, self.pages))
        return found


def prepare(data: bytes, *, keep_hidden: bool) -> Prepared:
    """Take out what readers do not see, and write what is filled in; a file that does not open stays as it is."""
    prepared = Prepared(data, keep_hidden)
    with by_pdfium(data) as document:
        if document is None:
            return prepared
        if _look_through(document, prepared):
            output = io.BytesIO()
            document.save(output)
            prepared.data = output.getvalue()
        if prepared.annotated:
            _write_annotations(document, prepared)
    return prepared


def _look_through(document: PdfDocument, prepared: Prepared) -> bool:
    """Look at each page as far as the bounds go; whether anything was taken out of one."""
    off = _layers_off(prepared.data)
    prepared.pages = len(document)
    prepared.title = document.get_metadata_value("Title")
    left = _MOST_OBJECTS
    changed = False
    for number in range(1, prepared.pages + 1):
        if number > _MOST_PAGES or left <= 0:
            prepared.not_examined |= {*range(number, prepared.pages + 1)}
            break
        try:
            page = document[number - 1]
        except pypdfium2.PdfiumError:
            continue  # reported as a page that failed
        if any(kind not in _LINKS for kind, _ in annotations(page)):
            prepared.annotated.add(number)
        try:
            objects = page_objects(page.raw, min(left, _MOST_ON_PAGE))
            left -= len(objects)
            changed |= _look(page, number, objects, prepared, off)
        except TooManyObjectsError:
            left -= _MOST_ON_PAGE
            prepared.not_examined.add(number)
        page.close()
    return changed


def _look(page: PdfPage, number: int, objects: list[PageObject], prepared: Prepared, off: frozenset[str]) -> bool:
    hidden = hidden_objects(page, objects, off)
    if hidden:
        with closing(page.get_textpage()) as text_page:
            texts = [(one, one.text(text_page.raw).strip()) for one in hidden]
        hidden = [one for one, text in texts if any(map(str.isalnum, text))]
        said = " ".join(text for _, text in texts if text)
        if hidden:
            shown = said[:_SHOWN] + ("…" if len(said) > _SHOWN else "")
            prepared.hidden.append(f"text on page {number} that nobody sees (“{shown}”)")
    if numbers := line_numbers(page, objects):
        prepared.numbered.add(number)
        gone = {id(one) for one in numbers}
        objects = [one for one in objects if id(one) not in gone]
        hidden = [one for one in hidden if id(one) not in gone]
    if found := scripts(page, objects):
        prepared.scripts[number] = found
    if crossed := struck(page, objects, is_annotated=number in prepared.annotated):
        prepared.struck[number] = crossed
    out = numbers if prepared.keep_hidden else [*numbers, *hidden]
    if out:
        take_out(page, out)
    return bool(out)


def _layers_off(data: bytes) -> frozenset[str]:
    """Names of the optional-content groups that are switched off when the file is opened."""
    if b"/OCProperties" not in data and b"/ObjStm" not in data:
        return frozenset()

    def look(pdf: pikepdf.Pdf) -> frozenset[str]:
        empty = pikepdf.Dictionary()
        off: Any = pdf.Root.get("/OCProperties", empty).get("/D", empty).get("/OFF", [])
        return frozenset(str(group.get("/Name", "")) for group in off)

    return by_qpdf(data, look, frozenset())


def _write_annotations(document: PdfDocument, prepared: Prepared) -> None:
    try:
        with pikepdf.open(io.BytesIO(prepared.data)) as pdf:
            for number in sorted(prepared.annotated):
                if number > len(pdf.pages):
                    raise ValueError(f"There is no page {number}.")
                page = pdf.pages[number - 1]
                if not (written := written_on(page)):
                    continue
                prepared.written[number] = written
                shown = document[number - 1]
                try:
                    objects = page_objects(shown.raw, _MOST_ON_PAGE)
                except TooManyObjectsError:
                    objects = []  # the values stand in their fields then, not beside their labels
                write_fields(pdf, page, written.fields, objects, written.choices)
                shown.close()
            output = io.BytesIO()
            pdf.save(output)
    except (pikepdf.PdfError, pypdfium2.PdfiumError, ValueError, TypeError, KeyError, AttributeError):
        prepared.written.clear()
        prepared.unread_notes = True
        return
    prepared.data = output.getvalue()
