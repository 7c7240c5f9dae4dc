"""The type by which vectors are kept, compared and indexed: half precision, in columns without a length."""


def vector_type(dims: int) -> str:
    """The type with its length, as SQL."""
    return f"halfvec({int(dims)})"


COSINE_OPERATORS = "halfvec_cosine_ops"
"""The operators of an index by cosine distance, as SQL."""
