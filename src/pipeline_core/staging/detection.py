"""Which mode looks for duplicates, and what it needs beforehand: scored mode embeds the new rows, in no transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline_core.domain.staging import Matchable
from pipeline_core.ports.embedder import Embedder, Vectors
from pipeline_core.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.settings import Settings
from pipeline_core.staging.baseline import Baseline
from pipeline_core.staging.duplicates import LookAlikes
from pipeline_core.staging.scored import Scored


@dataclass(frozen=True, slots=True)
class Detection:
    """``prepare`` does the slow part; what it answers with goes into ``duplicates.detect``."""

    settings: Settings
    embedder: Embedder

    def prepare(self, open_uow: OpenUnitOfWork, to_match: Callable[[UnitOfWork], list[Matchable]]) -> LookAlikes:
        """The mode that is set, ready for the rows that ``to_match`` finds. Not to be called within a transaction."""
        threshold = self.settings.duplicates_from
        if self.settings.duplicate_mode == "baseline":
            return Baseline(threshold)
        embedder = self.embedder
        with open_uow() as uow:
            rows = to_match(uow)
            keys = [row.embed_sha256 for row in rows]
            cached = uow.caches.vectors(keys, model=embedder.model, version=embedder.version) if keys else {}
        vectors = self._embedded(open_uow, rows, cached)
        return Scored(
            threshold,
            self.settings.duplicate_automatic,
            {row.question_id: vectors[row.embed_sha256] for row in rows},
            embedder.model,
            embedder.version,
            embedder.dims,
        )

    def _embedded(
        self, open_uow: OpenUnitOfWork, rows: Sequence[Matchable], cached: dict[str, Vectors]
    ) -> dict[str, Vectors]:
        """Vectors by key. New ones are kept: the embedder stage will want them again."""
        missing = {row.embed_sha256: row.embed_text for row in rows if row.embed_sha256 not in cached}
        if not missing:
            return cached
        made = self.embedder.embed(list(missing.values())).vectors
        new = dict(zip(missing, np.asarray(made, dtype=np.float32), strict=True))
        with open_uow() as uow:
            uow.caches.put_vectors(new, model=self.embedder.model, version=self.embedder.version)
            uow.commit()
        return {**cached, **new}
