"""The type by which vectors of one length are compared and indexed; they are kept in columns without a length."""

# https://github.com/pgvector/pgvector#hnsw: an index holds vectors of 2,000 numbers, and of 4,000 of half precision
_MOST_OF_FULL_PRECISION = 2000


def vector_type(dims: int) -> str:
    """The type with its length, as SQL."""
    return f"{_name(dims)}({int(dims)})"


def cosine_operators(dims: int) -> str:
    """The operators of an index by cosine distance, as SQL."""
    return f"{_name(dims)}_cosine_ops"


def _name(dims: int) -> str:
    return "vector" if dims <= _MOST_OF_FULL_PRECISION else "halfvec"
