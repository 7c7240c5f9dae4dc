"""Candidates: for each new row those before it that are nearest by trigrams, and those nearest by meaning.

What was there comes in blocks, so memory does not grow with it. Vectors are compared exactly (matrix products of
bounded size); a new row's tenth best so far throws out nearly all of what follows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.staging import Matchable, SignatureTable, Twin
from pipeline_core.ports.embedder import Vectors
from pipeline_core.staging.signatures import candidates, estimated_similarity, matrix

LEAST_TRIGRAMS = 0.5
TOP_BY_TRIGRAMS = 20
TOP_BY_VECTORS = 10
# so many new rows against so many others at a time: a matrix of 4 MB
ROWS_AT_A_TIME = 256
COLUMNS_AT_A_TIME = 4096
_PAIRS_AT_A_TIME = 1024
_ABOVE_ZERO = np.float32(1e-6)

_HIT = np.dtype(
    [
        ("row", np.int32),
        ("at", np.int64),  # position among all that was scanned
        ("id", "V16"),
        ("staged", np.bool_),
        ("trigrams", np.float32),
        ("cosine", np.float32),
    ]
)
_Hits = npt.NDArray[np.void]
_NO_HITS = np.empty(0, dtype=_HIT)


@dataclass(frozen=True, slots=True)
class Nearest:
    """Candidates as arrays of one length, ordered by new row: new row ``rows[i]`` may repeat row ``ids[i]``.

    ``cosines`` are NaN where one of the two has no vector.
    """

    rows: npt.NDArray[np.int32]
    ids: npt.NDArray[np.void]
    staged: npt.NDArray[np.bool_]
    cosines: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: slice | npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> "Nearest":
        return Nearest(self.rows[chosen], self.ids[chosen], self.staged[chosen], self.cosines[chosen])

    def question_ids(self) -> list[QuestionId]:
        return [QuestionId(UUID(bytes=one.tobytes())) for one in self.ids]

    def twin(self, position: int) -> Twin:
        return Twin(QuestionId(UUID(bytes=self.ids[position].tobytes())), bool(self.staged[position]))


def table_of(fresh: Sequence[Matchable], vectors: Vectors | None = None) -> SignatureTable:
    """New rows as a block, to compare them with each other."""
    return SignatureTable(
        ids=np.frombuffer(b"".join(row.question_id.bytes for row in fresh), dtype="V16"),
        staged=np.ones(len(fresh), dtype=bool),
        trigrams=np.array([row.trigrams for row in fresh], dtype=np.int32),
        maps=matrix([row.signature for row in fresh]),
        vectors=vectors,
    )


def nearest(new: SignatureTable, there: Iterable[SignatureTable]) -> Nearest:
    """The candidates of each new row among ``there``, and among the new rows before it."""
    searches = [_Search(part(new, at, ROWS_AT_A_TIME), at) for at in range(0, len(new), ROWS_AT_A_TIME)]
    for block in there:
        for search in searches:
            search.scan(block)
    for search in searches:
        for at in range(0, search.first + ROWS_AT_A_TIME, ROWS_AT_A_TIME):
            search.scan(part(new, at, ROWS_AT_A_TIME), new_from=at)
    hits = np.concatenate([_NO_HITS, *(search.found() for search in searches)])
    return Nearest(hits["row"], hits["id"], hits["staged"], hits["cosine"])


def part(table: SignatureTable, start: int, rows: int) -> SignatureTable:
    """The rows from ``start``, at most so many."""
    cut = slice(start, start + rows)
    vectors = None if table.vectors is None else table.vectors[cut]
    return SignatureTable(table.ids[cut], table.staged[cut], table.trigrams[cut], table.maps[cut], vectors)


class _Search:
    """The nearest of some new rows, the first of which is row ``first`` of all."""

    def __init__(self, new: SignatureTable, first: int) -> None:
        self._new = new
        self._vectors = vectors_of(new)
        self.first = first
        self._scanned = 0
        self._best = np.full((len(new), TOP_BY_VECTORS), -np.inf, dtype=np.float32)
        self._by_vectors = _NO_HITS
        self._by_trigrams = _NO_HITS

    def scan(self, block: SignatureTable, *, new_from: int | None = None) -> None:
        """Keep the block's rows that are among the nearest so far; ``new_from``: it is the new rows from this one."""
        # a pair once, and no row with itself: of the new rows, only those before
        ends = None if new_from is None else np.arange(len(self._new)) + (self.first - new_from)
        self._scan_trigrams(block, ends)
        for start in range(0, len(block), COLUMNS_AT_A_TIME):
            self._scan_vectors(part(block, start, COLUMNS_AT_A_TIME), start, None if ends is None else ends - start)
        self._scanned += len(block)

    def _scan_vectors(self, tile: SignatureTable, start: int, ends: npt.NDArray[np.intp] | None) -> None:
        cosines = self._vectors @ vectors_of(tile).T
        if ends is not None:
            cosines[np.arange(len(tile)) >= ends[:, None]] = -np.inf
        least = self._best[:, -1]
        if np.isneginf(least).any() and len(tile) > TOP_BY_VECTORS:
            least = np.maximum(least, np.partition(cosines, -TOP_BY_VECTORS, axis=1)[:, -TOP_BY_VECTORS])
        # a row without vector has a cosine of 0 with everything
        near = cosines >= np.maximum(least, _ABOVE_ZERO)[:, None]
        rows, columns = np.divmod(np.flatnonzero(near), len(tile))
        top = _top(rows, cosines[rows, columns], TOP_BY_VECTORS)
        rows, columns = rows[top], columns[top]
        values = cosines[rows, columns]
        starts = np.searchsorted(rows, np.arange(len(self._best) + 1)).tolist()
        for row in np.unique(rows).tolist():
            both = np.concatenate([self._best[row], values[starts[row] : starts[row + 1]]])
            self._best[row] = np.sort(both)[::-1][:TOP_BY_VECTORS]
        hits = np.concatenate([self._by_vectors, self._hits(tile, start, rows, columns, np.zeros(len(rows)), values)])
        self._by_vectors = hits[hits["cosine"] >= self._best[hits["row"], -1]]

    def _scan_trigrams(self, block: SignatureTable, ends: npt.NDArray[np.intp] | None) -> None:
        new = self._new
        rows, columns, bits = candidates(new.trigrams, new.maps, block.trigrams, block.maps, LEAST_TRIGRAMS)
        if ends is not None:
            before = columns < ends[rows]
            rows, columns, bits = rows[before], columns[before], bits[before]
        alike = estimated_similarity(new.trigrams[rows], block.trigrams[columns], bits)
        top = _top(rows, alike, TOP_BY_TRIGRAMS)
        rows, columns, alike = rows[top], columns[top], alike[top]
        hits = self._hits(block, 0, rows, columns, alike, self._cosines(block, rows, columns))
        hits = np.concatenate([self._by_trigrams, hits])
        self._by_trigrams = hits[_top(hits["row"], hits["trigrams"], TOP_BY_TRIGRAMS)]

    def _cosines(
        self, block: SignatureTable, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float64]:
        """Of pairs, NaN where one of the two has no vector."""
        values = np.full(len(rows), np.nan)
        for cut in slices(len(rows), _PAIRS_AT_A_TIME):
            left, right = self._vectors[rows[cut]], vectors_of(block, columns[cut])
            known = left.any(axis=1) & right.any(axis=1)
            values[cut] = np.where(known, np.einsum("ij,ij->i", left, right), np.nan)
        return values

    def _hits(
        self,
        block: SignatureTable,
        start: int,
        rows: npt.NDArray[np.intp],
        columns: npt.NDArray[np.intp],
        alike: npt.NDArray[np.float64],
        cosines: npt.NDArray[np.floating],
    ) -> _Hits:
        hits = np.empty(len(rows), dtype=_HIT)
        hits["row"], hits["at"] = rows, columns + (self._scanned + start)
        hits["id"], hits["staged"] = block.ids[columns], block.staged[columns]
        hits["trigrams"], hits["cosine"] = alike, cosines
        return hits

    def found(self) -> _Hits:
        """Each pair once, ordered by row."""
        hits = np.concatenate([self._by_vectors, self._by_trigrams])
        _, once = np.unique(hits["row"] * np.int64(self._scanned) + hits["at"], return_index=True)
        hits = hits[once]
        hits["row"] += self.first
        return hits


def slices(length: int, most: int) -> Iterator[slice]:
    """Cuts that cover so many rows, each of at most ``most``."""
    return (slice(start, start + most) for start in range(0, length, most))


def vectors_of(table: SignatureTable, rows: npt.NDArray[np.intp] | None = None) -> Vectors:
    """The table's unit vectors (of these rows), all zero for a row that has none.

    Raises:
        ValueError: the table was read without vectors.
    """
    if table.vectors is None:
        raise ValueError("the search by meaning needs vectors")
    return np.ascontiguousarray(table.vectors if rows is None else table.vectors[rows], dtype=np.float32)


def _top(rows: npt.NDArray[np.intp], values: npt.NDArray[np.floating], most: int) -> npt.NDArray[np.intp]:
    """Positions of the ``most`` highest values of each row, ordered by row."""
    order = np.lexsort((-values, rows))
    ordered = rows[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    return order[rank < most]
