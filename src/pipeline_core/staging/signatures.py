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
_BLOCK = 1024
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


def _matrix(signatures: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    return np.frombuffer(b"".join(signatures), dtype=np.uint64).reshape(-1, WORDS)


def candidates(
    left_counts: Sequence[int],
    left: Sequence[bytes],
    right_counts: Sequence[int],
    right: Sequence[bytes],
    threshold: float,
) -> list[tuple[int, int]]:
    """Index pairs (i, j) whose similarity may reach the threshold: a superset of those that do.

    ``left_counts`` and ``right_counts`` are numbers of trigrams. Memory stays bounded by the block size.
    """
    if not left or not right:
        return []
    order = np.argsort(np.asarray(right_counts), kind="stable")
    counts = np.asarray(right_counts, dtype=np.int32)[order]
    maps = _matrix(right)[order]
    factor = (1 - threshold) / (1 + threshold)
    found: list[tuple[int, int]] = []
    for i, (count, mine) in enumerate(zip(left_counts, _matrix(left), strict=True)):
        # the same inequality bounds the sizes that can match at all
        low, high = np.searchsorted(counts, [int(count * threshold), int(count / threshold) + 2])
        for start in range(int(low), int(high), _BLOCK * 16):
            stop = min(start + _BLOCK * 16, int(high))
            differing = np.bitwise_count(maps[start:stop] ^ mine).sum(axis=1, dtype=np.int32)
            bound = (counts[start:stop] + count) * factor + 1e-6
            found.extend((i, int(order[start + hit])) for hit in np.nonzero(differing <= bound)[0])
    return found
