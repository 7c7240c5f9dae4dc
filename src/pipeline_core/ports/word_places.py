"""Port: places beside the database and the object store that may hold names and words."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class WordPlaces(Protocol):
    """Files or another program's database."""

    @property
    def name(self) -> str:
        """Name by which certificates call it."""
        ...

    def erase(self, words: Sequence[str], names: Sequence[str]) -> int:
        """Take these words out wherever they are, and the names where they are whole values; returns how many places
        had one. Doing it twice is no error.

        Raises:
            TransientError: it did not answer; what was taken out by then stays so.
        """
        ...

    def search(self, text: str) -> Mapping[str, int]:
        """Count how often the text is in each file or table that has it.

        Raises:
            TransientError: it did not answer.
        """
        ...

    def searched(self) -> int:
        """Count the files or tables that there are."""
        ...

    def not_searched(self) -> Sequence[str]:
        """Say what cannot be searched there."""
        ...
