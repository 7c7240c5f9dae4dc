"""The two statuses of documents, and the staging of deep scans, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_core.db.document_lists import STATUSES
from pipeline_core.db.session import Session
from pipeline_core.db.staging import Staging, evidence_json
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.document_filter import DocumentFilter
from pipeline_core.domain.documents import Document
from pipeline_core.domain.dual_status import DeepScanStatus, StagingStatus
from pipeline_core.domain.errors import explain
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.ids import (
    CorrelationId,
    DocumentId,
    JobId,
    LeaseToken,
    RealmId,
    UserId,
    job_id_for,
    scan_batch_id_for,
)
from pipeline_core.domain.lifecycle import EventType, JobStage, JobState, Profile
from pipeline_core.domain.rows.queue import StatusChange
from pipeline_core.domain.staging import Anchor, NewQuestion


@dataclass(frozen=True, slots=True)
class ScanUnderWay:
    """A document being scanned and where its newest job is."""

    document_id: DocumentId
    state: JobState
    stage: JobStage
    profile: Profile
    error: str | None


@dataclass(frozen=True, slots=True)
class DeepChanges:
    """The effect of publishing a deep scan: facts to decide, and published facts that would go."""

    added: int
    withdrawn: int

    def as_json(self) -> dict[str, int]:
        return {"new_facts": self.added, "withdrawn_facts": self.withdrawn}


_EVENTS = {
    # where a scan comes to: the event's type, severity and code
    DeepScanStatus.QUEUED: (EventType.RESTARTED, Severity.INFO, "deep_scan_queued"),
    DeepScanStatus.PROCESSING: (EventType.STAGE_STARTED, Severity.INFO, "deep_scan_started"),
    DeepScanStatus.COMPLETED: (EventType.STAGE_DONE, Severity.INFO, "deep_scan_completed"),
    DeepScanStatus.ERROR: (EventType.ERROR, Severity.WARNING, "deep_scan_failed"),
}


class DeepScans:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock_statuses(self, realm_id: RealmId, document_ids: Sequence[DocumentId]) -> set[DocumentId]:
        """Lock those of the documents that belong to the realm; returns them."""
        rows = self._session.all("lock_statuses", realm_id=realm_id, document_ids=list(document_ids))
        return {row["document_id"] for row in rows}

    def lock_matching(self, realm_id: RealmId, matching: DocumentFilter) -> set[DocumentId]:
        """Lock the realm's documents that match; returns them. They match still when they are locked."""
        listing, wanted = STATUSES[matching.needs_job], matching.parameters()
        found = self._session.select(listing, realm_ids=[realm_id], **wanted)
        locked = self.lock_statuses(realm_id, [row.document_id for row in found])
        rows = self._session.select(listing, realm_ids=[realm_id], document_ids=list(locked), **wanted)
        return {row.document_id for row in rows}

    def set_status(
        self, document_ids: Sequence[DocumentId], status: StagingStatus, *, by: str, correlation_id: CorrelationId
    ) -> list[StatusChange]:
        """Set them all; ``SELECTED`` queues a deep scan, any other takes back one that is queued.

        An event for each that changed, and one for each scan that was taken back.
        """
        return self._session.rows(
            StatusChange,
            "set_staging_status",
            document_ids=list(document_ids),
            status=status,
            queue=status is StagingStatus.SELECTED,
            by=by,
            correlation_id=correlation_id,
        )

    def users_waiting(self) -> list[RealmId]:
        """The realms that have ``QUEUED`` documents."""
        return self._session.column("users_waiting_for_scans")

    def claim(self, limit: int, realm_ids: Sequence[RealmId], *, correlation_id: CorrelationId) -> list[DocumentId]:
        """Give queued documents a job of their own under the deep profile, and move them to ``PROCESSING``.

        To be called under these users' ``Staging.lock_matching``.
        """
        rows = self._session.all("queued_deep_scans", limit=limit, realm_ids=list(realm_ids))
        opened = self._session.all(
            "open_deep_jobs",
            job_ids=[job_id_for(row["document_id"], row["runs"]) for row in rows],
            document_ids=[row["document_id"] for row in rows],
            realm_ids=[row["realm_id"] for row in rows],
            correlation_id=correlation_id,
        )
        ids = [row["document_id"] for row in opened]
        self.move(dict.fromkeys(ids), DeepScanStatus.QUEUED, DeepScanStatus.PROCESSING)
        return ids

    def is_any_open(self, realm_id: RealmId | None) -> bool:
        """True if a document of the realm, or of any realm if None, is queued for a scan or in one."""
        [is_any] = self._session.column("is_any_deep_scan_open", realm_id=realm_id)
        return bool(is_any)

    def waiting(self, realm_id: RealmId) -> list[DocumentId]:
        """The user's documents that are ``QUEUED`` or ``PROCESSING``, longest first."""
        return self._session.column("waiting_deep_scans", realm_id=realm_id)

    def under_way(
        self, realm_id: RealmId | None, document_ids: Sequence[DocumentId] | None = None
    ) -> list[ScanUnderWay]:
        limited_to = list(document_ids) if document_ids is not None else None
        return [
            ScanUnderWay(
                row["document_id"],
                JobState(row["state"]),
                JobStage(row["stage"]),
                Profile(row["profile"]),
                explain(row["last_error"]).message if row["last_error"] else None,
            )
            for row in self._session.all("deep_scans_under_way", realm_id=realm_id, document_ids=limited_to)
        ]

    def move(
        self, scans: Mapping[DocumentId, str | None], source: DeepScanStatus, target: DeepScanStatus
    ) -> set[DocumentId]:
        """Compare and set, with an event each; returns those that were at ``source``. Values are errors."""
        if not scans:
            return set()
        event, severity, code = _EVENTS[target]
        return set(
            self._session.column(
                "move_deep_scans",
                document_ids=list(scans),
                errors=list(scans.values()),
                from_status=source,
                to_status=target,
                event=event,
                severity=severity,
                code=code,
            )
        )

    def profiles(self, lease: LeaseToken, document_ids: Sequence[DocumentId]) -> dict[DocumentId, Profile]:
        """Under which profile each of the held jobs runs."""
        rows = self._session.all("held_profiles", lease=lease, document_ids=list(document_ids))
        return {row["document_id"]: Profile(row["profile"]) for row in rows}

    def replace_chunks(
        self, document: Document, chunks: Sequence[Chunk], anchors: Sequence[Anchor], *, chunker: str, version: str
    ) -> None:
        """Stage exactly these chunks; facts that have an anchor move there with all that was decided."""
        staging = Staging(self._session)
        there = self._session.all("staged_chunk_ids", document_ids=[document.document_id])
        old = {row["chunk_id"] for row in there}
        staging.insert_chunks(
            {document.document_id: (document.realm_id, [c for c in chunks if c.chunk_id not in old])},
            chunker=chunker,
            version=version,
        )
        self._session.execute(
            "re_anchor_questions",
            question_ids=[a.question_id for a in anchors],
            chunk_ids=[a.chunk_id for a in anchors],
            evidence=[evidence_json(a.evidence) for a in anchors],
        )
        # nothing is new any more, and what is gone takes only facts along whose evidence is nowhere
        staging.replace_chunks({document.document_id: (document.realm_id, chunks)}, chunker=chunker, version=version)

    def add_questions(self, document: Document, questions: Sequence[NewQuestion]) -> int:
        """Stage what the document does not say yet, in the batch of its job; returns how many."""
        batch_id = scan_batch_id_for(document.job_id)
        staging = Staging(self._session)
        self._session.execute(
            "open_batches",
            batch_ids=[batch_id],
            document_ids=[document.document_id],
            realm_ids=[document.realm_id],
            file_names=[document.filename],
        )
        rows = self._session.all("facts_by_batch", document_id=document.document_id)
        elsewhere = [row for row in rows if row["upload_batch_id"] != batch_id]
        ours = {row["question_id"]: row["status"] for row in rows if row["upload_batch_id"] == batch_id}
        said, known = {row["match_sha256"] for row in elsewhere}, {row["question_id"] for row in elsewhere}
        wanted = {
            question.fact.question_id: question
            for question in questions
            if question.match.sha256 not in said and question.fact.question_id not in known
        }
        # a scan that begins again takes back what it staged itself and nobody has decided
        gone = [key for key, status in ours.items() if key not in wanted and status in ("pending", "left_out")]
        if gone:
            self._session.execute("delete_questions", question_ids=gone)
        staging.insert_questions([q for key, q in wanted.items() if key not in ours], batch_id=batch_id)
        self._session.execute("count_carried_facts", document_ids=[document.document_id])
        return len(wanted)

    def changes(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, DeepChanges]:
        rows = self._session.all("deep_changes", document_ids=list(document_ids))
        return {row["document_id"]: DeepChanges(row["added"], row["withdrawn"]) for row in rows}

    def reject_scan(self, document_id: DocumentId, job_id: JobId, *, by: UserId, notes: str) -> int:
        """Reject what the scan staged, and whatever else of the document nobody has decided."""
        batch_id = scan_batch_id_for(job_id)
        return self._session.execute("reject_scan", document_id=document_id, batch_id=batch_id, by=by, notes=notes)
