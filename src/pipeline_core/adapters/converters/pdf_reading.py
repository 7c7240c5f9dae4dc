"""A PDF made readable before it is parsed, and its pages made whole after."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline_core.adapters.converters.hidden import hidden_content
from pipeline_core.adapters.converters.pdf_completeness import (
    joined,
    line,
    missing_lines,
    missing_words,
    paragraphs,
    put_back,
)
from pipeline_core.adapters.converters.pdf_forms import Written, write_fields, written_on
from pipeline_core.adapters.converters.pdf_turned import angle, angles, turned_copies, upright
from pipeline_core.domain.findings import Finding, Severity

if TYPE_CHECKING:
    from liteparse import LiteParse
    from liteparse.types import ParsedPage

    from pipeline_core.adapters.converters.pdf_scripts import Script

_NAMED = 8
_MOST_PAGES = 1_000
_MOST_OBJECTS = 100_000
"""Pages and objects that are looked at one by one. What comes after them is named in a finding."""


@dataclass(slots=True)
class Prepared:
    """The bytes to parse, and what only PDFium and the file's annotations say about its pages, by their numbers."""

    data: bytes
    hidden: list[str] = field(default_factory=list)
    scripts: "dict[int, list[Script]]" = field(default_factory=dict)
    written: dict[int, Written] = field(default_factory=dict)
    lost: dict[int, list[str]] = field(default_factory=dict)
    examined: int | None = None
    """The last page that was looked at, where not all were."""

    def findings(self, *, kept: bool) -> list[Finding]:
        found = [hidden_content(self.hidden, kept=kept)] if self.hidden else []
        found += [_lost(number, words) for number, words in sorted(self.lost.items())]
        return found if self.examined is None else [*found, _not_examined(self.examined)]


def _not_examined(last: int) -> Finding:
    return Finding(
        "pages_not_examined",
        Severity.INFO,
        "document",
        f"There is more on the pages than is looked at one by one: after page {last}, text that nobody sees is not "
        "told apart, raised digits are not marked, and form fields may be missing.",
        {"examined": last},
    )


def _lost(page: int, words: Sequence[str]) -> Finding:
    named = ", ".join(words[:_NAMED]) + (f" and {len(words) - _NAMED} more" if len(words) > _NAMED else "")
    return Finding(
        "text_missing_from_markdown",
        Severity.WARNING,
        f"page {page}",
        f"Words of page {page} are not in the result, or not as they stand on the page: {named}. "
        "Compare the page with the original.",
        {"page": page, "words": list(words[:100])},
    )


def prepare(data: bytes, *, keep_hidden: bool) -> Prepared:
    """Take out what readers do not see, and write what is filled in; a file that does not open stays as it is."""
    import pypdfium2

    prepared = Prepared(data)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return prepared
    annotated = False
    changed = False
    try:
        off = _layers_off(data)
        objects = 0
        for number in range(1, len(document) + 1):
            try:
                page = document[number - 1]
            except pypdfium2.PdfiumError:
                continue  # reported as a page that failed
            objects += pypdfium2.raw.FPDFPage_CountObjects(page.raw)
            if number > _MOST_PAGES or objects > _MOST_OBJECTS:
                prepared.examined = number - 1
                page.close()
                break
            annotated |= _is_annotated(page)
            changed |= _look(page, number, prepared, off, keep_hidden=keep_hidden)
            page.close()
        if changed:
            output = io.BytesIO()
            document.save(output)
            prepared.data = output.getvalue()
    finally:
        document.close()
    if annotated:
        _write_annotations(prepared)
    return prepared


def _look(page: Any, number: int, prepared: Prepared, off: frozenset[str], *, keep_hidden: bool) -> bool:
    from pipeline_core.adapters.converters.pdf_hidden import hidden_objects, take_out
    from pipeline_core.adapters.converters.pdf_objects import page_objects
    from pipeline_core.adapters.converters.pdf_scripts import scripts

    objects = page_objects(page.raw)
    hidden = hidden_objects(page, objects, off)
    if hidden:
        text_page = page.get_textpage()
        texts = [(one, one.text(text_page.raw).strip()) for one in hidden]
        text_page.close()
        hidden = [one for one, text in texts if any(map(str.isalnum, text))]
        said = " ".join(text for _, text in texts if text)
        if hidden:
            shown = said[:60] + ("…" if len(said) > 60 else "")
            prepared.hidden.append(f"text on page {number} that nobody sees (“{shown}”)")
    if found := scripts(page, objects):
        prepared.scripts[number] = found
    if not hidden or keep_hidden:
        return False
    take_out(page, hidden)
    return True


def _is_annotated(page: Any) -> bool:
    """Whether anything but a link lies on the page."""
    import pypdfium2.raw as pdfium

    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        pdfium.FPDFPage_CloseAnnot(annotation)
        if kind not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP):
            return True
    return False


def _layers_off(data: bytes) -> frozenset[str]:
    """Names of the optional-content groups that are switched off when the file is opened."""
    import pikepdf

    if b"/OCProperties" not in data and b"/ObjStm" not in data:
        return frozenset()
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            properties = pdf.Root.get("/OCProperties")
            settings = properties.get("/D") if properties is not None else None
            off: Any = settings.get("/OFF", []) if settings is not None else []
            return frozenset(str(group.get("/Name", "")) for group in off)
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError):
        return frozenset()


def _write_annotations(prepared: Prepared) -> None:
    import pikepdf
    import pypdfium2

    from pipeline_core.adapters.converters.pdf_objects import page_objects

    try:
        with pikepdf.open(io.BytesIO(prepared.data)) as pdf, pypdfium2.PdfDocument(prepared.data) as document:
            for number, page in enumerate(pdf.pages, start=1):
                if written := written_on(page):
                    prepared.written[number] = written
                    shown = document[number - 1]
                    write_fields(pdf, page, written.fields, page_objects(shown.raw))
                    shown.close()
            output = io.BytesIO()
            pdf.save(output)
    except (pikepdf.PdfError, pypdfium2.PdfiumError):
        return  # the repair of a damaged file comes later
    prepared.data = output.getvalue()


def whole_pages(prepared: Prepared, pages: Sequence["ParsedPage"], parser: "LiteParse") -> "list[ParsedPage]":
    """The pages with all their words; ``parser`` leaves out text that slants. Words without a place are noted."""
    turned = {page.page_num: stands for page in pages if not (stands := angles(page)).is_upright}
    mains = _copies(prepared, [(number, found.main) for number, found in turned.items()], parser)
    # apart from each other: the size of a watermark is no measure for the headings of a page
    others = _copies(prepared, [(number, one) for number, found in turned.items() for one in found.others], parser)
    result = []
    for page in pages:
        beside: list[str] = []
        lines = [line(item) for item in page.text_items if angle(item) == 0]
        if (found := turned.get(page.page_num)) is not None:
            number, original = page.page_num, page
            every = [line(item) for item in page.text_items]
            page = next(mains, page)
            page.page_num = number
            if found.main:
                lines = [line(item) for item in upright(page)]
            page.text_items = list(original.text_items if not found.main else upright(page))
            for _ in found.others:
                if (copy := next(others, None)) is None:
                    continue
                items = list(upright(copy))
                beside += [joined(group) for group in paragraphs([line(item) for item in items])]
                page.text_items += [] if not found.main else items
            if page is original:
                lines = every
        _complete(prepared, page, lines, beside)
        result.append(page)
    return result


def _copies(prepared: Prepared, wanted: list[tuple[int, int]], parser: "LiteParse") -> "Iterator[ParsedPage]":
    """The pages, each turned by its angle; none if the file is too damaged, and then the proof names the words."""
    import pikepdf
    from liteparse import ParseError

    if not wanted:
        return iter(())
    try:
        return iter(parser.parse(turned_copies(prepared.data, wanted)).pages)
    except (pikepdf.PdfError, ParseError, ValueError, TypeError, KeyError):
        return iter(())


def _complete(prepared: Prepared, page: "ParsedPage", lines: list[Any], beside: list[str]) -> None:
    from pipeline_core.adapters.converters.pdf_scripts import write_scripts

    number = page.page_num
    markdown = page.markdown
    if missing := missing_lines(markdown, lines):
        markdown = put_back(markdown, missing, lines)
    if words := missing_words(markdown, lines):
        prepared.lost[number] = words
    markdown, unplaced = write_scripts(markdown, prepared.scripts.get(number, []))
    if joined_numbers := [f"{one.before[-12:]}{one.text}" for one in unplaced if one.joins_number]:
        prepared.lost.setdefault(number, []).extend(joined_numbers)
    written = prepared.written.get(number)
    if written:
        beside = beside + [text for _, text in written.free] + written.notes
    page.markdown = "\n\n".join(part for part in (markdown.rstrip("\n"), *beside) if part.strip())
