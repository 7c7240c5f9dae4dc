"""Evidence: is the quote in the chunk, and where exactly? The same check for every generator.

A quote is looked up three ways, the strictest first. Whatever is found, the evidence carries the source's own
characters, so ``text[e.char_from:e.char_to] == e.quote`` always holds.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property

from pipeline_core.domain.cuts import cuts
from pipeline_core.domain.facts import Evidence, FactCandidate, MatchKind, present
from pipeline_core.domain.text import negations_in, numbers_in

MIN_INEXACT_CHARS = 8
MIN_SCORE = 92.0
_MIN_TYPO_LENGTH = 5
# The alignment is as long as the quote, the source may be longer. Without slack comes second, for a neighbour
# that begins or ends as the quote does.
_SLACK_CHARS = (24, 0)
_CLOSING = ".!?,;:)\"'%"
# A generator that copies a sentence drops or adds these without changing what it says.
_FILLERS = frozenset({"the", "a", "an", "that"})
_FOLDED = (
    dict.fromkeys("‘’‚‛′´ʼ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | dict.fromkeys("*`\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
    | {"…": "...", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-‐\u00ad]\n\s*(?=[a-z])")
# Vowel signs and accents are no word characters to Python, yet belong to their word; punctuation does not.
_MARK = r"[^\w\s\x00-\u02ff\u060c\u061b\u061f\u06d4\u0964\u0965\u2000-\u2bff\u3000-\u303f\uff00-\uffef]"
_WORD = re.compile(rf"\d+(?:[.,'’]\d+)*|[^\W\d_](?:[^\W_]|{_MARK}|['’](?=[^\W\d_]))*")
_SYMBOL = re.compile(r"[<>=≤≥≠≈±×÷+^%‰§$€£¥]")
# Greek, Latin and Cyrillic: elsewhere one letter may be a word of its own.
_LAST_TYPED = "\u052f"


class _Source:
    """A text and its folded form, which is made once and only when an exact look-up has failed."""

    def __init__(self, text: str):
        self.text = text

    @cached_property
    def folded(self) -> tuple[str, list[int]]:
        return _fold(self.text)

    def evidence(self, start: int, end: int, match: MatchKind) -> Evidence:
        """The source's own characters for a range of the folded ones."""
        index = self.folded[1]
        char_from, char_to = index[start], index[end - 1] + 1
        return Evidence(self.text[char_from:char_to], char_from, char_to, match=match)


def locate(quote: str, text: str) -> Evidence | None:
    """Find the quote in the text, or None.

    ``EXACT``: letter for letter. ``NORMALIZED``: alike after folding white space, typographic quotes and
    dashes, ligatures, invisible characters, emphasis marks and words broken at a line end. ``ALIGNED``: the
    best rapidfuzz partial alignment, score 92 or more, whose numbers, symbols and negations are the quote's
    and whose words differ as typing errors do. A match never begins or ends inside a word or a number
    (*insured* is no evidence in *uninsured*); an inexact quote needs 8 characters.
    """
    return _locate(quote, _Source(text))


Proof = tuple[Evidence, ...]
"""The evidence of a candidate's quotes, in their order."""


def verify(candidates: Iterable[FactCandidate], chunk_text: str) -> tuple[list[tuple[FactCandidate, Proof]], int]:
    """Candidates with their evidence, in order, and how many were refused for want of it.

    Each quote must be found; one may stand before another that it follows. A candidate that repeats an earlier one
    (same question and answer; without them, same statement) is dropped and not counted.
    """
    source = _Source(chunk_text)
    proven: list[tuple[FactCandidate, Proof]] = []
    seen: set[tuple[str, ...]] = set()
    refused = 0
    for candidate in candidates:
        proof = _prove(candidate.quotes, source, candidate.start)
        if not proof:
            refused += 1
            continue
        key = tuple(map(_key, present(candidate.question, candidate.answer) or (candidate.statement,)))
        if key not in seen:
            seen.add(key)
            proven.append((candidate, proof))
    return proven, refused


def _prove(quotes: Sequence[str], source: _Source, after: int) -> Proof:
    """The evidence of all quotes, each place once; nothing if one of them is not in the text."""
    found: dict[Evidence, None] = {}
    for quote in quotes:
        evidence = _locate(quote, source, after)
        if evidence is None:
            return ()
        found[evidence] = None
        after = evidence.char_to
    return tuple(found)


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _locate(quote: str, source: _Source, after: int = 0) -> Evidence | None:
    """Of several places where it stands letter for letter, the first from ``after`` on: an item follows its lead-in."""
    quote = quote.strip()
    if not quote:
        return None
    start = _find_whole(quote, source.text, after)
    if start < 0 and after:
        start = _find_whole(quote, source.text)
    if start >= 0:
        return Evidence(quote, start, start + len(quote), match=MatchKind.EXACT)
    folded_quote = _fold(quote)[0].strip()
    if len(quote) < MIN_INEXACT_CHARS or len(folded_quote) < MIN_INEXACT_CHARS:
        return None
    start = _find_whole(folded_quote, source.folded[0])
    if start >= 0:
        return source.evidence(start, start + len(folded_quote), MatchKind.NORMALIZED)
    return _aligned(folded_quote, source)


def _find_whole(quote: str, text: str, after: int = 0) -> int:
    """Returns the first position from ``after`` of the quote as whole words and whole numbers, or -1."""
    start = text.find(quote, after)
    while start >= 0 and (cuts(text, start) or cuts(text, start + len(quote))):
        start = text.find(quote, start + 1)
    return start


# --- folded ----------------------------------------------------------------------------------------------


def _fold(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the index of the source character it stands for."""
    broken = {i for match in _BROKEN_WORD.finditer(text) for i in range(*match.span())}
    out: list[str] = []
    index: list[int] = []
    blank = False
    for i, char in enumerate(text):
        if i in broken:
            continue
        if char.isspace():
            if not blank:
                out.append(" ")
                index.append(i)
            blank = True
            continue
        piece = char if char.isascii() and char not in "*`" else _fold_character(text, i)
        if piece:
            out.append(piece)
            index.extend([i] * len(piece))
            blank = False
    return "".join(out), index


def _fold_character(text: str, i: int) -> str:
    char = text[i]
    if char == "*" and text[i - 1 : i].isdigit() and text[i + 1 : i + 2].isdigit():
        return char  # a product, not an emphasis mark
    folded = _FOLDED.get(char)
    return unicodedata.normalize("NFD", char) if folded is None else folded


# --- aligned ---------------------------------------------------------------------------------------------


def _aligned(quote: str, source: _Source) -> Evidence | None:
    from rapidfuzz import fuzz

    lowered, wanted = source.folded[0].lower(), quote.lower()
    if len(wanted) > len(lowered) + max(_SLACK_CHARS):
        return None
    found = fuzz.partial_ratio_alignment(wanted, lowered, score_cutoff=MIN_SCORE)
    if found is None:
        return None
    for slack in _SLACK_CHARS:
        window = _window(lowered, found.dest_start - slack, found.dest_end + slack)
        span = _matching_words([*_WORD.finditer(wanted)], [*_WORD.finditer(lowered, *window)])
        if span is not None:
            start, end = span[0], _with_stop(lowered, span[1], wanted)
            if _says_the_same(wanted, lowered[start:end]):
                return source.evidence(start, end, MatchKind.ALIGNED)
    return None


def _says_the_same(wanted: str, said: str) -> bool:
    """Returns whether the score also holds for the text found, and all that carries the sense is equal."""
    from rapidfuzz import fuzz

    return fuzz.ratio(wanted, said) >= MIN_SCORE and all(
        sorted(found(wanted)) == sorted(found(said)) for found in (numbers_in, negations_in, _SYMBOL.findall)
    )


def _with_stop(text: str, end: int, quote: str) -> int:
    """The end, moved behind the marks that follow there and that the quote has at its end too."""
    tail = len(quote.rstrip(_CLOSING)) - len(quote)
    while tail and text[end : end + 1] and text[end] in quote[tail:]:
        end += 1
    return end


def _window(text: str, start: int, end: int) -> tuple[int, int]:
    """The range, kept inside the text and widened to whole words."""
    start, end = max(0, start), min(len(text), end)
    while cuts(text, start):
        start -= 1
    while cuts(text, end):
        end += 1
    return start, end


def _matching_words(quote: Sequence[re.Match[str]], source: Sequence[re.Match[str]]) -> tuple[int, int] | None:
    """Returns the source's words that match the quote's; None when they differ by more than typing errors.

    The words are aligned by edit distance. Words of the source before the quote's first and after its last
    are not part of it; between them only fillers may be added or missing, and a word may only be misspelt.
    """
    from rapidfuzz.distance import Levenshtein

    ours, theirs = [m[0] for m in quote], [m[0] for m in source]
    opcodes = list(Levenshtein.opcodes(ours, theirs))
    while opcodes and opcodes[0].tag == "insert":
        opcodes.pop(0)
    while opcodes and opcodes[-1].tag == "insert":
        opcodes.pop()
    for op in opcodes:
        mine, other = ours[op.src_start : op.src_end], theirs[op.dest_start : op.dest_end]
        if op.tag == "replace" and not all(map(_misspelt, mine, other)):
            return None
        if op.tag in ("insert", "delete") and not _FILLERS.issuperset(mine + other):
            return None
    if not opcodes or opcodes[0].dest_start == opcodes[-1].dest_end:
        return None
    return source[opcodes[0].dest_start].start(), source[opcodes[-1].dest_end - 1].end()


def _misspelt(one: str, other: str) -> bool:
    """Returns whether one word is the other with a typing error inside it, or the same number spelt otherwise.

    Beginnings and ends carry the sense (*covered* and *uncovered*, *insured* and *insurer*), numbers and
    short words too (*Iran* and *Iraq*), so all of those must agree.
    """
    from rapidfuzz.distance import OSA

    if one[0].isdigit() or other[0].isdigit():
        return numbers_in(one) == numbers_in(other)
    shortest = min(len(one), len(other))
    if shortest < _MIN_TYPO_LENGTH or one[0] != other[0] or one[-2:] != other[-2:]:
        return False
    allowed = 1 if shortest < 8 else 2
    return max(one + other) <= _LAST_TYPED and OSA.distance(one, other, score_cutoff=allowed) <= allowed
