"""A quote is looked up in the page's own words, and else in those that the conversion kept."""

from dataclasses import replace
from uuid import UUID

import orjson
import pytest

from pipeline_core.domain.errors import PageNotShownError
from pipeline_core.domain.facts import Span
from pipeline_core.domain.ids import DocumentId, sha256_hex
from pipeline_core.domain.jobs import OutputRow
from pipeline_core.domain.locating.locate import How
from pipeline_core.domain.locating.word import Word
from pipeline_core.domain.page_views import ImageKind, PageView, PageWords
from pipeline_core.domain.page_words import Run, words_as_json
from pipeline_core.domain.rows.documents import Original
from pipeline_core.services.page_texts import Outputs, PageTexts
from pipeline_core.services.page_views import PageViews
from tests.support.memory_store import MemoryObjectStore

ID = DocumentId(UUID(int=3))
SENTENCE = "The valve opens at 3 bar."
MARKDOWN = f"{SENTENCE}\n\nOther text.\n\n{SENTENCE}\n"


def line(text: str, top: float) -> tuple[Word, ...]:
    return tuple(Word(word, (40.0 * n, top, 40.0 * n + 35, top + 10)) for n, word in enumerate(text.split()))


class Viewer:
    """Pages by number; a page that is not there cannot be shown."""

    revision = "1"

    def __init__(self, **pages: tuple[Word, ...]) -> None:
        self.pages = {int(name.removeprefix("p")): words for name, words in pages.items()}

    def view(self, data: bytes, number: int, kind: ImageKind | None) -> PageView:
        if number not in self.pages:
            raise PageNotShownError(f"Page {number} is damaged.")
        return PageView(PageWords(600, 800, self.pages[number]))


def made(viewer: Viewer, words: dict[int, tuple[Run, ...]] | None = None) -> tuple[PageTexts, Original, Outputs]:
    store = MemoryObjectStore()
    store.put("a.pdf", b"%PDF")
    outputs: dict[str, OutputRow] = {}
    page_map = {"unit": "page", "pages": [[1, 0, len(MARKDOWN), "text"]]}
    if words is not None:
        data = orjson.dumps(words_as_json(words))
        store.put("words", data)
        outputs["page_words"] = OutputRow("markdown-conversion", "page_words", "words", sha256_hex(data), {})
    text = MARKDOWN.encode()
    store.put("markdown", text)
    checksum = outputs["page_words"].checksum if words is not None else None
    outputs["markdown"] = OutputRow(
        "markdown-conversion", "markdown", "markdown", sha256_hex(text), {"page_map": page_map, "page_words": checksum}
    )
    original = Original(ID, "a.pdf", "application/pdf", 2, "a.pdf", sha256_hex(b"%PDF"))
    return PageTexts(PageViews(store, viewer), store), original, outputs


def span(nth: int = 0) -> Span:
    start = 0 if nth == 0 else MARKDOWN.rindex(SENTENCE)
    return Span(SENTENCE, start, start + len(SENTENCE), 1)


@pytest.mark.parametrize(("nth", "top"), [(0, 100.0), (1, 300.0)])
def test_of_two_equal_texts_the_one_at_the_offset_is_found(nth: int, top: float) -> None:
    words = (*line(SENTENCE, 100), *line("Other text.", 200), *line(SENTENCE, 300))
    texts, original, outputs = made(Viewer(p1=words, p2=()))
    found = texts.locate(span(nth), original, outputs)
    assert found is not None
    assert (found.how, {box[1] for box in found.boxes[1]}) == (How.WHOLE, {top})


def test_a_scan_is_searched_in_what_ocr_read() -> None:
    runs = {1: (Run(SENTENCE, (50.0, 60.0, 250.0, 72.0)),)}
    texts, original, outputs = made(Viewer(p1=(), p2=()), runs)
    found = texts.locate(span(), original, outputs)
    assert found is not None
    assert found.boxes[1] == ((50.0, 60.0, 250.0, 72.0),)
    assert [word.text for word in texts.words(original, outputs, 1).words] == [SENTENCE]


def test_words_of_an_earlier_conversion_are_not_taken() -> None:
    runs = {1: (Run(SENTENCE, (50.0, 60.0, 250.0, 72.0)),)}
    texts, original, outputs = made(Viewer(p1=(), p2=()), runs)
    text = outputs["markdown"]
    later = {**outputs, "markdown": replace(text, metadata={**text.metadata, "page_words": "another"})}
    assert texts.locate(span(), original, later) is None


def test_a_next_page_that_is_damaged_does_no_harm() -> None:
    texts, original, outputs = made(Viewer(p1=line(SENTENCE, 100)))
    assert texts.locate(span(), original, outputs) is not None
    with pytest.raises(PageNotShownError):
        texts.locate(Span(SENTENCE, 0, len(SENTENCE), 2), original, outputs)


def test_a_document_without_pages_has_no_places() -> None:
    texts, original, outputs = made(Viewer())
    assert texts.locate(Span(SENTENCE, 0, len(SENTENCE), None), original, outputs) is None
