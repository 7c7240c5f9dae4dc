"""Trigram signatures: find every pair of texts whose pg_trgm similarity reaches a threshold, without an index.

Each text keeps its number of trigrams and a 512-bit map with the bit of every trigram's hash set. Jaccard
similarity of at least t means |A xor B| <= (|A| + |B|)(1 - t)/(1 + t), and two maps never differ in more bits
than their sets differ in trigrams. So a pair beyond the bound cannot qualify, none that qualifies is missed, and
the few that survive are judged by pg_trgm itself.
"""

import math
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.bit_tiles import COLUMNS, ROWS, Tile, cuts, places, top

BITS = 512
WORDS = BITS // 64
BLOCK_ROWS = 32_768
_CLEARLY = 1.4
_HARDLY_MORE = 1e-6
Counts = npt.NDArray[np.int32]
Maps = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.intp]
Bits = npt.NDArray[np.int16]
_NOWHERE = np.empty(0, dtype=np.intp)
_ASCII_WORD = re.compile(r"[a-z0-9]+")


def ascii_trigrams(text: str) -> set[str]:
    """pg_trgm's trigrams of an ASCII text: lower-cased words with two blanks before and one behind."""
    found: set[str] = set()
    # kept by word they would be many sets, which the collector of garbage walks through again and again
    for word in _ASCII_WORD.findall(text.lower()):
        padded = f"  {word} "
        found.update(padded[i : i + 3] for i in range(len(padded) - 2))
    return found


def ascii_signature(text: str) -> tuple[int, bytes]:
    """The number of the trigrams of an ASCII text, and their map."""
    trigrams = ascii_trigrams(text)
    return len(trigrams), signature(trigrams)


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

    Ordered by i and j.

    Scans what is given as ``right`` at once: give blocks of about ``BLOCK_ROWS``.

    Args:
        left_counts, right_counts: numbers of trigrams, shape (n,) and (m,).
        left, right: maps as of ``matrix``, shape (n, WORDS) and (m, WORDS).
        threshold: above 0, up to 1.
    """
    return Sized(left_counts, left, threshold).pairs(Sized(right_counts, right, threshold))


class Sized:
    """Maps sorted by their number of trigrams, to be compared at one threshold.

    Of a tile of them all are allowed about as many bits, and most other sizes need not be looked at.
    """

    def __init__(self, counts: Counts, maps: Maps, threshold: float) -> None:
        self._order = np.argsort(counts, kind="stable")
        self._counts = counts[self._order]
        self._threshold = threshold
        self._factor = (1 - threshold) / (1 + threshold)
        self._bounds = _bounds(self._counts, self._factor)
        self._folded = _foldings(maps[self._order])

    def pairs(
        self, right: "Sized", most: int | None = None, ends: Positions | None = None
    ) -> tuple[Positions, Positions, Bits]:
        """The pairs as of ``candidates``.

        With ``most`` of each row here only so many, the most alike, of equal ones those before; with ``ends`` for each
        row here only those before this place.
        """
        # the size of a set bounds the sizes that can match it at all
        lows = np.searchsorted(
            right._counts, np.floor(self._counts * (self._threshold - _HARDLY_MORE)).astype(np.int32)
        )
        highs = np.searchsorted(right._counts, np.ceil(self._counts / self._threshold).astype(np.int32) + 1)
        within = partial(self._within, right, lows, highs, most, ends)
        kept: list[tuple[Positions, Positions, Bits]] = [(_NOWHERE, _NOWHERE, np.empty(0, dtype=np.int16))]
        hits: list[npt.NDArray[np.intp]] = []
        for hit in self._hits(right, lows, highs):
            hits.append(hit)
            if sum(one.shape[1] for one in hits) > BLOCK_ROWS:
                kept.append(within(hits))
                hits = []
        kept.append(within(hits))
        of_left, of_right, bits = (np.concatenate(parts) for parts in zip(*kept, strict=True))
        order = np.lexsort((of_right, of_left))
        return of_left[order], of_right[order], bits[order]

    def _hits(self, right: "Sized", lows: Positions, highs: Positions) -> Iterator[npt.NDArray[np.intp]]:
        """Places of rows here and there whose folded maps differ in few enough bits, some tiles at a time."""
        tiles = {words: Tile(words) for words in self._folded}
        for own in cuts(0, len(self._counts), ROWS):
            words = _words_that_tell(int(self._counts[own.stop - 1]), self._factor)
            rows, columns, tile = self._folded[words].T[own], right._folded[words], tiles[words]
            for cut in cuts(int(lows[own.start]), int(highs[own.stop - 1]), COLUMNS):
                total = tile.differing(rows, columns[:, cut])
                # a sum of two, of which one is rounded up, so that it is never too tight; the last may differ in most
                bounds = np.minimum(self._bounds[own] + right._bounds[cut.stop - 1] + 1, tile.beyond)
                hit = places(total <= bounds[:, None].astype(total.dtype))
                if hit.size:
                    yield hit + np.array([[own.start], [cut.start]])

    def _within(
        self,
        right: "Sized",
        lows: Positions,
        highs: Positions,
        most: int | None,
        ends: Positions | None,
        hits: Sequence[npt.NDArray[np.intp]],
    ) -> tuple[Positions, Positions, Bits]:
        """Of places that a folding let through those whose whole map differs in few enough bits, and in how many."""
        own, found = np.concatenate([np.empty((2, 0), dtype=np.intp), *hits], axis=1)
        fits = (lows[own] <= found) & (found < highs[own])
        if ends is not None:
            fits &= right._order[found] < ends[self._order[own]]
        own, found = own[fits], found[fits]
        bits = np.zeros(len(found), dtype=np.int16)
        for mine, theirs in zip(self._folded[WORDS], right._folded[WORDS], strict=True):
            bits += np.bitwise_count(mine[own] ^ theirs[found])
        near = bits <= self._bounds[own] + right._bounds[found] + 1
        own, found, bits = own[near], found[near], bits[near]
        if most is not None:
            by_place = np.argsort(right._order[found], kind="stable")
            alike = estimated_similarity(self._counts[own[by_place]], right._counts[found[by_place]], bits[by_place])
            best = by_place[top(own[by_place], alike, most)]
            own, found, bits = own[best], found[best], bits[best]
        return self._order[own], right._order[found], bits


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


def estimated_similarity(left_counts: Counts, right_counts: Counts, bits: Bits) -> npt.NDArray[np.float64]:
    """Jaccard similarity of sets that differ in as many trigrams as their maps in bits: at least the true one."""
    both = left_counts.astype(np.float64) + right_counts
    return (both - bits) / np.maximum(both + bits, 1)
