"""Questions that the document asks itself and answers right below: those of a FAQ, in headings, bold or behind "Q:"."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import MAX_QUESTION_CHARS, Claim
from pipeline_core.adapters.facts.lead_words import is_question
from pipeline_core.adapters.facts.leaning import points_back
from pipeline_core.adapters.facts.lists import whole_sentence
from pipeline_core.adapters.facts.refusals import why_refused
from pipeline_core.adapters.facts.scope import bare, share_a_word
from pipeline_core.adapters.facts.sentences import keeps_numbers, plain_words, prose_claims, sentences_of
from pipeline_core.adapters.facts.worth import traits_of
from pipeline_core.domain.text import numbers_in, strip_markdown
from pipeline_core.domain.unreadable import unreadable

# "Q: …?" on a line of its own, or "**…?**", with or without its answer behind it.
_QUESTION = re.compile(
    r"\s*(?P<bold>\*\*|__)?(?P<label>[^\W\d_]{1,12}\s?\d{0,3}\s?[.:：)](?:\*\*|__)?\s*)?"
    r"(?P<said>(?:[^\n*]{5,200}?|[\u3040-\u9fff]{2,4})[?？؟;])(?P<late>\*\*|__)?\s*(?P<answer>\S.*)?\Z",
    re.DOTALL,
)
_ANSWER_LABEL = re.compile(r"\s*(?:\*\*|__)?[^\W\d_]{1,12}\s?\d{0,3}\s?[.:：)](?:\*\*|__)?\s*")
_OPENS_SHORT = re.compile(r"\W*\w+(?:[,;.:!，、。،]|\s[–—-]\s)")
"""A word and a stop at the beginning, "Yes, …", go on with the question, in any language."""
_NUMBER_FIRST = re.compile(r"\A(\d{1,9})([.)])")
_NO_SUBJECT = 5
"""So few characters have no room for what is asked about: "多少钱？", "Why?"."""
_FEW_WORDS = 3
_MOST_SENTENCES = 3
_MOST_WORDS = 70


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, where it stands, and where its answer begins.

    One that is not understood alone ("What does it cost?") is not asked; the label of its answer is none of its words.
    """

    said: str
    span: tuple[int, int]
    answer_start: int
    is_understood: bool = True


def questions_asked(text: str, blocks: Sequence[Block], language: str, repeated: Collection[str]) -> dict[int, Asked]:
    """The questions by the numbers of the paragraphs that answer them.

    One that heads several sections ("Is it vulnerable?") is about what each is of, which it does not say.
    """
    found: dict[int, Asked] = {}
    for at, (above, block) in enumerate(zip((None, *blocks), blocks, strict=False)):
        if block.kind != "prose" or block.item:
            continue
        asked = _own_question(text, block, language)
        if asked is None and above and above.kind == "prose":
            asked = _of_paragraph(text, above, block, language)
        elif asked is None and above and above.kind == "heading" and not set(block.headings[-1:]) & set(repeated):
            asked = _of_heading(text, above, block.start, language)
        asked = asked and replace(asked, is_understood=_is_understood(asked.said, language))
        if asked and (asked.is_understood or asked.answer_start > block.start):
            found[at] = asked
    return found


def _is_understood(question: str, language: str) -> bool:
    """Return whether the question alone tells its subject, and does not praise those who ask it."""
    if len(question) <= _NO_SUBJECT:
        return False
    told = traits_of(question, language)
    return not (told.get("first_person") or told.get("points_inside") or points_back(question, language))


def _of_heading(text: str, heading: Block, answer_start: int, language: str) -> Asked | None:
    span = heading.title_in(text)
    said = bare(strip_markdown(text[slice(*span)]))
    return Asked(said, span, answer_start) if _asks(said, language) else None


def _of_paragraph(text: str, above: Block, block: Block, language: str) -> Asked | None:
    match = _marked(above.text_in(text), language)
    return None if match is None or match["answer"] else _asked(match, above.start, block.text_in(text), block.start)


def _own_question(text: str, block: Block, language: str) -> Asked | None:
    if block.run_in:
        said = strip_markdown(text[slice(*block.run_in)])
        return Asked(said, block.run_in, block.start) if _asks(said, language) else None
    match = _marked(block.text_in(text), language)
    if match is None or not match["answer"]:
        return None
    if not match["bold"] and "\n" not in match.string[match.end("said") : match.start("answer")]:
        return None
    return _asked(match, block.start, match["answer"], block.start + match.start("answer"))


def _marked(body: str, language: str) -> re.Match[str] | None:
    """Find a question that stands out: bold as a whole, or behind a label. Other questions may address nobody."""
    match = _QUESTION.match(body)
    is_marked = match and (match["label"] or (match["bold"] and match["late"]))
    return match if match and is_marked and _asks(match["said"], language) else None


def _asked(match: re.Match[str], start: int, answer: str, answer_start: int) -> Asked:
    label = _ANSWER_LABEL.match(answer) if match["label"] else None
    span = (start + match.start("said"), start + match.end("said"))
    return Asked(strip_markdown(match["said"]), span, answer_start + (label.end() if label else 0))


def _asks(said: str, language: str) -> bool:
    return is_question(said, language) and len(said) <= MAX_QUESTION_CHARS and not unreadable(said)


def answer_claims(text: str, block: Block, asked: Asked, language: str) -> Iterator[Claim]:
    """The claims of a paragraph that answers a question: its answer with the question, and what else it says."""
    block = replace(block, start=asked.answer_start)
    body = block.text_in(text)
    spans = list(sentences_of(body, language))
    found = list(prose_claims(text, block, language))
    if not spans:
        return
    start, end = spans[0]
    if len(spans) > 1 and len(body[start:end].split()) <= _FEW_WORDS:
        end = spans[1][1]  # "Yes. You can …"
    first = next((claim for claim in found if claim.start == block.start + start), None)
    is_short = _OPENS_SHORT.match(body[start:end]) is not None
    if first and not is_short and share_a_word(asked.said, first.statement, language):
        yield _answering(first, asked, first.statement, first.spans[-1])
        end = first.spans[-1][1] - block.start
    elif len(spans) <= _MOST_SENTENCES and (claim := _together(text, block.start, (start, end), asked, language)):
        yield claim
    else:
        yield from found
        return
    yield from (claim for claim in found if claim.start >= block.start + end)


def _answering(claim: Claim, asked: Asked, statement: str, span: tuple[int, int]) -> Claim:
    return replace(
        claim,
        spans=(asked.span, span),
        statement=statement,
        answer=claim.statement,
        question=asked.said,
        score=claim.score + 1,
    )


def _together(text: str, start: int, span: tuple[int, int], asked: Asked, language: str) -> Claim | None:
    """Question and answer as one statement, where the answer is not understood alone: "May I pay later? Yes, …"."""
    raw = text[start + span[0] : start + span[1]]
    # a number that begins a line may be the mark of a list; behind a label or a question, "A: 16. …", it is text
    begins_line = not text[: start + span[0]].rpartition("\n")[2].strip()
    answer = plain_words(raw if begins_line else _NUMBER_FIRST.sub(r"\1\\\2", raw))
    statement = f"{asked.said} {answer}"
    if not whole_sentence(answer) or why_refused(answer, language) or len(statement.split()) > _MOST_WORDS:
        return None
    if not keeps_numbers(answer, raw) or not any(map(str.isalpha, answer)):
        return None
    traits = {"prose": 1.0, "sentence_whole": 1.0, "leans": 0.0, "score": 2.0 + bool(numbers_in(answer))}
    claim = Claim(((0, 0),), answer, 1.0 + bool(numbers_in(answer)), traits)
    return _answering(claim, asked, statement, (start + span[0], start + span[1]))
