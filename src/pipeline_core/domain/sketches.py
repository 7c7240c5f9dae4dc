"""Sketches of vectors: a bit for the sign of each number. Of two near vectors few bits differ.

The share of differing bits is about the angle between the vectors over π (Charikar 2002), so the nearest by sketch are
candidates for the nearest by cosine, at a thirty-second of the bytes. Who needs the cosines asks for those of the
candidates. A row without vector has no bit set, and is near nothing.
"""

import math

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.bit_tiles import COLUMNS, ROWS, Tile, cuts, places, top
from pipeline_core.domain.vectors import Vectors

Sketches = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.intp]
Bits = npt.NDArray[np.int16]
_WORD = 8  # bytes
_DEVIATIONS = 1.5
_NONE = np.empty((3, 0), dtype=np.intp)


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


def near(
    left: Sketches, right: Sketches, bounds: Bits, most: int, ends: Positions | None = None
) -> tuple[Positions, Positions, Bits]:
    """For each sketch on the left the ``most`` on the right that differ in the fewest bits, and in up to its bound.

    Of several that differ in as many bits, those before. ``ends``: for each on the left, only those before this place.
    Scans all of ``right`` at once: give blocks. Returns pairs (i, j) ordered by i and j, and their differing bits.
    """
    columns = np.ascontiguousarray(right.T)
    without: npt.NDArray[np.bool_] = np.all(right == 0, axis=1)
    tile = Tile(len(columns))
    here = np.flatnonzero(left.any(axis=1))
    found = [_NONE]
    for cut in cuts(0, len(here), ROWS):
        rows = here[cut]
        limits = np.minimum(bounds[rows], tile.beyond - 1)
        hits = _nearest_of(tile, left[rows], columns, without, limits, most, None if ends is None else ends[rows])
        hits[0] = rows[hits[0]]
        found.append(hits)
    rows, positions, bits = np.concatenate(found, axis=1)
    return rows, positions, bits.astype(np.int16)


def _nearest_of(
    tile: Tile,
    rows: Sketches,
    columns: Sketches,
    without: npt.NDArray[np.bool_],
    limits: Bits,
    most: int,
    ends: Positions | None,
) -> npt.NDArray[np.intp]:
    """The nearest of the rows of one tile: row, position and differing bits, shape (3, hits)."""
    found = _NONE
    for cut in cuts(0, columns.shape[1] if ends is None else int(ends.max()), COLUMNS):
        total = tile.differing(rows, columns[:, cut])
        total[:, without[cut]] = tile.beyond
        within = total <= limits[:, None].astype(total.dtype)
        # a row that has found enough may be left with no bound at all
        within[limits < 0] = False
        if ends is not None and cut.stop > ends.min():
            within &= np.arange(cut.start, cut.stop) < ends[:, None]
        own, at = places(within)
        if len(own):
            found = np.concatenate([found, np.stack([own, at + cut.start, total[own, at]])], axis=1)
            found = _tightened(found, limits, most)
    found = found[:, np.lexsort((found[1], found[0]))]
    return found[:, np.sort(top(found[0], -found[2], most))]


def _tightened(found: npt.NDArray[np.intp], limits: Bits, most: int) -> npt.NDArray[np.intp]:
    """Keep the candidates for the ``most`` of each row; rows that have so many take nothing but what is nearer.

    What follows stands behind, so with as many bits as that it would not be among them.
    """
    own, _, bits = found
    values = int(bits.max()) + 1
    counts = np.bincount(own * values + bits, minlength=len(limits) * values).reshape(len(limits), values)
    summed = np.cumsum(counts, axis=1)
    full = summed[:, -1] >= most
    if not full.any():
        return found
    last = np.where(full, np.argmax(summed >= most, axis=1), values)
    limits[full] = np.minimum(limits[full], last[full] - 1)
    return found[:, bits <= last[own]]
