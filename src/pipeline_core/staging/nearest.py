"""Candidates: for each new row those before it that are nearest by trigrams, and those nearest by meaning.

What was there comes in blocks, so memory does not grow with it. Vectors are compared exactly (one matrix product a
block); a new row's tenth best so far throws out nearly all of what follows.
"""

from collections.abc import Iterable, Sequence
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
# bounds the matrix of cosines, whatever the number of new rows
ROWS_AT_A_TIME = 1024
_ABOVE_ZERO = np.float32(1e-6)

_HIT = np.dtype(
    [("row", np.int32), ("id", "V16"), ("staged", np.bool_), ("trigrams", np.float32), ("cosine", np.float32)]
)
_Hits = npt.NDArray[np.void]
_NO_HITS = np.empty(0, dtype=_HIT)


@dataclass(frozen=True, slots=True)
class Near:
    """New row ``row`` and what it may repeat; the cosine is NaN where one of the two has no vector."""

    row: int
    twin: Twin
    cosine: float


def table_of(fresh: Sequence[Matchable], vectors: Vectors | None = None) -> SignatureTable:
    """New rows as a block, to compare them with each other."""
    return SignatureTable(
        ids=np.frombuffer(b"".join(row.question_id.bytes for row in fresh), dtype="V16"),
        staged=np.ones(len(fresh), dtype=bool),
        trigrams=np.array([row.trigrams for row in fresh], dtype=np.int32),
        maps=matrix([row.signature for row in fresh]),
        vectors=vectors,
    )


def nearest(new: SignatureTable, there: Iterable[SignatureTable]) -> list[Near]:
    """The candidates of each new row among ``there``, and among the new rows before it."""
    searches = [_Search(part(new, at, ROWS_AT_A_TIME), at) for at in range(0, len(new), ROWS_AT_A_TIME)]
    for block in there:
        for search in searches:
            search.scan(block)
    for search in searches:
        for at in range(0, search.first + ROWS_AT_A_TIME, ROWS_AT_A_TIME):
            search.scan(part(new, at, ROWS_AT_A_TIME), new_from=at)
    return [near for search in searches for near in search.found()]


def part(table: SignatureTable, start: int, rows: int) -> SignatureTable:
    """The rows from ``start``, at most so many."""
    cut = slice(start, start + rows)
    vectors = None if table.vectors is None else table.vectors[cut]
    return SignatureTable(table.ids[cut], table.staged[cut], table.trigrams[cut], table.maps[cut], vectors)


class _Search:
    """The nearest of some new rows, the first of which is row ``first`` of all."""

    def __init__(self, new: SignatureTable, first: int) -> None:
        self._new = new
        self.first = first
        self._best = np.full((len(new), TOP_BY_VECTORS), -np.inf, dtype=np.float32)
        self._by_vectors: list[_Hits] = []
        self._by_trigrams: list[_Hits] = []

    def scan(self, block: SignatureTable, *, new_from: int | None = None) -> None:
        """Keep the block's rows that are among the nearest so far; ``new_from``: it is the new rows from this one."""
        if not len(block):
            return
        cosines = vectors_of(self._new) @ vectors_of(block).T
        later = None
        if new_from is not None:
            # a pair once, and no row with itself
            later = np.arange(len(block)) + new_from >= np.arange(len(self._new))[:, None] + self.first
            cosines[later] = -np.inf
        self._scan_vectors(block, cosines)
        self._scan_trigrams(block, cosines, later)

    def _scan_vectors(self, block: SignatureTable, cosines: Vectors) -> None:
        least = self._best[:, -1]
        if np.isneginf(least).any() and len(block) > TOP_BY_VECTORS:
            least = np.maximum(least, np.partition(cosines, -TOP_BY_VECTORS, axis=1)[:, -TOP_BY_VECTORS])
        # a row without vector has a cosine of 0 with everything
        near = cosines >= np.maximum(least, _ABOVE_ZERO)[:, None]
        rows, columns = np.divmod(np.flatnonzero(near), len(block))
        top = _top(rows, cosines[rows, columns], TOP_BY_VECTORS)
        rows, columns = rows[top], columns[top]
        values = cosines[rows, columns]
        starts = np.searchsorted(rows, np.arange(len(self._best) + 1)).tolist()
        for row in np.unique(rows).tolist():
            both = np.concatenate([self._best[row], values[starts[row] : starts[row + 1]]])
            self._best[row] = np.sort(both)[::-1][:TOP_BY_VECTORS]
        self._by_vectors.append(_hits(block, rows, columns, np.zeros(len(rows)), values))

    def _scan_trigrams(self, block: SignatureTable, cosines: Vectors, later: npt.NDArray[np.bool_] | None) -> None:
        new = self._new
        rows, columns, bits = candidates(new.trigrams, new.maps, block.trigrams, block.maps, LEAST_TRIGRAMS)
        if later is not None:
            before = ~later[rows, columns]
            rows, columns, bits = rows[before], columns[before], bits[before]
        alike = estimated_similarity(new.trigrams[rows], block.trigrams[columns], bits)
        top = _top(rows, alike, TOP_BY_TRIGRAMS)
        rows, columns, alike = rows[top], columns[top], alike[top]
        known = _has_vector(new)[rows] & _has_vector(block)[columns]
        values = np.where(known, cosines[rows, columns], np.nan)
        self._by_trigrams.append(_hits(block, rows, columns, alike, values))

    def found(self) -> list[Near]:
        by_vectors = np.concatenate([_NO_HITS, *self._by_vectors])
        by_vectors = by_vectors[by_vectors["cosine"] >= self._best[by_vectors["row"], -1]]
        by_trigrams = np.concatenate([_NO_HITS, *self._by_trigrams])
        top = _top(by_trigrams["row"], by_trigrams["trigrams"], TOP_BY_TRIGRAMS)
        near: dict[tuple[int, bytes], Near] = {}
        for hit in np.concatenate([by_vectors, by_trigrams[top]]):
            key = (self.first + int(hit["row"]), hit["id"].tobytes())
            twin = Twin(QuestionId(UUID(bytes=key[1])), bool(hit["staged"]))
            near[key] = Near(key[0], twin, float(hit["cosine"]))
        return list(near.values())


def _hits(
    block: SignatureTable,
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
    alike: npt.NDArray[np.float64],
    cosines: npt.NDArray[np.floating],
) -> _Hits:
    hits = np.empty(len(rows), dtype=_HIT)
    hits["row"], hits["id"], hits["staged"] = rows, block.ids[columns], block.staged[columns]
    hits["trigrams"], hits["cosine"] = alike, cosines
    return hits


def vectors_of(table: SignatureTable) -> Vectors:
    """The table's unit vectors, all zero for a row that has none.

    Raises:
        ValueError: the table was read without vectors.
    """
    if table.vectors is None:
        raise ValueError("the search by meaning needs vectors")
    return table.vectors


def _has_vector(table: SignatureTable) -> npt.NDArray[np.bool_]:
    return np.asarray(vectors_of(table).any(axis=1))


def _top(rows: npt.NDArray[np.intp], values: npt.NDArray[np.floating], most: int) -> npt.NDArray[np.intp]:
    """Positions of the ``most`` highest values of each row, ordered by row."""
    order = np.lexsort((-values, rows))
    ordered = rows[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    return order[rank < most]
