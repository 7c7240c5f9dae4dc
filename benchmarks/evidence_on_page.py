"""Evidence on the page: the quotes of facts on the shared PDFs, located in the words of their pages.

Facts are made as the pipeline makes them. Each quote is located on its page, and tried on pages that do not have it.
The text under the boxes is read by PDFium, character by character: another reader than the one of the words.
"""

import ctypes
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pypdfium2
import pypdfium2.raw as pdfium

from benchmarks.corpus import SHARED
from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.page_view import view_page
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator
from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.adapters.page_viewer import PooledPageViewer
from pipeline_core.domain import filetypes
from pipeline_core.domain.canaries import names_missing_in
from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.facts import Span
from pipeline_core.domain.ids import DocumentId, sha256_hex
from pipeline_core.domain.layout import reads_leftwards
from pipeline_core.domain.locating.letters import letters, letters_of_quote, words_of_quote
from pipeline_core.domain.locating.locate import Hint, Located, hint_of, locate_in_any
from pipeline_core.domain.locating.page_text import PageText
from pipeline_core.domain.locating.word import Word
from pipeline_core.domain.page_views import ImageKind
from pipeline_core.domain.page_words import Box
from pipeline_core.domain.rows.documents import Original
from pipeline_core.services.page_views import PageViews
from pipeline_core.settings import Settings, load_settings
from pipeline_core.stages import chunking
from pipeline_core.stages.chunk_inputs import chunk_inputs
from pipeline_core.stages.cleaning import clean
from pipeline_core.stages.judging import judge, prover
from pipeline_core.stages.surroundings import Surroundings

_TRIES = 3
"""Other pages on which each quote is tried."""
AGREES = 0.85
"""Share of neighbouring letters that quote and text under the boxes have in common, whatever their order."""
_TIMED = 6
"""Pages of a document that are timed."""
_EDGE = 0.5
_FINE = 100

Texts = dict[int, PageText]
Show = Callable[[str, list[str], list[list[str]], str], None]


@dataclass(slots=True)
class Score:
    """Counts of the quotes of some documents."""

    quotes: int = 0
    located: Counter[str] = field(default_factory=Counter)
    agree: int = 0
    tries: int = 0
    wrong: int = 0

    def add(self, other: "Score") -> None:
        self.quotes += other.quotes
        self.located += other.located
        self.agree += other.agree
        self.tries += other.tries
        self.wrong += other.wrong

    def row(self, name: str) -> list[str]:
        found = self.located.total()
        hows = ("whole", "over_pages", "parts", "runs")
        return [
            name,
            f"{self.quotes:,}",
            _share(found, self.quotes),
            *(f"{self.located[how]:,}" for how in hows),
            _share(self.agree, found),
            _share(self.wrong, self.tries),
        ]


def main(show: Show) -> None:
    files = sorted(SHARED.glob("documents/*/pdf/*.pdf"))
    if not files:
        print(f"Evidence on the page: skipped, because there are no PDFs in {SHARED / 'documents'}.")
        return
    settings = load_settings()
    scores: dict[str, Score] = {}
    directions = {"left to right": Score(), "right to left": Score(), "all": Score()}
    for file in files:
        document = _Document(file, settings)
        score = document.score()
        scores.setdefault(file.parents[1].name, Score()).add(score)
        directions["right to left" if document.is_leftwards else "left to right"].add(score)
        directions["all"].add(score)
    show(
        "Evidence on the page",
        ["set", "quotes", "located", "whole", "over pages", "parts", "runs", "text agrees", "on a wrong page"],
        [score.row(name) for name, score in [*scores.items(), *directions.items()]],
        "to reach: 98 % located (99.5 % from left to right), 97 % agree, at most 3 % on a wrong page",
    )
    uncached, cached = _times(files, settings)
    show(
        "A page: picture and words",
        ["", "pages", "median ms", "p95 ms"],
        [_time_row("uncached", uncached), _time_row("cached", cached)],
        "to reach: p95 of an uncached page at most 200 ms",
    )


class _Document:
    """A PDF taken through conversion and fact generation, with the words of its pages."""

    def __init__(self, file: Path, settings: Settings) -> None:
        self.data = file.read_bytes()
        source = Source(self.data, file.name, filetypes.PDF)
        converted = pdf.convert(source, ConvertOptions(max_pages=settings.max_pages))
        self.markdown, self.pages, _ = clean(converted.markdown, converted.page_map)
        self.is_leftwards = reads_leftwards(self.markdown[:20_000])
        self.spans = list(dict.fromkeys(_spans(self.markdown, self.pages, settings)))
        numbers = [page.number for page in self.pages.pages]
        self.words: Texts = {n: PageText.of(view_page(self.data, n, None).words.words) for n in numbers}
        self.converted: Texts = {
            n: PageText.of([Word(run.text, run.box) for run in runs])
            for n, runs in (converted.page_words or {}).items()
        }

    def score(self) -> Score:
        score, chance = Score(), random.Random(7)
        ranges = {page.number: (page.char_from, page.char_to) for page in self.pages.pages}
        said = {n: letters_of_quote(self.markdown[start:end]) for n, (start, end) in ranges.items()}
        shown: dict[int, list[_Letter]] = {}
        with pypdfium2.PdfDocument(self.data) as document:
            for span in self.spans:
                wanted = letters_of_quote(span.quote)
                if not wanted or span.page is None:
                    continue
                score.quotes += 1
                hint = hint_of(self.markdown, span.char_from, span.quote, page=ranges[span.page])
                if found := self._locate(span.quote, span.page, hint):
                    score.located[found.how] += 1
                    for number in found.boxes.keys() - shown.keys():
                        shown[number] = list(_characters(document[number - 1]))
                    score.agree += _agree(span.quote, _under(found.boxes, shown))
                others = [n for n in ranges if n not in (span.page, span.page + 1) and not self._has(wanted, n, said)]
                for number in chance.sample(others, min(_TRIES, len(others))):
                    score.tries += 1
                    score.wrong += self._locate(span.quote, number, hint) is not None
        return score

    def _locate(self, quote: str, page: int, hint: Hint) -> Located | None:
        return locate_in_any(quote, page, (self.words, self.converted), hint)

    def _has(self, wanted: str, number: int, said: Mapping[int, str]) -> bool:
        """Return whether the page, or it and the next one, have these letters, as they are read in any way."""
        texts = [said, *({n: page.text for n, page in pages.items()} for pages in (self.words, self.converted))]
        return any(wanted in text.get(number, "") + text.get(number + 1, "") for text in texts)


def _spans(markdown: str, pages: PageMap, settings: Settings) -> Iterator[Span]:
    chunks = chunking.split(
        markdown,
        pages,
        document_id=DocumentId(UUID(int=0)),
        min_chars=settings.chunk_min_chars,
        max_chars=settings.chunk_max_chars,
        overlap_chars=settings.chunk_overlap_chars,
    )
    missing = names_missing_in("\n".join(chunk.text for chunk in chunks))
    prove, around = prover(pages, None), Surroundings(markdown)
    generator = ExtractiveFactGenerator(settings.facts_per_chunk)
    for chunk, answer in zip(chunks, generator.generate(chunk_inputs(chunks, 0)), strict=True):
        result = judge(chunk, answer, cached=False, prove=prove, echo_from=1.0, missing=missing, surroundings=around)
        for fact in result.facts:
            for proof in fact.evidence:
                yield Span(proof.quote, proof.char_from, proof.char_to, proof.page)


class _Letter(NamedTuple):
    """A letter as PDFium has it: its middle in points from the upper left corner, and the number of its word."""

    text: str
    x: float
    y: float
    word: int


def _characters(page: pypdfium2.PdfPage) -> Iterator[_Letter]:
    width, height = (round(edge * _FINE) for edge in page.get_size())
    text = page.get_textpage()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_int(), ctypes.c_int()
    word = 0
    for at in range(text.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text, at))
        word += char.isspace()
        if letter := letters(char):
            pdfium.FPDFText_GetCharBox(text, at, left, right, bottom, top)
            middle = (left.value + right.value) / 2, (bottom.value + top.value) / 2
            pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, *middle, x, y)
            yield _Letter(letter, x.value / _FINE, y.value / _FINE, word)


def _under(boxes: Mapping[int, tuple[Box, ...]], shown: Mapping[int, list[_Letter]]) -> list[str]:
    """The words under the boxes."""
    return [
        "".join(letter.text for letter in word)
        for number, areas in boxes.items()
        for _, word in groupby((one for one in shown[number] if _is_in(one, areas)), key=lambda one: one.word)
    ]


def _is_in(one: _Letter, areas: Iterable[Box]) -> bool:
    return any(l - _EDGE <= one.x <= r + _EDGE and t - _EDGE <= one.y <= b + _EDGE for l, t, r, b in areas)  # noqa: E741


def _agree(quote: str, under: list[str]) -> bool:
    """Return whether the letters that stand beside each other are the same: all along, or within words, in whatever
    order the reader has cells and words of two directions."""
    along = _pairs([letters_of_quote(quote)]), _pairs(["".join(under)])
    within = _pairs([word for word, _ in words_of_quote(quote)]), _pairs(under)
    return any(2 * (one & other).total() >= AGREES * (one.total() + other.total()) for one, other in (along, within))


def _pairs(words: Iterable[str]) -> Counter[str]:
    """Letters that stand beside each other, in whatever direction the text runs."""
    found: Counter[str] = Counter()
    for word in words:
        found.update([min(pair, pair[::-1]) for pair in map("".join, pairwise(word))] or [word])
    return found


def _times(files: list[Path], settings: Settings) -> tuple[list[float], list[float]]:
    """Milliseconds of pages that nobody has seen, and of the same by another process that finds them kept."""
    uncached: list[float] = []
    cached: list[float] = []
    viewer = PooledPageViewer(settings)
    with tempfile.TemporaryDirectory(prefix="pipeline-pages-") as folder:
        store = LocalObjectStore(Path(folder))
        first, second = PageViews(store, viewer), PageViews(store, viewer)
        for file in files:
            data = file.read_bytes()
            key = f"documents/{file.stem}/original/{file.name}"
            store.put(key, data)
            with pypdfium2.PdfDocument(data) as document:
                count = len(document)
            original = Original(DocumentId(UUID(int=0)), file.name, filetypes.PDF.mime, count, key, sha256_hex(data))
            numbers = sorted({1 + count * at // _TIMED for at in range(_TIMED)})
            if not uncached:
                viewer.view(data, 1, ImageKind.WEBP)  # a process has started
            uncached += [_timed(first, original, number) for number in numbers]
            cached += [_timed(second, original, number) for number in numbers]
    viewer.close()
    return uncached, cached


def _timed(views: PageViews, original: Original, number: int) -> float:
    began = time.perf_counter()
    views.image(original, number, ImageKind.WEBP)
    views.words(original, number)
    return (time.perf_counter() - began) * 1000


def _time_row(name: str, times: list[float]) -> list[str]:
    ordered = sorted(times)
    return [name, f"{len(times):,}", *(f"{ordered[int(share * len(ordered))]:.1f}" for share in (0.5, 0.95))]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"
