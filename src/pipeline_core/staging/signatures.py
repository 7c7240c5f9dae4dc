"""Trigram signatures: find every pair of texts whose pg_trgm similarity reaches a threshold, without an index.

Each text keeps its number of trigrams and a 512-bit map with the bit of every trigram's hash set. Jaccard
similarity of at least t means |A xor B| <= (|A| + |B|)(1 - t)/(1 + t), and two maps never differ in more bits
than their sets differ in trigrams. So a pair beyond the bound cannot qualify, none that qualifies is missed, and
the few that survive are judged by pg_trgm itself.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

BITS = 512
WORDS = BITS // 64
_FIRST_WORDS = 3
Counts = npt.NDArray[np.int32]
Maps = npt.NDArray[np.uint64]
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
) -> list[tuple[int, int]]:
    """Index pairs (i, j) whose similarity may reach the threshold: a superset of those that do.

    Args:
        left_counts, right_counts: numbers of trigrams, shape (n,) and (m,).
        left, right: maps as of ``matrix``, shape (n, WORDS) and (m, WORDS).
        threshold: 0 to 1.
    """
    if not len(left) or not len(right):
        return []
    order = np.argsort(right_counts, kind="stable")
    counts = right_counts[order]
    columns = [np.ascontiguousarray(right[order, word]) for word in range(WORDS)]
    factor = (1 - threshold) / (1 + threshold)
    bounds_of = counts * factor + 1e-6
    # the same inequality bounds the sizes that can match at all
    lows = np.searchsorted(counts, np.floor(left_counts * threshold).astype(np.int32))
    highs = np.searchsorted(counts, np.ceil(left_counts / threshold).astype(np.int32) + 1)
    found: list[tuple[int, int]] = []
    for i, (low, high) in enumerate(zip(lows.tolist(), highs.tolist(), strict=True)):
        hits = _within(columns, left[i], bounds_of[low:high] + left_counts[i] * factor, low, high)
        found.extend((i, j) for j in order[hits].tolist())
    return found


def _within(
    columns: list[npt.NDArray[np.uint64]],
    mine: npt.NDArray[np.uint64],
    bounds: npt.NDArray[np.float64],
    low: int,
    high: int,
) -> npt.NDArray[np.intp]:
    """Positions in [low, high) whose map differs from ``mine`` in at most ``bounds`` bits.

    The first words throw out nearly all; only what is left is compared to the end.
    """
    differing = np.zeros(high - low, dtype=np.uint16)
    for word in range(_FIRST_WORDS):
        differing += np.bitwise_count(columns[word][low:high] ^ mine[word])
    left = np.nonzero(differing <= bounds)[0]
    if not len(left):
        return left
    at = left + low
    rest = differing[left]
    for word in range(_FIRST_WORDS, WORDS):
        rest += np.bitwise_count(columns[word][at] ^ mine[word])
    return at[rest <= bounds[left]]
