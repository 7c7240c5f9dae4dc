"""The status of every stage of every document, and the files that stages left."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.errors import LeaseLostError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import DocumentId, Ids, LeaseToken
from pipeline_core.domain.jobs import HeldJob, OutputRow, StageRow, WrittenFile
from pipeline_core.domain.lifecycle import StageName


class StageRuns:
    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self, stage: StageName, document_ids: Ids) -> dict[DocumentId, StageRow]:
        rows = self._session.all("stage_rows", stage=stage, document_ids=list(document_ids))
        return {row["document_id"]: StageRow(row["status"], row["fingerprint"], row["result"]) for row in rows}

    def begin(self, stage: StageName, document_ids: Ids) -> None:
        self._session.execute("begin_stages", stage=stage, document_ids=list(document_ids))

    def complete(
        self,
        stage: StageName,
        rows: Sequence[tuple[DocumentId, str, Mapping[str, Any], Usage]],
        *,
        config_sha256: str,
    ) -> None:
        """Rows are (document, fingerprint, result, usage)."""
        self._session.execute(
            "complete_stages",
            stage=stage,
            config=config_sha256,
            document_ids=[row[0] for row in rows],
            fingerprints=[row[1] for row in rows],
            results=[json_text(row[2]) for row in rows],
            input_tokens=[row[3].input_tokens for row in rows],
            output_tokens=[row[3].output_tokens for row in rows],
            costs=[row[3].cost_usd for row in rows],
        )

    def confirm(self, stage: StageName, document_ids: Ids, *, config_sha256: str) -> None:
        self._session.execute("confirm_stages", stage=stage, document_ids=list(document_ids), config=config_sha256)

    def skip(self, stage: StageName, jobs: Sequence[HeldJob], *, reason: str, config_sha256: str) -> None:
        ids = [job.document_id for job in jobs]
        self._session.execute("skip_stages", stage=stage, document_ids=ids, config=config_sha256)
        self._session.execute("log_stage_skips", stage=stage, job_ids=[job.job_id for job in jobs], reason=reason)
        self.progress(stage, ids)

    def fail(self, stage: StageName, rows: Sequence[tuple[DocumentId, str, bool]]) -> None:
        """Rows are (document, message, whether this was the end of it)."""
        self._session.execute(
            "fail_stages",
            stage=stage,
            document_ids=[row[0] for row in rows],
            messages=[row[1] for row in rows],
            finals=[row[2] for row in rows],
        )

    def park(self, stage: StageName, messages: Mapping[DocumentId, str]) -> None:
        """The stage is to run again, once there is a budget for it."""
        self._session.execute("park_stages", stage=stage, document_ids=list(messages), messages=list(messages.values()))

    def forget(self, stage: StageName, document_ids: Ids) -> None:
        """Let the stage run again even though nothing that it reads has changed."""
        self._session.execute("forget_stages", from_stage=stage, document_ids=list(document_ids))

    def progress(self, stage: StageName, document_ids: Ids) -> None:
        """Bring ``processing_workflows`` up to date."""
        self._session.execute("progress_workflows", stage=stage, document_ids=list(document_ids))

    def dependencies(self) -> dict[StageName, list[tuple[StageName, bool]]]:
        """The stages that each stage depends on, each with True if it is required; in the order of execution."""
        found: dict[StageName, list[tuple[StageName, bool]]] = {}
        for row in self._session.all("stage_dependencies"):
            needs = found.setdefault(StageName(row["stage_name"]), [])
            if row["depends_on_stage"]:
                needs.append((StageName(row["depends_on_stage"]), row["is_required"]))
        return found

    def recorded(self, document_id: DocumentId) -> dict[StageName, set[str]]:
        """The stages that are done, each with the kinds of files that it left."""
        rows = self._session.all("recorded_stages", document_id=document_id)
        return {StageName(row["stage_name"]): set(row["file_types"]) for row in rows}

    def compared(self, document_ids: Ids, config: Mapping[str, Any]) -> None:
        """Record under which settings the documents' facts were compared with others."""
        self._session.execute("mark_compared", document_ids=list(document_ids), config=json_text(config))

    def put_outputs(
        self,
        stage: StageName,
        files: Sequence[WrittenFile],
        *,
        lease: LeaseToken,
    ) -> None:
        """From now on these are the stage's files.

        Raises:
            LeaseLostError: a document is no longer under this lease.
        """
        if not files:
            return
        written = self._session.all(
            "put_outputs",
            stage=stage,
            lease=lease,
            document_ids=[file.document.document_id for file in files],
            realm_ids=[file.document.realm_id for file in files],
            file_types=[file.file_type for file in files],
            paths=[file.path for file in files],
            sizes=[file.size for file in files],
            mimes=[file.mime for file in files],
            checksums=[file.checksum for file in files],
            metadata=[json_text(file.metadata) for file in files],
        )
        if len(written) < len(files):
            raise LeaseLostError(where=f"{len(files) - len(written)} of {len(files)} files of {stage}")

    def drop_outputs(self, stage: StageName, document_ids: Ids) -> None:
        """From now on the stage has left no file for these documents."""
        self._session.execute("drop_outputs", stage=stage, document_ids=list(document_ids))

    def outputs(self, document_ids: Ids, file_types: Sequence[str]) -> dict[DocumentId, dict[str, OutputRow]]:
        found: dict[DocumentId, dict[str, OutputRow]] = {}
        for row in self._session.all("get_outputs", document_ids=list(document_ids), file_types=list(file_types)):
            output = OutputRow(row["stage_name"], row["file_type"], row["file_path"], row["checksum"], row["metadata"])
            found.setdefault(row["document_id"], {})[output.file_type] = output
        return found
