"""Words that a reviewer marks in a chunk, with question and answer, before they are a fact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.cuts import cuts
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import ChunkId, QuestionId, added_question_id_for
from pipeline_core.domain.reasons import is_blank, trimmed
from pipeline_core.domain.text import strip_markdown
from pipeline_core.domain.wording import counted
from pipeline_core.review.decisions import require_storable


@dataclass(frozen=True, slots=True)
class Marked:
    """Words of a chunk: ``text[char_from:char_to]``, counted in characters from the chunk's beginning."""

    char_from: int
    char_to: int


@dataclass(frozen=True, slots=True)
class MissedFact:
    """Marked words, in the order in which a reader needs them, and the reviewer's own.

    Question and answer are given together or not at all. Without a statement, the marked words are the statement.
    """

    chunk_id: ChunkId
    marked: tuple[Marked, ...]
    question: str | None = None
    answer: str | None = None
    statement: str | None = None

    @property
    def question_id(self) -> QuestionId:
        spans = [(one.char_from, one.char_to) for one in self.marked]
        return added_question_id_for(self.chunk_id, spans, self.question, self.answer, self.statement)


def read(missed: MissedFact) -> MissedFact:
    """Return the marked fact with blanks at the ends of its texts removed.

    Raises:
        RefusedError: a text is blank or too long, or there is a question without an answer or the other way round.
    """
    missed = replace(
        missed,
        question=_said("question", missed.question),
        answer=_said("answer", missed.answer),
        statement=_said("statement", missed.statement),
    )
    if (missed.question is None) != (missed.answer is None):
        lacks = "answer" if missed.answer is None else "question"
        raise RefusedError(
            f"The fact has no {lacks}: it has a question and an answer, or neither.",
            action=f"Give --{lacks} too.",
            http_action=f"Give `{lacks}` too.",
            page_action=f"Fill in the {lacks} too, or neither.",
        )
    return missed


def _said(what: str, text: str | None) -> str | None:
    if text is None:
        return None
    if is_blank(text):
        raise RefusedError(f"The {what} is blank.", action=f"Leave out the {what}, or give it a text.")
    require_storable(what, text)
    return trimmed(text)


def quotes(missed: MissedFact, chunk: Chunk) -> list[str]:
    """The chunk's own words at the marks.

    Raises:
        RefusedError: nothing is marked, a mark is not within the chunk, blank, or cuts a word or a number, or two
            marks overlap.
    """
    length = len(chunk.text)
    if not missed.marked:
        raise RefusedError("No words are marked.", action="Mark what proves the fact.")
    for one in missed.marked:
        where = f"{one.char_from}–{one.char_to}"
        if one.char_from >= one.char_to:
            what = "is empty" if one.char_from == one.char_to else "is reversed"
            raise RefusedError(f"{where} {what}: a mark ends behind its beginning.", action="Mark a word or more.")
        if not 0 <= one.char_from < one.char_to <= length:
            raise RefusedError(f"{where} is not within the chunk, which has {counted(length, 'character')}.")
        quote = chunk.text[one.char_from : one.char_to]
        if is_blank(quote) or not strip_markdown(quote):
            raise RefusedError(f"There is no readable text at {where} of the chunk.")
        if cuts(chunk.text, one.char_from) or cuts(chunk.text, one.char_to):
            raise RefusedError(
                f"{where} of the chunk begins or ends inside a word or a number: “{quote}”.",
                action="Mark whole words: a part of one proves nothing.",
            )
    for one, following in pairwise(sorted(missed.marked, key=lambda mark: mark.char_from)):
        if following.char_from < one.char_to:
            raise RefusedError(f"The marks overlap at {following.char_from} of the chunk.")
    return [chunk.text[one.char_from : one.char_to] for one in missed.marked]


def statement_of(quoted: Sequence[str]) -> str:
    """Return the marked words as a reader sees them."""
    return " ".join(map(strip_markdown, quoted))
