"""Presentations: every slide is a page, as it is shown."""

import re
from collections.abc import Iterator

from pipeline_core.adapters.converters.archive import check_expansion, missing_parts, parts_lost, refusal
from pipeline_core.adapters.converters.declared import declared_total
from pipeline_core.adapters.converters.hidden import comments_left_out, hidden_content
from pipeline_core.adapters.converters.ooxml.completeness import Passage, missing_words
from pipeline_core.adapters.converters.ooxml.names import NO, Element, find, name, value
from pipeline_core.adapters.converters.ooxml.package import Package
from pipeline_core.adapters.converters.ooxml.slides import SlideReader
from pipeline_core.adapters.converters.ooxml.symbols import UNKNOWN, unknown_symbols
from pipeline_core.adapters.converters.pages import PageText, assemble, has_words, page_of
from pipeline_core.adapters.converters.source import ConvertOptions, Source, refuse_too_many
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.findings import Finding

NAME = "pptx"
_COMMENTS = re.compile(r"ppt/comments/[^/]+\.xml")


def convert(source: Source, options: ConvertOptions) -> Converted:
    """Convert a presentation.

    Raises:
        CorruptDocumentError: it cannot be opened, or none of its slides.
        TooManyPagesError: it has more slides than ``max_pages``.
        NoTextError: it has no text.
    """
    check_expansion(source.data, source.filename)
    package = Package(source.data, source.filename)
    main = next(iter(package.related("", "officeDocument")), "")
    root, targets = package.tree(main), package.targets(main)
    listed = [] if root is None else root.findall(f"{name('p:sldIdLst')}/{name('p:sldId')}")
    # the parts of the slides in order; empty names for those that the file does not have
    slides = [targets.get(value(slide, "r:id") or "", ("", ""))[1] for slide in listed]
    refuse_too_many(len(slides), source, options, "slides")
    reading = _Reading(package, _size(root), keep_hidden=options.keep_hidden)
    pages = [reading.page(number, part) for number, part in enumerate(slides, start=1)]
    markdown, page_map = assemble(pages, "slide")
    findings = [*reading.findings(missing_parts(source))]
    if not has_words(markdown):
        raise refusal(source, [f"{part} is not well-formed XML" for part in reading.broken], findings)
    if (lost := missing_words(reading.passages, markdown)) is not None:
        findings.append(lost)
    return Converted(markdown, page_map, NAME, tuple(findings), declared_total(source.data, source.kind))


class _Reading:
    def __init__(self, package: Package, size: tuple[int, int], *, keep_hidden: bool):
        self._package, self._size, self._keep_hidden = package, size, keep_hidden
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
        is_hidden = (root.get("show") or "").lower() in NO
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
        if comments := sum(1 for _, root in self._package.matching(_COMMENTS) for _ in root.iter("{*}cm")):
            yield comments_left_out(comments, within="slides", file="presentation")


def _size(presentation: Element | None) -> tuple[int, int]:
    size = find(presentation, "p:sldSz")
    width, height = value(size, "cx") or "", value(size, "cy") or ""
    return (int(width), int(height)) if width.isdigit() and height.isdigit() else (0, 0)
