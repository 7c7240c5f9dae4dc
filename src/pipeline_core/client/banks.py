"""Question banks: taking them in, and bringing them to production. Their questions are decided as facts are."""

import os
from pathlib import Path
from uuid import UUID

from pipeline_core.client.review import Reviewing
from pipeline_core.client.wired import needs
from pipeline_core.domain.batches import BatchCounts
from pipeline_core.domain.errors import NotFoundError, RefusedError, UnreadableFileError
from pipeline_core.domain.realms import Role
from pipeline_core.domain.review import OfBatch, StagedFact
from pipeline_core.domain.rows.batches import ListedBatch
from pipeline_core.domain.staging import Pair
from pipeline_core.machine.source_files import read_file
from pipeline_core.services.intake import Upload
from pipeline_core.services.staging import StagedBank


class Banks(Reviewing):
    """Question banks."""

    @needs(Role.CONTRIBUTOR)
    def stage_bank(self, file: str | os.PathLike[str] | Upload) -> StagedBank:
        """Take in a question bank: stage its questions, name what is wrong by line, and find what it repeats.

        Raises:
            RefusedError: the file cannot be read.
            EmptyFileError, FileTooLargeError, UnsupportedTypeError: it is no text to be read.
        """
        if isinstance(file, Upload):
            return self._app.staging.stage_bank(file.data, file.filename, by=self.reviewer)
        path = Path(os.fsdecode(file))
        try:
            data = read_file(path, limit=self._app.settings.max_file_bytes)
        except UnreadableFileError as error:
            raise RefusedError(f"{path} was not accepted. {error.message}", action=error.what_to_do) from error
        return self._app.staging.stage_bank(data, path.name, by=self.reviewer)

    def banks(self, *, named: str | None = None, limit: int | None = 100) -> list[ListedBatch]:
        """The batches with their counts, newest first; those of a name or the beginning of an id, or all."""
        return self._app.staging.batches(realm_id=self.realm_id, named=named, limit=limit)

    def bank(self, named: str | UUID) -> OfBatch:
        """The bank that is meant by its batch's id, the beginning of one, or its file's name.

        Raises:
            NotFoundError: there is none, or more than one.
        """
        rows = self.banks(named=str(named))
        if not rows:
            raise NotFoundError(f"No batch is named {named}.", action="`pipeline batches` lists what there is.")
        if len(rows) > 1:
            ids = ", ".join(f"{str(row.batch_id)[:8]} ({row.uploaded_at:%Y-%m-%d %H:%M})" for row in rows[:5])
            raise NotFoundError(f"{named} could be any of {ids}.", action="Name one by the beginning of its id.")
        return OfBatch(rows[0].batch_id)

    @needs(Role.REVIEWER)
    def compare_bank(self, bank: OfBatch) -> list[Pair]:
        """Compare what was never compared with what is there; return the new pairs."""
        return self._app.staging.detect_duplicates(bank.batch_id, by=self.reviewer)

    def recount_bank(self, bank: OfBatch) -> BatchCounts:
        """Count a bank's questions anew."""
        return self._app.staging.update_batch_counts(bank.batch_id, by=self.reviewer)

    @needs(Role.REVIEWER)
    def import_bank(self, bank: OfBatch) -> list[StagedFact]:
        """Bring the approved questions to production; return the bank's questions as they stand then.

        ``import_error`` says why one was left. Importing again brings what was approved since, and nothing twice.

        Raises:
            NotFoundError, StagedStateError, UndecidedDuplicatesError: there is something against an import.
            ServiceUnavailableError: the Prefect server did not answer.
        """
        # refused before Prefect is started
        self._app.staging.importer.check(bank.batch_id, by=self.reviewer)
        self._app.launcher.run(
            "pipeline_core.flows.import_batch.import_batch",
            batch_id=bank.batch_id,
            reviewer=self.person.name,
            user_id=self.person.user_id,
        )
        self._app.ensure_vector_indexes()
        return self.facts(bank)
