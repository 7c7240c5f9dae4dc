"""The number of examples of slow property tests: a few with every change, all of them in `make chaos`."""

import os


def examples(most: int) -> int:
    """A third of the examples, at least two; all of them where ``TEST_LONG`` is set."""
    return most if os.environ.get("TEST_LONG") else max(2, most // 3)
