"""How long work takes, for tests that it does not grow with the square of its input."""

import time
from collections.abc import Callable


def seconds_of(work: Callable[[], object], *, least: float = 0.01) -> float:
    """The shortest of three runs in seconds of this process, and ``least`` for what is too short to measure."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return max(min(spent), least)
