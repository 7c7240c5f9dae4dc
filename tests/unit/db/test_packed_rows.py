"""Rows that are packed by NumPy travel as psycopg writes them."""

from uuid import UUID

import numpy as np

from pipeline_core.db.packed_rows import cut, half, half_vectors, packed

VECTORS = np.array([[0.5, -0.25, 1e-5], [0.1, 0, -1]], dtype=np.float32)


def test_a_vector_travels_as_pgvector_sends_it() -> None:
    assert half_vectors(VECTORS).tobytes() == b"".join(half(vector).to_binary() for vector in VECTORS)


def test_a_row_has_the_number_of_its_fields_and_the_length_of_each() -> None:
    ids = [UUID(int=7), UUID(int=8)]
    rows = packed([cut(b"".join(one.bytes for one in ids), 16), b"chunk"], 2)
    assert rows == b"".join(b"\0\2" + b"\0\0\0\x10" + one.bytes + b"\0\0\0\5chunk" for one in ids)


def test_zeros_at_the_end_of_a_value_stay() -> None:
    assert packed([bytes(4)], 1) == b"\0\1" + b"\0\0\0\4" + bytes(4)
    assert packed([cut(bytes(32), 16)], 2) == (b"\0\1" + b"\0\0\0\x10" + bytes(16)) * 2
