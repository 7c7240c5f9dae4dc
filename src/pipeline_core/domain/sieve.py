"""Quick necessary conditions of slow patterns: what they cannot match without stands in few texts.

Most patterns over words are long alternatives of words, of which a text has none. A sieve knows of each pattern some
literals of which a match has one, looks all of them up at once in the words of a text, and leaves the few patterns
to be searched that may match. It never says no where a pattern would match; how often it says yes is only a matter of
speed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from threading import Lock

from pipeline_core.domain.pattern_literals import Literals, folded, literals_of, weight

_GRAM = 3
_KEPT_TEXTS = 256
_KEPT_WORDS = 1 << 14
_LONGEST_KEPT = 40
"""Letters of a word: where no blanks part words, a whole sentence is one."""
_Place = tuple[str, str, int]
"""A literal, its part, and the bit of its pattern."""


class _Known:
    """The literals of some sieves, to be looked for in words of texts.

    A literal is known by its rarest part without a blank, and that by three of its letters: a text has the literal
    only if one of its words has the part. Words come again and again, texts seldom do.
    """

    def __init__(self, by_gram: Mapping[str, tuple[_Place, ...]], short: tuple[tuple[str, int], ...]) -> None:
        self._by_gram, self._short = by_gram, short
        self._short_of_ascii = tuple(place for place in short if place[0].isascii())
        self.find = lru_cache(maxsize=_KEPT_TEXTS)(self._find)
        self._kept = lru_cache(maxsize=_KEPT_WORDS)(self._in_word)

    def with_more(self, literals: Iterable[tuple[str, int]]) -> "_Known":
        """These and others, each with the bit of its pattern."""
        by_gram, short = dict(self._by_gram), [*self._short]
        for literal, bit in literals:
            part = min(literal.split(" "), key=weight)
            if len(part) < _GRAM:
                short.append((literal, bit))
            else:
                gram = _rarest(part)
                by_gram[gram] = (*by_gram.get(gram, ()), (literal, part, bit))
        return _Known(by_gram, tuple(short))

    def _find(self, text: str) -> int:
        """Return the bits of the patterns of which the text has a literal."""
        seen = folded(text)
        bits = 0
        for word in seen.split(" "):
            sure, unsure = self._kept(word) if len(word) <= _LONGEST_KEPT else self._in_word(word)
            bits |= sure
            for literal, bit in unsure:
                if literal in seen:
                    bits |= bit
        for literal, bit in self._short_of_ascii if seen.isascii() else self._short:
            if literal in seen:
                bits |= bit
        return bits

    def _in_word(self, word: str) -> tuple[int, tuple[tuple[str, int], ...]]:
        """Return the bits of the literals that the word has, and those literals of which it has only a part."""
        sure, unsure = 0, []
        for gram in self._by_gram.keys() & {word[at : at + _GRAM] for at in range(len(word) - _GRAM + 1)}:
            for literal, part, bit in self._by_gram[gram]:
                if part not in word:
                    continue
                if part == literal:
                    sure |= bit
                else:
                    unsure.append((literal, bit))
        return sure, tuple(unsure)


class _Index:
    """The literals of all sieves, so that a text is looked through once for all of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._patterns = 0
        self.known = _Known({}, ())

    def add(self, literals: Sequence[Literals | None]) -> int:
        """Take in the literals of a sieve's patterns; returns the number of the patterns before them."""
        with self._lock:
            first = self._patterns
            places = [(literal, 1 << first + at) for at, told in enumerate(literals) for literal in sorted(told or ())]
            self._patterns += len(literals)
            # others may be reading what is known
            self.known = self.known.with_more(places)
            return first


_INDEX = _Index()


class Sieve:
    """Of several patterns those that may match a text, in their order."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]):
        literals = [literals_of(pattern) for pattern in patterns]
        self._always = [at for at, told in enumerate(literals) if told is None]
        self._always_bits = sum(1 << at for at in self._always)
        self._first = _INDEX.add(literals)
        self._all = (1 << len(literals)) - 1

    def possible(self, text: str) -> Sequence[int]:
        """Return the places of the patterns that may match."""
        found = _INDEX.known.find(text) >> self._first & self._all
        return _places(found | self._always_bits) if found else self._always


def _places(bits: int) -> list[int]:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


class Sifted:
    """A pattern that is searched only where it may match."""

    def __init__(self, pattern: str, flags: int = 0):
        self._pattern = re.compile(pattern, flags)
        self._sieve = Sieve([self._pattern])

    def search(self, text: str) -> re.Match[str] | None:
        return self._pattern.search(text) if self._sieve.possible(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        return self._pattern.match(text) if self._sieve.possible(text) else None


def _rarest(literal: str) -> str:
    """The three letters of it that the fewest texts have."""
    return min((literal[at : at + _GRAM] for at in range(len(literal) - _GRAM + 1)), key=weight)
