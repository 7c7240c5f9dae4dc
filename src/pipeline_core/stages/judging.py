"""Judgement of an answer for a chunk: every fact is proved by its chunk and on its page.

The context of a row is proved whole, or by the parts in which the page has it: a conversion puts the words of several
header rows into one cell ("Teachers Control Public"), which stand above each other and apart. Each part of them is then
evidence by itself.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

import orjson

from pipeline_core.domain.canaries import invented_name
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.confidence import unknown_traits
from pipeline_core.domain.contiguity import Pages, Piece
from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.facts import (
    AnswerOutcome,
    ChunkOutcome,
    ChunkResult,
    Evidence,
    Fact,
    FactCandidate,
    Generated,
    joined_quotes,
    present,
)
from pipeline_core.domain.ids import question_id_for
from pipeline_core.domain.page_words import words_from_json
from pipeline_core.stages import evidence
from pipeline_core.stages.surroundings import Surroundings
from pipeline_core.validation.echo_rules import echoed_example

Prove = Callable[[str, int, int], tuple[int | None, tuple[Piece, ...]]]
"""The page of a quote and its range, and where its parts stand if it is not there in one piece."""

_CELL = re.compile(r"(?:\\.|[^|\\\s])(?:(?:\\.|[^|\\])*(?:\\.|[^|\\\s]))?")
_WORD = re.compile(r"\S+")


def prover(pages: PageMap, words: bytes | None) -> Prove:
    """Return what says where a quote stands on its page, by the words that the pages show."""
    shown = Pages(words_from_json(orjson.loads(words)) if words else {})

    @cache  # a header is proved once for all its rows
    def prove(quote: str, start: int, end: int) -> tuple[int | None, tuple[Piece, ...]]:
        return pages.page_shown(start), shown.scattered(quote, *pages.span(start, end))

    return prove


def judge(
    chunk: Chunk,
    answer: Generated | PipelineError,
    *,
    cached: bool,
    prove: Prove,
    echo_from: float | None,
    missing: Sequence[str],
    surroundings: Surroundings | None = None,
) -> ChunkResult:
    """Judges an answer for a chunk: returns its proved facts, or the reason why it has none.

    Without ``echo_from`` no prompt has made it, so that no words of one are looked for. It has failed where a
    generator says traits that are in no table: no weight and no reason would be found for them.
    """
    surroundings = surroundings or Surroundings(chunk.text, chunk.char_from)
    if isinstance(answer, Exception):
        return ChunkResult(ChunkOutcome.FAILED, reason=str(answer))
    said = {name for candidate in answer.candidates for name in candidate.traits}
    unknown = unknown_traits(said)
    if unknown or answer.outcome is not AnswerOutcome.ANSWERED:
        named = f"The generator says traits that nobody knows: {', '.join(unknown)}."
        reason = answer.reason if answer.outcome is not AnswerOutcome.ANSWERED else named
        return ChunkResult(ChunkOutcome.FAILED, (), reason, 0, cached, answer.usage)
    whole = [candidate for candidate in answer.candidates if candidate.is_whole]
    proved, refused = evidence.verify(whole, chunk.text)
    refused += len(answer.candidates) - len(whole)
    echoed = [] if echo_from is None else _echoed(proved, echo_from, missing)
    proved = [(candidate, proof) for candidate, proof in proved if candidate not in echoed] if echoed else proved
    refused += len(echoed)
    placed = [(candidate, proof, surroundings.place(candidate.around, chunk)) for candidate, proof in proved]
    facts = tuple(_fact(chunk, candidate, proof, near, prove) for candidate, proof, near in placed if near is not None)
    refused += len(placed) - len(facts)
    if facts:
        return ChunkResult(ChunkOutcome.FACTS, facts, answer.reason, refused, cached, answer.usage)
    reason = answer.reason or (
        f"none of {refused} claims was proved by the text" if refused else "the generator found nothing"
    )
    return ChunkResult(ChunkOutcome.NOTHING_HERE, (), reason, refused, cached, answer.usage)


def _echoed(
    proved: Sequence[tuple[FactCandidate, evidence.Proof]], echo_from: float, missing: Sequence[str]
) -> list[FactCandidate]:
    """Return those that repeat an example of the prompt, or have a name of its world."""
    return [
        candidate for candidate, proof in proved
        if echoed_example(present(candidate.answer, candidate.statement), joined_quotes(proof), echo_from)
        or invented_name(candidate.texts, missing)
    ]  # fmt: skip


def _fact(chunk: Chunk, candidate: FactCandidate, proof: evidence.Proof, around: evidence.Proof, prove: Prove) -> Fact:
    own = [
        replace(span, char_from=chunk.char_from + span.char_from, char_to=chunk.char_from + span.char_to)
        for span in _own_first(candidate, proof)
    ]
    near = [part for span in around if span not in own for part in standing(span, prove)]
    proved = [*near, *(_proved(span, 0, len(span.quote), prove) for span in own)]
    return Fact(
        question_id=question_id_for(chunk.chunk_id, candidate.question, candidate.statement, own[0].char_from),
        question=candidate.question,
        answer=candidate.answer,
        statement=candidate.statement,
        evidence=tuple(span for span, _ in proved),
        scattered=tuple(piece for _, pieces in proved for piece in pieces),
        traits=candidate.traits,
        around=len(near),
    )


def _own_first(candidate: FactCandidate, proof: evidence.Proof) -> evidence.Proof:
    """The proof with the heading that says what the fact is of behind the fact's own words: its place is theirs.

    A generator quotes the heading first, so that the words are looked up below it.
    """
    if len(proof) > 1 and candidate.traits.get("scoped") and candidate.statement.partition(": ")[0] in proof[0].quote:
        return (*proof[1:], proof[0])
    return proof


def standing(span: Evidence, prove: Prove) -> list[tuple[Evidence, tuple[Piece, ...]]]:
    """The span with its page, or its longest parts that stand there in one piece, in order.

    With each comes where its pieces stand if it does not: a word that the page does not have.
    """
    whole = _proved(span, 0, len(span.quote), prove)
    if not whole[1]:
        return [whole]
    parts: list[tuple[Evidence, tuple[Piece, ...]]] = []
    for cell in _CELL.finditer(span.quote):
        proved = _proved(span, *cell.span(), prove)
        words = [match.span() for match in _WORD.finditer(span.quote, *cell.span())]
        parts += [proved] if not proved[1] else _runs(span, words, prove)
    return parts


def _runs(
    span: Evidence, words: Sequence[tuple[int, int]], prove: Prove
) -> Iterator[tuple[Evidence, tuple[Piece, ...]]]:
    """The longest runs of words that the page has."""
    at = 0
    while at < len(words):
        for upto in range(len(words), at, -1):
            proved = _proved(span, words[at][0], words[upto - 1][1], prove)
            if not proved[1] or upto == at + 1:
                yield proved
                at = upto
                break


def _proved(span: Evidence, begin: int, end: int, prove: Prove) -> tuple[Evidence, tuple[Piece, ...]]:
    quote, start = span.quote[begin:end], span.char_from + begin
    page, pieces = prove(quote, start, start + len(quote))
    return replace(span, quote=quote, char_from=start, char_to=start + len(quote), page=page), pieces
