"""The second proof of evidence on the shared PDFs, against the texts that they were made from.

A quote is truly scattered if the text has its words in parts that do not follow each other there; it is whole if the
text has it in one piece, but for single letters and for marks that stand for others (a citation, a formula). What the
text has not (a header, the labels of a picture) is not judged. A row is judged as the sentence that it would be: one
whose cells are lines of a sentence each counts as scattered, though its cells stand side by side as the rule asks.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from uuid import UUID

from benchmarks.corpus import SHARED
from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator
from pipeline_core.domain import filetypes
from pipeline_core.domain.contiguity import Pages, plain
from pipeline_core.domain.errors import DocumentError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.layout import squash
from pipeline_core.settings import Settings, load_settings
from pipeline_core.stages import chunking
from pipeline_core.stages.chunk_inputs import chunk_inputs
from pipeline_core.stages.cleaning import clean
from pipeline_core.stages.evidence import verify

PIECE = 12
"""Letters of the shortest part by which a place in the text is known."""
COVERED = 0.9
"""The share of a quote's letters that such parts must have before it is judged."""
BETWEEN = 1
"""Most letters between two parts that still follow each other, in the quote as in the text."""
MARK, SOURCE = 6, 40
"""Most letters of a mark that is one in the quote and another in the text: "[22, 29]" and the names of two papers."""


class Truth(Enum):
    WHOLE = "whole"
    SCATTERED = "scattered"
    UNKNOWN = "not in the text"


@dataclass(slots=True)
class Score:
    """Counts of facts that the rule left out or kept, by the truth about them."""

    documents: int = 0
    left_out: Counter[Truth] = field(default_factory=Counter)
    rows: int = 0
    """Of the facts that are scattered and were kept: rows of a table."""
    kept: Counter[Truth] = field(default_factory=Counter)

    def add(self, other: "Score") -> None:
        self.documents += other.documents
        self.rows += other.rows
        self.left_out += other.left_out
        self.kept += other.kept

    @property
    def precision(self) -> float | None:
        """Of the judged facts that were left out, how many are scattered."""
        return _share(self.left_out[Truth.SCATTERED], self.left_out[Truth.WHOLE])

    @property
    def recall(self) -> float | None:
        """Of the facts that are scattered, how many were left out."""
        return _share(self.left_out[Truth.SCATTERED], self.kept[Truth.SCATTERED])


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


def judge(quote: str, text: str) -> Truth:
    """Judge the quote against the text; both squashed."""
    if quote in text:
        return Truth.WHOLE
    pieces = _pieces(quote, text)
    if sum(len(piece) for _, piece in pieces) < COVERED * len(quote):
        return Truth.UNKNOWN
    begins, first = pieces[0]
    upto, ends = begins + len(first), {at + len(first) for at in _places(first, text)}
    for begins, piece in pieces[1:]:
        skipped, upto = begins - upto, begins + len(piece)
        follows = _following(skipped)
        reached = {end + between for end in ends for between in follows}
        ends = {at + len(piece) for at in _places(piece, text) if at in reached}
    return Truth.WHOLE if ends else Truth.SCATTERED


def _following(skipped: int) -> range:
    """Return how many letters of the text may match so many others of the quote without separating its parts."""
    if not skipped:
        return range(BETWEEN + 1)
    # more letters of the quote than one, where the text has none, are no mark but what was read into it
    return range(0 if skipped <= BETWEEN else 1, SOURCE + 1) if skipped <= MARK else range(0)


def _pieces(quote: str, text: str) -> list[tuple[int, str]]:
    """The longest parts of the quote that the text has, each with where it begins in the quote."""
    found: list[tuple[int, str]] = []
    at = 0
    while at + PIECE <= len(quote):
        length = PIECE
        if quote[at : at + length] not in text:
            at += 1
            continue
        while at + length < len(quote) and quote[at : at + length + 1] in text:
            length += 1
        found.append((at, quote[at : at + length]))
        at += length
    return found


def _places(piece: str, text: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _score(file: Path, text: str, settings: Settings) -> Score:
    """Every fact of one PDF, proved as the pipeline proves it and judged against its text."""
    score = Score(documents=1)
    try:
        converted = pdf.convert(
            Source(file.read_bytes(), file.name, filetypes.PDF), ConvertOptions(max_pages=settings.max_pages)
        )
    except DocumentError:
        return score
    markdown, page_map, _ = clean(converted.markdown, converted.page_map)
    chunks = chunking.split(
        markdown,
        page_map,
        document_id=DocumentId(UUID(int=0)),
        min_chars=settings.chunk_min_chars,
        max_chars=settings.chunk_max_chars,
        overlap_chars=settings.chunk_overlap_chars,
    )
    pages = Pages(converted.page_words or {})
    truth = squash(plain(text))
    generator = ExtractiveFactGenerator(settings.facts_per_chunk)
    for chunk, answer in zip(chunks, generator.generate(chunk_inputs(chunks, 0)), strict=True):
        proved = verify(answer.candidates, chunk.text)[0]
        for found in (quoted for _, proof in proved for quoted in proof):
            span = page_map.span(chunk.char_from + found.char_from, chunk.char_from + found.char_to)
            is_kept = not pages.scattered(found.quote, *span)
            judged = judge(squash(plain(found.quote)), truth)
            (score.kept if is_kept else score.left_out)[judged] += 1
            score.rows += is_kept and judged is Truth.SCATTERED and "|" in found.quote
    return score


def main(show: Callable[[str, list[str], list[list[str]], str], None]) -> None:
    settings = load_settings()
    scores: dict[str, Score] = {}
    for file in sorted(SHARED.glob("documents/*/pdf/*.pdf")):
        truth = file.parents[1] / "gt" / f"{file.stem}.md"
        if truth.is_file():
            score = _score(file, truth.read_text("utf-8", "replace"), settings)
            scores.setdefault(file.parents[1].name, Score()).add(score)
    total = Score()
    for score in scores.values():
        total.add(score)
    rows = [
        [
            name,
            str(score.documents),
            f"{score.left_out.total() + score.kept.total():,}",
            str(score.left_out.total()),
            *(str(score.left_out[truth]) for truth in Truth),
            f"{score.kept[Truth.WHOLE]:,}",
            f"{score.kept[Truth.SCATTERED]} ({score.rows})",
            f"{score.kept[Truth.UNKNOWN]:,}",
            *("–" if share is None else f"{share:.1%}" for share in (score.precision, score.recall)),
        ]
        for name, score in [*scores.items(), ("all", total)]
    ]
    show(
        "The proof on the page",
        [
            "set", "PDFs", "facts", "left out", "whole", "scattered", "?", "kept: whole", "scattered (rows)", "?",
            "precision", "recall",
        ],
        rows,
        "by the texts that the PDFs were made from; “?”: the text has not the words, so nothing is known",
    )  # fmt: skip
