"""Claims of paragraphs and list items: whole sentences that stand alone, scored."""

import re
from collections.abc import Iterator, Sequence

from pipeline_core.adapters.facts.blocks import Block
from pipeline_core.adapters.facts.claims import Claim
from pipeline_core.adapters.facts.english import has_finite_verb
from pipeline_core.adapters.facts.english_words import (
    CONNECTIVE,
    EDGES,
    IMPERATIVES,
    LEANS_IN,
    NO_START,
    THIRD_PERSON,
    word_set,
)
from pipeline_core.adapters.facts.languages import UNSPACED
from pipeline_core.adapters.facts.plain_questions import plain_questions, under_heading
from pipeline_core.adapters.facts.questions import question_for
from pipeline_core.domain.text import numbers_in, strip_markdown
from pipeline_core.domain.unreadable import unreadable

MIN_WORDS, MAX_WORDS = 4, 60


# Replaced by as many other characters before sentences are sought: no end of a sentence is in them.
_MARKS = re.compile(
    r"(?P<solid>`[^`\n]+`|\d{1,9}\\[.)]|(?<=>)\.(?=\\?<)|(?<=[\d#])\.(?=#)"
    r"|\[(?=[^\[\]\n]*\]\()|\]\([^()\s]*\)|<[^<>\n]*>|\$(?! )[^$\n]{1,80}(?<! )\$(?!\d))"
    r"|\[(?:\^|@)[^\[\]]*\]|[*_]+"
)
# The segmenter takes some whole words ("miss.", "no.") for abbreviations.
_MISSED_END = re.compile(r"(?<=[a-z]{4}[.!] )(?=[A-Z])")
_SENTENCE_END = re.compile(r"[.!。！．।](?:[)\"'”’»\]*_`」』]|\[\^[^\]]*\])*$")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|al|vs|cf|Nos?|Figs?|Sec|Art|Dr|Mrs?|Ms|St|pp?|[A-Z])\.$")
_LABEL = re.compile(r"(?:\*\*|__)(?P<key>[^*_:\n]{2,60})(?::(?:\*\*|__)|(?:\*\*|__):)\s+(?P<value>\S.*)", re.DOTALL)
LABELS_ONLY = word_set("note notes example examples warning important tip caution remark see")


def prose_claims(text: str, block: Block, language: str) -> Iterator[Claim]:
    body = block.text_in(text)
    label = _LABEL.fullmatch(body)
    if label and not _SENTENCE_END.search(body):
        if claim := _labelled(block, label):
            yield claim
        return
    for position, (start, end) in enumerate(sentences_of(body, language)):
        if position == 0 and block.has_unclear_sign:
            continue
        if claim := _sentence(body[start:end], block, block.start + start, language, opens=position == 0):
            yield claim


def _labelled(block: Block, label: re.Match[str]) -> Claim | None:
    """``**Deductible:** $500`` says what a row of a table with two columns says."""
    key, value = strip_markdown(label["key"]), strip_markdown(label["value"])
    if (
        key.lower() in LABELS_ONLY
        or not 1 <= len(value) <= 200
        or not keeps_numbers(value, label["value"])
        or unreadable(value)
    ):
        return None
    question = f'What is stated for "{key}"{under_heading(block.headings)}?'
    score = 1.5 + bool(numbers_in(value))
    return Claim(((block.start, block.end),), f"{key}: {value}", value, lambda: iter((question,)), score)


def sentences_of(body: str, language: str) -> Iterator[tuple[int, int]]:
    """Where the sentences stand. Closing marks stay with their sentence, opening ones go with the next."""
    from sentencex import segment

    masked = _MARKS.sub(lambda match: ("X" if match["solid"] else " ") * len(match[0]), body)
    start = end = 0
    for part in segment(language, masked):
        for piece in _MISSED_END.split(part) if language == "en" else (part,):
            end += len(piece)
            cut = end
            while cut > start and body[cut - 1] in "*_":
                cut -= 1
            if cut == start or not body[cut - 1].isspace():
                cut = end
            sentence = body[start:cut]
            if sentence.strip():
                yield start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip())
            start = cut


def keeps_numbers(stripped: str, verbatim: str) -> bool:
    """Whether stripping the marks has left every number as it is written in the quote."""
    return stripped == verbatim or set(numbers_in(stripped)) <= set(numbers_in(verbatim))


def _sentence(quote: str, block: Block, start: int, language: str, *, opens: bool) -> Claim | None:
    if not _SENTENCE_END.search(quote) or _ABBREVIATION.search(quote):
        return None
    end = start + len(quote)
    statement = strip_markdown(quote)
    if language == "en" and (link := CONNECTIVE.match(statement)):
        # What stands after "However," stands alone: quote that.
        rest = quote.partition(link[0].strip())[2].lstrip()
        if not rest:
            return None
        start, quote = end - len(rest), rest
        statement = strip_markdown(rest)
        statement = statement[:1].upper() + statement[1:]
    if not _stands_alone(statement, language) or not keeps_numbers(statement, quote) or unreadable(statement):
        return None
    asked, subject = question_for(statement, block.headings) if language == "en" else (None, "")

    def questions() -> Iterator[str]:
        if asked:
            yield asked
        yield from plain_questions(statement, block.headings, language, subject)

    score = score_of(statement, block.headings, language) + opens / 2 + (asked is not None)
    return Claim(((start, end),), statement, statement, questions, score)


_OPENING = re.compile(r"[\"'“‘«(\[]*(?:(?:[<>≤≥±+−-] ?)+(?=[$€£¥]?\d))?[$€£¥]?(?P<first>\w)")
# Left-overs of a conversion, captions, and what stands at the foot of a page.
_BROKEN = re.compile(
    r" [.,;)]|\*\*|\]\(|[`|{}©]|<(?! ?[$€£¥]?\d|[a-z][\w-]*(?: [\w-]+)*>)"
    r"|\\[a-z]|https?://|www\.|all rights reserved|\bdoi\b|\bisbn\b|\bpp?\. ?\d"
    r"|page \d+ of|^\W*(?:figure|fig\.|table|listing|chart|photo|source)\b[^a-z]*[\d:]"
)
_RUN_OF_LETTERS = re.compile(r"[^\W\d_]+")
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"))


def _stands_alone(statement: str, language: str) -> bool:
    """A whole sentence, of a fit length, that does not lean on the one before it."""
    first = _OPENING.match(statement)
    if not first or first["first"].islower() or not _is_of_fit_length(statement, language):
        return False
    leans = LEANS_IN.get(language)
    if (leans and leans.match(statement)) or _BROKEN.search(statement.lower()):
        return False
    if any(statement.count(opening) != statement.count(closing) for opening, closing in _PAIRS):
        return False
    if statement.count('"') % 2:
        return False
    if language != "en":
        return True
    words = statement.split()
    start = words[0].strip(EDGES).lower()
    if start in THIRD_PERSON or start in NO_START:
        return False
    return start in IMPERATIVES or has_finite_verb(words)


def _is_of_fit_length(statement: str, language: str) -> bool:
    if language in UNSPACED:
        return 10 <= len(statement) <= 200
    words = statement.count(" ") + 1
    letters = sum(map(len, _RUN_OF_LETTERS.findall(statement)))
    return MIN_WORDS <= words <= MAX_WORDS and 2 * letters >= len(statement) - words


_WORTH = (
    (
        1.5,
        word_set("must shall required requires require means mean covers cover covered excludes excluded exclude"),
    ),
    (1.5, word_set("entitled liable prohibited limited defined")),
    (
        0.5,
        word_set("may can should will includes include provides provide supports contains never not"),
    ),
    (
        -1.0,
        word_set("this these those such former latter above below following here previously another"),
    ),
    (-1.0, word_set("we our i my")),
    (-2.0, word_set("please see")),
    (-0.5, word_set("it its they them their he she his her")),
)
# Looked for in lower case.
_ANYWHERE = (
    (1.0, re.compile(r"\d")),
    (1.0, re.compile(r"[$€£¥%]|\bper ?cent\b")),
    (0.5, re.compile(r"\b(?:within|after|before|until|every|per) .{0,20}\b(?:hour|day|week|month|year)")),
    (1.0, re.compile(r" (?:is|are|was|were) (?:an?|the|one of) ")),
    (
        -1.0,
        re.compile(r" this(?:[.,;]| (?:further|is|was|has|can|may|will|means)\b)| (?:do|did) so\b|refer to "),
    ),
    (-1.0, re.compile(r" (?:figure|fig\.|table|section|chapter|appendix|listing|equation|page) \(?[\d§]")),
    (-0.5, re.compile(r"[!;:]")),
)
_AT_THE_START = (
    (-1.5, re.compile(r"we (?!(?:will|shall|may|must|can|cannot|do not|pay|cover)\b)")),
    (-1.0, re.compile(r"[^,]{0,30}\b(?:it|they|this)\b")),
    (-0.5, re.compile(r"there\b")),
)
_HEADING_WORD = re.compile(r"\w{4,}")


def score_of(statement: str, headings: Sequence[str], language: str) -> float:
    """How much a reader would want the sentence: the sum of the features it has, from 1."""
    if language != "en":
        return 1.0 + min(2, len(numbers_in(statement))) / 2
    lowered = statement.lower()
    words = lowered.split()
    bare = {word.strip(EDGES) for word in words}
    score = 1.0 + sum(weight for weight, listed in _WORTH if not listed.isdisjoint(bare))
    score += sum(weight for weight, pattern in _ANYWHERE if pattern.search(lowered))
    score += sum(weight for weight, pattern in _AT_THE_START if pattern.match(lowered))
    if headings:
        score += 0.5 * min(2, sum(word in lowered for word in _HEADING_WORD.findall(headings[-1].lower())))
    return score + (0.5 if 8 <= len(words) <= 30 else -0.5 if len(words) > 40 else 0.0)
