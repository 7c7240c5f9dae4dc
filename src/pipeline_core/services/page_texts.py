"""The letters of pages, in which quotes are looked up: by their own words and by those of the conversion."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.errors import NotFoundError, PageNotShownError
from pipeline_core.domain.facts import Span
from pipeline_core.domain.jobs import OutputRow
from pipeline_core.domain.locating.locate import Hint, Located, hint_of, locate_in_any
from pipeline_core.domain.locating.page_text import PageText
from pipeline_core.domain.locating.word import Word
from pipeline_core.domain.page_views import PageWords
from pipeline_core.domain.page_words import words_from_json
from pipeline_core.domain.rows.documents import Original
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.services.page_views import PageViews, Recent
from pipeline_core.stages.inputs import page_map, page_words, read_text

KINDS = ("optimized_markdown", "markdown", "page_words")
"""Outputs of a document that say where its quotes stand."""
_KEPT_PAGES, _KEPT_DOCUMENTS, _KEPT_CONVERTED, _KEPT_PLACES = 256, 8, 2, 8192
Outputs = Mapping[str, OutputRow]
Words = Mapping[int, tuple[Word, ...]]


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The pages of all documents, those that were asked for last at hand."""

    views: PageViews
    store: ObjectStore
    _pages: Recent[PageText] = field(default_factory=lambda: Recent(_KEPT_PAGES))
    _converted: Recent[Words] = field(default_factory=lambda: Recent(_KEPT_CONVERTED))
    _markdown: Recent[str] = field(default_factory=lambda: Recent(_KEPT_DOCUMENTS))
    _located: Recent[Located | None] = field(default_factory=lambda: Recent(_KEPT_PLACES))

    def words(self, original: Original, outputs: Outputs, number: int) -> PageWords:
        """The words of a page; of a scan those that OCR read.

        Raises:
            NotFoundError, PageNotShownError: see ``PageViews.words``.
        """
        page = self.views.words(original, number)
        if page.words:
            return page
        return PageWords(page.width, page.height, self._converted_words(outputs).get(number, ()))

    def locate(self, span: Span, original: Original, outputs: Outputs) -> Located | None:
        """The place of a fact's quote on its page; None where it is not known.

        Raises:
            PageNotShownError: its page cannot be shown.
        """
        if span.page is None or not original.has_pictures:
            return None
        read = tuple(output.checksum for output in outputs.values())
        key = (original.sha256, read, span.quote, span.char_from, span.page)
        return self._located.get(key, lambda: self._locate(span, original, outputs))

    def _locate(self, span: Span, original: Original, outputs: Outputs) -> Located | None:
        assert span.page is not None
        hint = self._hint(span, span.page, outputs)
        # the conversion has mended some fonts, and read scans: its words are coarser, and the second to be asked
        readings: tuple[Callable[[int], PageText], ...] = (
            lambda number: self._page(original, number),
            lambda number: self._converted_page(outputs, number),
        )
        return locate_in_any(span.quote, span.page, (_with_next(span.page, text_of) for text_of in readings), hint)

    def _hint(self, span: Span, number: int, outputs: Outputs) -> Hint:
        text = outputs.get("optimized_markdown") or outputs.get("markdown")
        if text is None:
            return Hint()
        pages: PageMap = page_map(text)
        ranges = [(page.char_from, page.char_to) for page in pages.pages if page.number == number]
        if not ranges:
            return Hint()
        markdown = self._markdown.get(text.checksum, lambda: read_text(self.store, text))
        return hint_of(markdown, span.char_from, span.quote, page=ranges[0])

    def _page(self, original: Original, number: int) -> PageText:
        key = (original.sha256, number)
        return self._pages.get(key, lambda: PageText.of(self.views.words(original, number).words))

    def _converted_page(self, outputs: Outputs, number: int) -> PageText:
        return PageText.of(self._converted_words(outputs).get(number, ()))

    def _converted_words(self, outputs: Outputs) -> Words:
        words = page_words(outputs)
        return self._converted.get(words.checksum, lambda: self._read(words)) if words else {}

    def _read(self, words: OutputRow) -> Words:
        pages = words_from_json(orjson.loads(self.store.get(words.path, sha256=words.checksum)))
        return {number: tuple(Word(run.text, run.box) for run in runs) for number, runs in pages.items()}


def _with_next(number: int, text_of: Callable[[int], PageText]) -> dict[int, PageText]:
    """The page, and the next one if there is any."""
    pages = {number: text_of(number)}
    with suppress(NotFoundError, PageNotShownError):  # the quote is on the page itself then, or it is not found
        pages[number + 1] = text_of(number + 1)
    return pages
