"""The indexes of the active embedding model, built once they pay."""

from dataclasses import dataclass

from pipeline_core.db import vector_indexes
from pipeline_core.db.unit_of_work import OpenUnitOfWork


@dataclass(frozen=True, slots=True)
class EnsureVectorIndexes:
    """Builds what is missing, while search and publishing go on."""

    open_uow: OpenUnitOfWork
    database_url: str
    min_rows: int

    def __call__(self) -> list[str]:
        """Return the names of the indexes that were built."""
        with self.open_uow() as uow:
            active = uow.models.active()
        return vector_indexes.ensure(self.database_url, active, min_rows=self.min_rows) if active else []
