"""Trigram signatures: find every pair of texts whose pg_trgm similarity reaches a threshold, without an index.

Each text keeps its number of trigrams and a 512-bit map with the bit of every trigram's hash set. Jaccard
similarity of at least t means |A xor B| <= (|A| + |B|)(1 - t)/(1 + t), and two maps never differ in more bits
than their sets differ in trigrams. So a pair beyond the bound cannot qualify, none that qualifies is missed, and
the few that survive are judged by pg_trgm itself.
"""

import math
import re
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

BITS = 512
WORDS = BITS // 64
# three columns of these and the scratch space stay in a core's cache
BLOCK_ROWS = 32_768
_CLEARLY = 1.4
_HARDLY_MORE = 1e-6
Counts = npt.NDArray[np.int32]
Maps = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.intp]
Bits = npt.NDArray[np.int16]
_ASCII_WORD = re.compile(r"[a-z0-9]+")


def ascii_trigrams(text: str) -> set[str]:
    """pg_trgm's trigrams of an ASCII text: lower-cased words with two blanks before and one behind."""
    found: set[str] = set()
    for word in _ASCII_WORD.findall(text.lower()):
        padded = f"  {word} "
        found.update(padded[i : i + 3] for i in range(len(padded) - 2))
    return found


@lru_cache(maxsize=1 << 16)
def _bit(trigram: str) -> int:
    return 1 << (zlib.crc32(trigram.encode("utf-8")) % BITS)


def signature(trigrams: Iterable[str]) -> bytes:
    """The 64-byte map of a set of trigrams."""
    bits = 0
    for trigram in trigrams:
        bits |= _bit(trigram)
    return bits.to_bytes(BITS // 8, "little")


def matrix(signatures: Sequence[bytes]) -> Maps:
    """The maps as an array of shape (texts, ``WORDS``)."""
    return np.frombuffer(b"".join(signatures), dtype=np.uint64).reshape(-1, WORDS)


def candidates(
    left_counts: Counts, left: Maps, right_counts: Counts, right: Maps, threshold: float
) -> tuple[Positions, Positions, Bits]:
    """Pairs (i, j) whose similarity may reach the threshold, a superset of those that do, with their differing bits.

    Scans what is given as ``right`` at once: give blocks of about ``BLOCK_ROWS``.

    Args:
        left_counts, right_counts: numbers of trigrams, shape (n,) and (m,).
        left, right: maps as of ``matrix``, shape (n, WORDS) and (m, WORDS).
        threshold: above 0, up to 1.
    """
    order = np.argsort(right_counts, kind="stable")
    counts = right_counts[order]
    factor = (1 - threshold) / (1 + threshold)
    # the bound is a sum of two; one part rounded up, so that it is never too tight
    bounds, block = _bounds(left_counts, factor), _Block(right[order], _bounds(counts, factor) + np.int16(1))
    # the same inequality bounds the sizes that can match at all
    lows = np.searchsorted(counts, np.floor(left_counts * (threshold - _HARDLY_MORE)).astype(np.int32)).tolist()
    highs = np.searchsorted(counts, np.ceil(left_counts / threshold).astype(np.int32) + 1).tolist()
    folded = {words: maps.T for words, maps in _foldings(left).items()}
    words_for = {count: _words_that_tell(count, factor) for count in set(left_counts.tolist())}
    kept: list[tuple[Positions, Positions, Bits]] = []
    rows: list[int] = []
    hits: list[Positions] = []
    waiting = 0
    for i, count in enumerate(left_counts.tolist()):
        if lows[i] < highs[i]:
            rows.append(i)
            hits.append(block.hits(folded[words_for[count]][i], bounds[i], lows[i], highs[i]))
            waiting += len(hits[-1])
            if waiting > BLOCK_ROWS:
                kept.append(block.within(left, bounds, rows, hits))
                rows, hits, waiting = [], [], 0
    kept.append(block.within(left, bounds, rows, hits))
    of_left, of_right, bits = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    return of_left, order[of_right], bits


def _bounds(counts: Counts, factor: float) -> Bits:
    # no two maps differ in more than all bits
    bounds: Bits = np.minimum(np.floor(counts * factor + _HARDLY_MORE), BITS).astype(np.int16)
    return bounds


def _foldings(maps: Maps) -> dict[int, Maps]:
    """Maps as columns of words, whole and folded: a bit is set where any bit of its class is.

    Folded maps differ in no more bits than whole ones, and so throw out nearly all with a fraction of the work.
    """
    whole = np.ascontiguousarray(maps.T)
    half = whole[: WORDS // 2] | whole[WORDS // 2 :]
    return {WORDS // 4: half[: WORDS // 4] | half[WORDS // 4 :], WORDS // 2: half, WORDS: whole}


def _words_that_tell(count: int, factor: float) -> int:
    """The smallest folding in which two unrelated sets of this size differ in clearly more bits than allowed."""
    for words in (WORDS // 4, WORDS // 2):
        bits = 64 * words
        unset = math.exp(-count / bits)
        if 2 * bits * unset * (1 - unset) > _CLEARLY * 2 * count * factor:
            return words
    return WORDS


class _Block:
    """Maps sorted by their number of trigrams, with scratch space for one comparison."""

    def __init__(self, maps: Maps, bounds: Bits) -> None:
        self._folded = _foldings(maps)
        self._bounds = bounds
        self._xor = np.empty(len(maps), dtype=np.uint64)
        self._bits = np.empty(len(maps), dtype=np.uint8)
        self._sum = np.empty(len(maps), dtype=np.int16)

    def hits(self, mine: Maps, bound: np.int16, low: int, high: int) -> Positions:
        """Positions in [low, high) whose map, folded as ``mine`` is, differs in few enough bits."""
        xor, bits, total = self._xor[: high - low], self._bits[: high - low], self._sum[: high - low]
        np.negative(self._bounds[low:high], out=total)
        for column, word in zip(self._folded[len(mine)], mine, strict=True):
            np.bitwise_xor(column[low:high], word, out=xor)
            np.bitwise_count(xor, out=bits)
            np.add(total, bits, out=total)
        return np.nonzero(total <= bound)[0] + low

    def within(
        self, left: Maps, bounds: Bits, rows: Sequence[int], hits: Sequence[Positions]
    ) -> tuple[Positions, Positions, Bits]:
        """Of the positions hit by each of these rows those whose whole map differs in few enough bits, and in how many.

        As pairs (row, position).
        """
        pairs = np.repeat(np.array(rows, dtype=np.intp), [len(of_row) for of_row in hits])
        found = np.concatenate([np.empty(0, dtype=np.intp), *hits])
        differing = np.zeros(len(found), dtype=np.int16)
        for column, word in zip(self._folded[WORDS], left.T, strict=True):
            differing += np.bitwise_count(column[found] ^ word[pairs])
        kept = differing <= self._bounds[found] + bounds[pairs]
        return pairs[kept], found[kept], differing[kept]


def estimated_similarity(left_counts: Counts, right_counts: Counts, bits: Bits) -> npt.NDArray[np.float64]:
    """Jaccard similarity of sets that differ in as many trigrams as their maps in bits: at least the true one."""
    both = left_counts.astype(np.float64) + right_counts
    return (both - bits) / np.maximum(both + bits, 1)
