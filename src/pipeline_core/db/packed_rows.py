"""Rows of a binary COPY, made by NumPy all at once: for columns of fixed length that are not null."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from pgvector import HalfVector

from pipeline_core.domain.vectors import Vectors

# https://www.postgresql.org/docs/18/sql-copy.html: signature, flags and extension length; a field count of -1
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
Column = npt.NDArray[np.void] | bytes
"""A value for each row, as it travels; or one for all of them."""


def half(vector: Vectors) -> HalfVector:
    """One vector as PostgreSQL keeps it."""
    return HalfVector(np.asarray(vector))


def cut(values: bytes, length: int) -> npt.NDArray[np.void]:
    """A column of values that stand behind each other, each of that length."""
    return np.frombuffer(values, dtype=f"V{length}")


def half_vectors(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.void]:
    """A column of type halfvec: the number of numbers, two bytes of nothing, the numbers."""
    rows, dims = vectors.shape
    column = np.zeros(rows, dtype=[("dims", ">i2"), ("unused", ">i2"), ("numbers", ">f2", (dims,))])
    column["dims"], column["numbers"] = dims, vectors
    return column.view(f"V{column.dtype.itemsize}")


def packed(columns: Sequence[Column], rows: int) -> bytes:
    """The rows as they travel: the number of fields, then of each field its length and its value."""
    values = [np.frombuffer(one, dtype=f"V{len(one)}") if isinstance(one, bytes) else one for one in columns]
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for at, column in enumerate(values):
        fields += [(f"length_{at}", ">i4"), (f"value_{at}", f"V{column.dtype.itemsize}")]
    table = np.zeros(rows, dtype=fields)
    table["fields"] = len(values)
    for at, column in enumerate(values):
        table[f"length_{at}"], table[f"value_{at}"] = column.dtype.itemsize, column
    return table.tobytes()


def framed(parts: Iterable[bytes]) -> Iterator[bytes]:
    """All that a COPY sends."""
    yield HEADER
    yield from parts
    yield TRAILER
