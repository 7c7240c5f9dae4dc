"""The order in which a sync reads: in groups, and what somebody still writes to once more after all others."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline_core.domain.errors import PipelineError, StillWrittenError
from pipeline_core.domain.sources import Sighting

_GROUP = 200
_GROUP_BYTES = 64 * 1024 * 1024
_UNKNOWN_BYTES = 8 * 1024 * 1024
"""Taken for the size of a file of which its place says none."""
QUIET_WITHIN_S = 5.0
"""Time after all others for a file to become quiet; after that it is left to the next sync."""
_LOOK_S = 0.25
T = TypeVar("T")


@dataclass(slots=True)
class Late:
    """Files of one sync that are still written to when it is their turn."""

    _aside: list[Sighting] = field(default_factory=list)
    _is_last: bool = False

    def groups(self, to_read: Sequence[Sighting]) -> Iterator[list[Sighting]]:
        """Give the files in groups, and then those that were left aside, until they are quiet or time is up."""
        yield from _groups(to_read)
        until = time.monotonic() + QUIET_WITHIN_S
        while self._aside:
            again, self._aside = self._aside, []
            time.sleep(_LOOK_S)
            self._is_last = time.monotonic() >= until
            yield from _groups(again)

    def left_aside(
        self, pairs: Sequence[tuple[Sighting, T | PipelineError]]
    ) -> list[tuple[Sighting, T | PipelineError]]:
        """Return the answers about files without those that come up again."""
        if self._is_last:
            return list(pairs)
        self._aside += [shown for shown, answer in pairs if isinstance(answer, StillWrittenError)]
        return [(shown, answer) for shown, answer in pairs if not isinstance(answer, StillWrittenError)]


def _groups(to_read: Sequence[Sighting]) -> Iterator[list[Sighting]]:
    """Groups of so many files, and so many bytes, that memory does not grow with either."""
    group: list[Sighting] = []
    room = _GROUP_BYTES
    for shown in to_read:
        size = _UNKNOWN_BYTES if shown.size is None else shown.size
        if group and (len(group) == _GROUP or size > room):
            yield group
            group, room = [], _GROUP_BYTES
        group.append(shown)
        room -= size
    if group:
        yield group
