"""Sketches of vectors: a bit for the sign of each number. Of two near vectors few bits differ.

The share of differing bits is about the angle between the vectors over π (Charikar 2002), so the nearest by sketch are
candidates for the nearest by cosine, at a thirty-second of the bytes. Who needs the cosines asks for those of the
candidates. A row without vector has no bit set, and is near nothing.
"""

import math

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.vectors import Vectors

Sketches = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.intp]
Bits = npt.NDArray[np.int16]
_WORD = 8  # bytes
_DEVIATIONS = 1.5
_WORDS_OF_A_BYTE = 4


def sketch_bytes(dims: int) -> int:
    """Bytes of a sketch as it is kept, without padding."""
    return -(-dims // 8)


def sketches_of(vectors: Vectors) -> Sketches:
    """Sketches of n vectors, as the database makes them (pgvector's ``binary_quantize``), shape (n, words)."""
    return padded(np.packbits(vectors > 0, axis=1))


def padded(bits: npt.NDArray[np.uint8]) -> Sketches:
    """Rows of bytes as rows of 64-bit words, with zeros behind."""
    rows, width = bits.shape
    whole = np.zeros((rows, max(1, -(-width // _WORD)) * _WORD), dtype=np.uint8)
    whole[:, :width] = bits
    return whole.view(np.uint64)


def bits_within(dims: int, cosine: float) -> int:
    """In up to how many bits the sketches of two vectors with this cosine differ, of 100 such pairs in about 93."""
    share = math.acos(cosine) / math.pi
    return math.ceil(dims * share + _DEVIATIONS * math.sqrt(dims * share * (1 - share)))


def near(left: Sketches, right: Sketches, bounds: Bits, most: int) -> tuple[Positions, Positions, Bits]:
    """For each sketch on the left the ``most`` on the right that differ in the fewest bits, and in up to its bound.

    Scans all of ``right`` at once: give blocks. Returns pairs (i, j) ordered by i, and their differing bits.
    """
    columns = np.ascontiguousarray(right.T)
    xor = np.empty(len(right), dtype=np.uint64)
    bits = np.empty(len(right), dtype=np.uint8)
    # of up to 256 bits a byte holds the sum, but for opposites, which nobody takes for near once their cosine is known
    total = np.empty(len(right), dtype=np.uint8 if len(columns) <= _WORDS_OF_A_BYTE else np.int16)
    without = np.flatnonzero(~right.any(axis=1))
    beyond = 255 if total.dtype == np.uint8 else 32767
    rows: list[Positions] = []
    found: list[Positions] = []
    values: list[Bits] = []
    for row in np.flatnonzero(left.any(axis=1)).tolist():
        for number, (column, word) in enumerate(zip(columns, left[row], strict=True)):
            np.bitwise_xor(column, word, out=xor)
            np.bitwise_count(xor, out=bits if number else total)
            if number:
                np.add(total, bits, out=total)
        total[without] = beyond
        hits = np.flatnonzero(total <= min(bounds[row], beyond - 1))
        if len(hits) > most:
            hits = hits[np.sort(np.argpartition(total[hits], most - 1)[:most])]
        rows.append(np.full(len(hits), row, dtype=np.intp))
        found.append(hits)
        values.append(total[hits].astype(np.int16))
    none, no_bits = np.empty(0, dtype=np.intp), np.empty(0, dtype=np.int16)
    return np.concatenate([none, *rows]), np.concatenate([none, *found]), np.concatenate([no_bits, *values])
