"""A sync that is only planned, for somebody who waits for the answer: within a bound of time."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.sources import Fetched, Sighting, SourcePlace, Unseen
from pipeline_core.ports.source_reader import SourceReader
from pipeline_core.services.sync_source import Synced, SyncSource

_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class PlanSync:
    """Lists and reads in this process."""

    sync: SyncSource
    within_s: float = _WITHIN_S

    def __call__(self, source: SourceRow) -> Synced:
        """Tell what a sync would do, and store nothing.

        Raises:
            RefusedError: it takes longer than anybody waits.
            PipelineError: the source could not be listed.
        """
        until = time.monotonic() + self.within_s

        def open_hurried(place: SourcePlace) -> SourceReader:
            return _Hurried(self.sync.open_reader(place), until)

        return replace(self.sync, open_reader=open_hurried).plan(source)


@dataclass(frozen=True, slots=True)
class _Hurried:
    reader: SourceReader
    until: float

    def list(self, known: Mapping[str, str | None]) -> Iterator[Sighting | Unseen]:
        for shown in self.reader.list(known):
            self._check()
            yield shown

    def read(self, sighting: Sighting, *, limit: int) -> Fetched:
        self._check()
        return self.reader.read(sighting, limit=limit)

    def _check(self) -> None:
        if time.monotonic() > self.until:
            raise _TOO_LONG


_TOO_LONG = RefusedError(
    "The source has too much to read for a plan while you wait.",
    action="`pipeline source sync NAME --dry-run` takes the time, and so does the deployment `sync-source` in Prefect.",
    http_action="The deployment `sync-source` in Prefect plans it with `dry_run`, and takes the time.",
    page_action="Sync it without a plan, or have the plan made in Prefect by the form of sync-source.",
)
