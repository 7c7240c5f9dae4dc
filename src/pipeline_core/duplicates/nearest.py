"""Candidates: for each new row those before it that are nearest by trigrams, and those nearest by meaning.

What was there comes in blocks, so memory does not grow with it, and with sketches of its vectors, not with them: the
cosines are asked for of those whose sketches are nearest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.bit_tiles import top
from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.sketches import Sketches, bits_within, near, sketches_of
from pipeline_core.domain.staging import Counterpart, Matchable, SignatureTable
from pipeline_core.domain.vectors import Vectors
from pipeline_core.duplicates.signatures import Sized, estimated_similarity, matrix

LEAST_TRIGRAMS = 0.55
TOP_BY_TRIGRAMS = 20
TOP_BY_VECTORS = 10
# of so many the cosines are asked for
TOP_BY_SKETCHES = 48
# what is farther reaches no score: of 4,647 labelled pairs that reach .55, 14 are below both of these
LEAST_COSINE = 0.55
# so many new rows at a time, at most: the hits of all of them with one block are held at once
ROWS_AT_A_TIME = 2048
_PAIRS_AT_A_TIME = 1024
_THREADS = 2

_HIT = np.dtype(
    [
        ("row", np.int32),
        ("at", np.int64),  # position among all that was scanned
        ("id", "V16"),
        ("staged", np.bool_),
        ("by_letters", np.bool_),
        ("near", np.float32),  # the higher the nearer
    ]
)
_Hits = npt.NDArray[np.void]
_NO_HITS = np.empty(0, dtype=_HIT)
Cosines = npt.NDArray[np.float32]
CosinesOf = Callable[[npt.NDArray[np.int32], npt.NDArray[np.void], npt.NDArray[np.bool_]], Cosines]
"""Of pairs: positions of new rows, ids of others, whether these are staged; NaN where one of the two has no vector."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Candidates as arrays of one length, ordered by new row: new row ``rows[i]`` may repeat row ``ids[i]``.

    ``cosines`` are NaN where one of the two has no vector.
    """

    rows: npt.NDArray[np.int32]
    ids: npt.NDArray[np.void]
    staged: npt.NDArray[np.bool_]
    cosines: Cosines

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: slice | npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> "Nearest":
        return Nearest(self.rows[chosen], self.ids[chosen], self.staged[chosen], self.cosines[chosen])

    def counterpart(self, position: int) -> Counterpart:
        return Counterpart(QuestionId(UUID(bytes=self.ids[position].tobytes())), bool(self.staged[position]))


def table_of(fresh: Sequence[Matchable], vectors: Vectors | None = None) -> SignatureTable:
    """New rows as a block, to compare them with each other; with ``vectors`` by meaning too."""
    return SignatureTable(
        ids=np.frombuffer(b"".join(row.question_id.bytes for row in fresh), dtype="V16"),
        staged=np.ones(len(fresh), dtype=bool),
        trigrams=np.array([row.trigrams for row in fresh], dtype=np.int32),
        maps=matrix([row.signature for row in fresh]),
        sketches=None if vectors is None else sketches_of(vectors),
    )


def nearest(new: SignatureTable, there: Iterable[SignatureTable], vectors: Vectors, cosines_of: CosinesOf) -> Nearest:
    """The candidates of each new row among ``there``, and among the new rows before it.

    Args:
        new: new rows with their sketches.
        there: blocks of what was there, with theirs.
        vectors: the new rows' unit vectors, all zero for a row that has none.
        cosines_of: asked for the cosines with what was there, once all blocks have been seen.
    """
    dims = vectors.shape[1]
    rows = max(1, min(ROWS_AT_A_TIME, -(-len(new) // _THREADS)))
    searches = [_Search(part(new, at, rows), at, dims) for at in range(0, len(new), rows)]
    scanned = 0
    # NumPy does nearly all of it, and holds no lock meanwhile
    with ThreadPoolExecutor(_THREADS) as threads:
        for block in there:
            sized = sized_of(block)
            list(threads.map(lambda s, block=block, sized=sized, at=scanned: s.scan(block, sized, at), searches))
            scanned += len(block)
        sized = sized_of(new)
        list(threads.map(lambda search: search.scan(new, sized, scanned, is_new=True), searches))
    hits = np.concatenate([_NO_HITS, *(search.found() for search in searches)])
    is_own = hits["at"] >= scanned
    cosines = np.empty(len(hits), dtype=np.float32)
    cosines[is_own] = _own_cosines(vectors, hits["row"][is_own], hits["at"][is_own] - scanned)
    others = hits[~is_own]
    if len(others):
        cosines[~is_own] = cosines_of(others["row"], others["id"], others["staged"])
    kept = hits["by_letters"].copy()
    known = np.flatnonzero(cosines >= LEAST_COSINE)
    kept[known[top(hits["row"][known], cosines[known], TOP_BY_VECTORS)]] = True
    hits, cosines = hits[kept], cosines[kept]
    return Nearest(hits["row"], hits["id"], hits["staged"], cosines)


def part(table: SignatureTable, start: int, rows: int) -> SignatureTable:
    """The rows from ``start``, at most so many."""
    cut = slice(start, start + rows)
    sketches = None if table.sketches is None else table.sketches[cut]
    return SignatureTable(table.ids[cut], table.staged[cut], table.trigrams[cut], table.maps[cut], sketches)


def sized_of(table: SignatureTable) -> Sized:
    """The table's maps as they are compared by letters."""
    return Sized(table.trigrams, table.maps, LEAST_TRIGRAMS)


class _Search:
    """The nearest of some new rows, the first of which is row ``first`` of all."""

    def __init__(self, new: SignatureTable, first: int, dims: int) -> None:
        self._new = new
        self.first = first
        self._sized = sized_of(new)
        self._bounds = np.full(len(new), bits_within(dims, LEAST_COSINE), dtype=np.int16)
        self._by_sketches = _NO_HITS
        self._by_trigrams = _NO_HITS

    def scan(self, block: SignatureTable, sized: Sized, start: int, *, is_new: bool = False) -> None:
        """Keep the block's rows that are among the nearest so far. ``start`` is the position of the first of them
        among all; ``is_new``: they are the new rows themselves."""
        # a pair once, and no row with itself: of the new rows, only those before
        ends = np.arange(len(self._new)) + self.first if is_new else None
        self._scan_trigrams(block, sized, start, ends)
        self._scan_sketches(block, start, ends)

    def _scan_sketches(self, block: SignatureTable, start: int, ends: npt.NDArray[np.intp] | None) -> None:
        rows, columns, bits = near(_sketches(self._new), _sketches(block), self._bounds, TOP_BY_SKETCHES, ends)
        hits = np.concatenate([self._by_sketches, self._hits(block, start, rows, columns, -bits, by_letters=False)])
        self._by_sketches = hits = hits[top(hits["row"], hits["near"], TOP_BY_SKETCHES)]
        # a row's last of a full list is the bound for all that follows
        last = np.flatnonzero(np.bincount(hits["row"], minlength=len(self._new)) == TOP_BY_SKETCHES)
        ends_of = np.searchsorted(hits["row"], last, side="right") - 1
        self._bounds[last] = -hits["near"][ends_of].astype(np.int16)

    def _scan_trigrams(
        self, block: SignatureTable, sized: Sized, start: int, ends: npt.NDArray[np.intp] | None
    ) -> None:
        new = self._new
        rows, columns, bits = self._sized.pairs(sized, TOP_BY_TRIGRAMS, ends)
        alike = estimated_similarity(new.trigrams[rows], block.trigrams[columns], bits)
        best = top(rows, alike, TOP_BY_TRIGRAMS)
        hits = self._hits(block, start, rows[best], columns[best], alike[best], by_letters=True)
        hits = np.concatenate([self._by_trigrams, hits])
        self._by_trigrams = hits[top(hits["row"], hits["near"], TOP_BY_TRIGRAMS)]

    def _hits(
        self,
        block: SignatureTable,
        start: int,
        rows: npt.NDArray[np.intp],
        columns: npt.NDArray[np.intp],
        values: npt.NDArray[np.floating] | npt.NDArray[np.int16],
        *,
        by_letters: bool,
    ) -> _Hits:
        hits = np.empty(len(rows), dtype=_HIT)
        hits["row"], hits["at"] = rows, columns + start
        hits["id"], hits["staged"] = block.ids[columns], block.staged[columns]
        hits["by_letters"], hits["near"] = by_letters, values
        return hits

    def found(self) -> _Hits:
        """Each pair once, ordered by row."""
        hits = np.concatenate([self._by_trigrams, self._by_sketches])
        pairs = np.stack([hits["row"].astype(np.int64), hits["at"]])
        # the first of two: that by letters
        _, once = np.unique(pairs, axis=1, return_index=True)
        hits = hits[once]
        hits["row"] += self.first
        return hits


def slices(length: int, most: int) -> Iterator[slice]:
    """Cuts that cover so many rows, each of at most ``most``."""
    return (slice(start, start + most) for start in range(0, length, most))


def _own_cosines(vectors: Vectors, rows: npt.NDArray[np.int32], others: npt.NDArray[np.int64]) -> Cosines:
    """Of new rows with each other, NaN where one of the two has no vector."""
    values = np.full(len(rows), np.nan, dtype=np.float32)
    for cut in slices(len(rows), _PAIRS_AT_A_TIME):
        left, right = vectors[rows[cut]], vectors[others[cut]]
        known = left.any(axis=1) & right.any(axis=1)
        values[cut] = np.where(known, np.einsum("ij,ij->i", left, right), np.nan)
    return values


def _sketches(table: SignatureTable) -> Sketches:
    """The table's sketches, all zero for a row without vector.

    Raises:
        ValueError: the table was read without them.
    """
    if table.sketches is None:
        raise ValueError("the search by meaning needs sketches")
    return table.sketches
