"""Stages of a document, one at a time."""

from uuid import UUID

from pipeline_core.client.documents import Documents
from pipeline_core.client.results import DocumentStatus
from pipeline_core.client.wired import needs
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.realms import Role


class Stages(Documents):
    """Running single stages, and finding the next one."""

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
