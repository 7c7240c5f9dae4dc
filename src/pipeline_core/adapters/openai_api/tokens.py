"""Token counts of a text, estimated without the model's own tokenizer."""

CHARS_PER_TOKEN = 4
PER_MESSAGE = 8


def expected_tokens(text: str) -> int:
    """About: four characters each, more where letters take several bytes (three bytes each)."""
    return max(len(text) // CHARS_PER_TOKEN, len(text.encode()) // 3 if not text.isascii() else 0) + 1


def most_tokens(text: str) -> int:
    """At most: byte-level BPE never makes more tokens of a text than it has bytes."""
    return len(text.encode()) + PER_MESSAGE
