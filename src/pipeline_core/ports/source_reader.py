"""Port: a place that documents come from, listed and read."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from pipeline_core.domain.sources import Fetched, Sighting, Unseen


class SourceReader(Protocol):
    """Several threads may read at once; one lists."""

    def list(self, known: Mapping[str, str | None]) -> Iterator[Sighting | Unseen]:
        """List the place: every file that matches the source's patterns, once, in any order, without reading it.

        What is not in a listing that came to its end has vanished.

        Args:
            known: The version of each file when it was last read, by its URI, for places that are asked
                conditionally.

        Raises:
            PipelineError: the listing failed, or broke off: nothing follows from what is missing in it. The error is
                transient where trying again may help.
        """
        ...

    def read(self, sighting: Sighting, *, limit: int) -> Fetched:
        """Read one file whole, as one version: one that is written to meanwhile is read again.

        Raises:
            FileTooLargeError: it has more than ``limit`` bytes; no more than that were read.
            EmptyFileError: it has none.
            StillWrittenError: it was written to a moment ago; it may be quiet soon.
            UnreadableFileError: it may not be read, or changes all the time.
            ObjectNotFoundError: it has gone since it was listed.
            TransientError: the place did not answer.
        """
        ...
