"""Counting in how many bits rows differ, a tile of them at a time: one call of NumPy for tens of thousands of pairs.

A call for each row would cost more than its counting does where there are few columns, as among the rows of one batch.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Totals = npt.NDArray[np.uint8] | npt.NDArray[np.int16]
ROWS, COLUMNS = 16, 4096
"""Of a tile: with its scratch space it stays in a core's cache."""
_WORDS_OF_A_BYTE = 4


def cuts(start: int, stop: int, most: int) -> Iterator[slice]:
    """Cuts that cover what is between, each of at most ``most``."""
    return (slice(at, min(at + most, stop)) for at in range(start, stop, most))


class Tile:
    """Scratch space for one thread, for rows of so many 64-bit words."""

    def __init__(self, words: int) -> None:
        # of up to 256 bits a byte holds the sum, but for opposites, which come out as equal: who takes few differing
        # bits for near must look at them again
        self._xor = np.empty(ROWS * COLUMNS, dtype=np.uint64)
        self._bits = np.empty(ROWS * COLUMNS, dtype=np.uint8)
        self._total: Totals = (
            np.empty(ROWS * COLUMNS, dtype=np.uint8)
            if words <= _WORDS_OF_A_BYTE
            else np.empty(ROWS * COLUMNS, dtype=np.int16)
        )
        self.beyond = int(np.iinfo(self._total.dtype).max)

    def differing(self, rows: Words, columns: Words) -> Totals:
        """Bits that rows (n, words) and columns (words, m) differ in, shape (n, m): valid until the next call."""
        shape = len(rows), columns.shape[1]
        size = shape[0] * shape[1]
        xor, bits = self._xor[:size].reshape(shape), self._bits[:size].reshape(shape)
        total: Totals = self._total[:size].reshape(shape)
        for number, column in enumerate(columns):
            np.bitwise_xor(column, rows[:, number, None], out=xor)
            np.bitwise_count(xor, out=bits if number else total)
            if number:
                np.add(total, bits, out=total)
        return total


def places(within: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Rows and columns of what is set, shape (2, n): NumPy looks for it several times faster along one axis."""
    return np.stack(np.divmod(np.flatnonzero(within), within.shape[1]))


def top(rows: npt.NDArray[np.integer], values: npt.NDArray[np.number], most: int) -> npt.NDArray[np.intp]:
    """Positions of the ``most`` highest values of each row, ordered by row; of equal ones those before."""
    order = np.lexsort((-values, rows))
    ordered = rows[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    return order[rank < most]
