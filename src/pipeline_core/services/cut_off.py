"""Work that the database went away from."""

from collections.abc import Callable
from typing import TypeVar

from pipeline_core.domain.errors import DatabaseUnavailableError

T = TypeVar("T")


def again_if_cut_off(work: Callable[[], T]) -> T:
    """Do work that may be done twice, and once more where the database went away in the middle of it.

    How long the second try waits for the database, its connection knows.
    """
    try:
        return work()
    except DatabaseUnavailableError:
        return work()
