"""Operating: costs, whether all is there, backups, and documents of an older table."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from pipeline_core.client.documents import Documents
from pipeline_core.client.wired import needs
from pipeline_core.domain.realms import Role
from pipeline_core.domain.rows.costs import Costs, DocumentCalls
from pipeline_core.domain.spending import PriceTable
from pipeline_core.services.backup_files import Manifest
from pipeline_core.services.enrol import Enrolled
from pipeline_core.services.repair import Repaired
from pipeline_core.services.restore import Restored
from pipeline_core.services.verify import Sample, Verified


class Operating(Documents):
    """Operations for operators."""

    def costs(self, *, days: int = 30) -> Costs:
        """Return the costs of the last days by day, stage, model and document, with the budgets."""
        return self._app.cost_views.costs(self.realm_id, self._app.budget_accounts(), days=days)

    def document_costs(self, document: str | UUID) -> DocumentCalls:
        """Return the costs of one document by call and by chunk.

        Raises:
            NotFoundError: there is no such document.
        """
        return self._app.cost_views.document(self.realm_id, self._document_id(document))

    def prices(self) -> PriceTable:
        """The price table in force, and when its prices were seen."""
        return self._app.prices

    def verify(
        self, sample: Sample | None = None, *, on_progress: Callable[[Verified], None] = lambda _: None
    ) -> Verified:
        """Check that the database and the object store agree, for everything or a sample; nothing is changed.

        Raises:
            StoreUnavailableError, DatabaseUnavailableError: one of them is away.
        """
        return self._app.verify(sample, on_progress)

    def repair(self, verified: Verified, *, start: bool = True) -> Repaired:
        """Mend what ``verify`` found and can be mended, and run what is queued for it.

        Raises:
            StoreUnavailableError, DatabaseUnavailableError: what is mended by then stays so.
        """
        repaired = self._app.repair(verified.found, by=self.by)
        if start and repaired.queued:
            self._app.launcher.process(repaired.queued)
        return repaired

    def backup(self, folder: Path, *, on_progress: Callable[[str], None] = lambda _: None) -> Manifest:
        """Back up database and object store as of one moment into a folder that is not there yet.

        Raises:
            RefusedError: the folder is there.
            BackupFailedError: the database or the store could not be read whole.
        """
        return self._app.backup(folder, on_progress)

    def restore(
        self, folder: Path, *, replace: bool = False, on_progress: Callable[[str], None] = lambda _: None
    ) -> Restored:
        """Put a backup back. ``replace``: what is in the database now is lost.

        Raises:
            RefusedError: there is no backup, it is of a later version, or something is there already.
            BackupFailedError: a part of it is missing or damaged.
        """
        return self._app.restore(folder, replace=replace, on_progress=on_progress)

    @needs(Role.CONTRIBUTOR)
    def enrol(self, table: str = "public.documents") -> Enrolled:
        """Take in the rows of an older table of documents; each waits for a person. It may be done again.

        Raises:
            RefusedError: there is no such table, or it lacks a column.
        """
        return self._app.enrol(table, realm_id=self.realm_id, by=self.by)
