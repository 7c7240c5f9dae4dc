"""Running documents again: from where they failed, from a stage, or one stage by itself."""

from datetime import datetime
from uuid import UUID

from pipeline_core.client.documents import Documents
from pipeline_core.client.results import DocumentStatus
from pipeline_core.client.wired import needs
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.realms import Role
from pipeline_core.services.foresee_facts import Foreseen
from pipeline_core.services.read_again import Again
from pipeline_core.services.retry_all import Retried, Which


class Retrying(Documents):
    """Starting documents again."""

    @needs(Role.CONTRIBUTOR)
    def retry(self, document: str | UUID, *, from_stage: StageName | None = None, start: bool = True) -> DocumentStatus:
        """Start a failed or finished document again, from where it failed or from a stage; let a stopped one go on.

        Raises:
            NotFoundError: there is no such document.
            IllegalMoveError: it is not finished, or never came as far as that stage.
        """
        document_id = self._document_id(document)
        self._app.retry(document_id, from_stage=from_stage, by=self.by)
        return self._go_on(document_id, start=start)

    @needs(Role.CONTRIBUTOR)
    def retry_all(
        self,
        *,
        code: str | None = None,
        since: datetime | None = None,
        from_stage: StageName | None = None,
        preview: bool = False,
        start: bool = True,
    ) -> Retried:
        """Start all dead letters again, in one transaction; with ``preview`` only say which they are.

        Args:
            code: Only those with this error's code.
            since: Only those that failed since then.
            from_stage: Where to begin, for those that came as far; the others begin where they failed.
            preview: Start nothing.
            start: Let them run at once; otherwise their next run does.
        """
        which = Which(code, since)
        if preview:
            return self._app.retry_all.preview(self.realm_id, which)
        retried = self._app.retry_all(self.realm_id, which, from_stage=from_stage, by=self.by)
        if start:
            self._start(retried.document_ids)
        return retried

    @needs(Role.CONTRIBUTOR)
    def read_again(self, from_stage: StageName, *, start: bool = True) -> Again:
        """Start everything that is published again from a stage; outputs of earlier stages are reused.

        What people decided stays. ``foresee_read_again`` says before what would change.
        """
        again = self._app.read_again(self.realm_id, from_stage, by=self.by)
        if start:
            self._start(again.document_ids)
        return again

    def published(self) -> Again:
        """Return the documents that ``read_again`` would start, without starting them."""
        return self._app.read_again.which(self.realm_id)

    def foresee_read_again(self, from_stage: StageName) -> Foreseen:
        """Foresee the changes to published facts if all documents were read again from a stage; nothing is started."""
        return self._app.read_again.preview(self.published().document_ids, from_stage)

    def next_available_stage(self, document: str | UUID) -> StageName | None:
        """The stage that ``execute_stage`` would take next; None where the document is done, taken or waits.

        Raises:
            NotFoundError: there is no such document.
        """
        return self._app.single_stage.next_available_stage(self._document_id(document))

    @needs(Role.CONTRIBUTOR)
    def execute_stage(self, document: str | UUID, stage: StageName, *, start: bool = True) -> DocumentStatus:
        """Run one stage of a document by itself, on what the stages before it recorded; behind it the document stops.

        A gate before the stage is passed as ever: where a person has to decide, it waits for that. Once stopped, the
        next stage can be executed, or ``retry`` lets it go on to the end.

        Args:
            document: As for ``status``.
            stage: Which; ``next_available_stage`` says what comes next.
            start: Let it run at once; otherwise the next run does.

        Raises:
            NotFoundError: there is no such document.
            StageNotAvailableError: the stage cannot be run now; says why and what to do.
        """
        document_id = self._document_id(document)
        self._app.single_stage.execute_stage(document_id, StageName(stage), by=self.by)
        return self._go_on(document_id, start=start)

    def _go_on(self, document_id: DocumentId, *, start: bool) -> DocumentStatus:
        if start:
            self._start([document_id])
        return self.statuses(document_ids=[document_id])[0]
