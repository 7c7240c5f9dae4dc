"""Presentations: every slide is a page, as it is shown."""

import re
from collections.abc import Iterator

from pipeline_core.adapters.converters.archive import check_expansion
from pipeline_core.adapters.converters.declared_pages import declared_total
from pipeline_core.adapters.converters.hidden import comments_left_out, hidden_content, nothing_shown
from pipeline_core.adapters.converters.ooxml.completeness import Passage, missing_words
from pipeline_core.adapters.converters.ooxml.names import Element, name, value
from pipeline_core.adapters.converters.ooxml.package import Package
from pipeline_core.adapters.converters.ooxml.slides import SlideReader
from pipeline_core.adapters.converters.ooxml.symbols import UNKNOWN, unknown_symbols
from pipeline_core.adapters.converters.pages import PageText, assemble, has_words, page_of
from pipeline_core.adapters.converters.parts import has_no_text, lacks_parts, missing_parts, parts_lost
from pipeline_core.adapters.converters.source import ConvertOptions, Source, refuse_too_many
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import CorruptDocumentError, NoTextError
from pipeline_core.domain.findings import Finding

NAME = "pptx"
_COMMENTS = re.compile(r"ppt/comments/[^/]+\.xml")
_NO = ("0", "false", "off")


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a presentation.

    Raises:
        CorruptDocumentError: it cannot be opened, or none of its slides.
        TooManyPagesError: it has more slides than ``max_pages``.
        NoTextError: it has no text.
    """
    check_expansion(source.data, source.filename)
    package = Package(source.data, source.filename)
    slides = _slides(package)
    refuse_too_many(len(slides), source, options, "slides")
    reading = _Reading(package, keep_hidden=options.keep_hidden)
    pages = [reading.page(number, part) for number, part in enumerate(slides, start=1)]
    markdown, page_map = assemble(pages, "slide")
    missing = missing_parts(source.data)
    findings = [*reading.findings(missing)]
    if not has_words(markdown):
        raise nothing_shown(source.filename, findings) or _no_text(source, reading.broken, missing)
    if (lost := missing_words(reading.passages, markdown)) is not None:
        findings.append(lost)
    return Converted(markdown, page_map, NAME, tuple(findings), declared_total(source.data, source.kind))


def _slides(package: Package) -> list[str]:
    """The parts of the slides in order; empty names for those that the file does not have."""
    main = next((part for kind, part in package.targets("").values() if kind == "officeDocument"), "")
    root, targets = package.tree(main), package.targets(main)
    listed = [] if root is None else root.findall(f"{name('p:sldIdLst')}/{name('p:sldId')}")
    return [targets.get(value(slide, "r:id") or "", ("", ""))[1] for slide in listed]


class _Reading:
    """Texts and notes of the reading, slide by slide."""

    def __init__(self, package: Package, *, keep_hidden: bool):
        self._package, self._keep_hidden = package, keep_hidden
        self._size = _size(package)
        self._hidden: list[str] = []
        self._unknown: list[str] = []
        self.broken: list[str] = []
        self.passages: list[Passage] = []

    def page(self, number: int, part: str) -> PageText:
        root = self._package.tree(part)
        if root is None:
            if part in self._package.names:
                self.broken.append(part)
            return page_of(None)
        reader = SlideReader(self._package, part, root, self._size, keep_hidden=self._keep_hidden)
        text = reader.markdown()
        is_hidden = (root.get("show") or "").lower() in _NO
        if not is_hidden or self._keep_hidden:
            self.passages += [Passage(f"slide {number}", said) for said in reader.texts()]
        if is_hidden:
            self._hidden += [f"slide {number}"] if text or reader.hidden else []
            text = text if self._keep_hidden else ""
        else:
            self._hidden += [f"{passage} on slide {number}" for passage in reader.hidden]
        self._unknown += [line for line in text.splitlines() if UNKNOWN in line]
        return page_of(text)

    def findings(self, missing: list[str]) -> Iterator[Finding]:
        lost = [f"{part} could not be read" for part in self.broken] + [
            f"{part} is not in the file" for part in missing
        ]
        if lost:
            yield parts_lost(lost)
        if self._hidden:
            yield hidden_content(self._hidden, kept=self._keep_hidden)
        if self._unknown:
            yield unknown_symbols(self._unknown)
        if comments := sum(_comments(root) for _, root in self._package.matching(_COMMENTS)):
            yield comments_left_out(comments, within="slides", file="presentation")


def _comments(root: Element) -> int:
    return sum(1 for element in root.iter() if isinstance(element.tag, str) and element.tag.endswith("}cm"))


def _size(package: Package) -> tuple[int, int]:
    for _, root in package.matching(re.compile(r"ppt/presentation\.xml")):
        if (size := root.find(name("p:sldSz"))) is not None:
            width, height = size.get("cx", ""), size.get("cy", "")
            return (int(width), int(height)) if width.isdigit() and height.isdigit() else (0, 0)
    return 0, 0


def _no_text(source: Source, broken: list[str], missing: list[str]) -> CorruptDocumentError | NoTextError:
    if missing:
        return lacks_parts(source, missing)
    if broken:
        return CorruptDocumentError(
            f"{source.filename} ({source.kind.label}) could not be read: {', '.join(broken[:5])} is not "
            "well-formed XML."
        )
    return has_no_text(source)
