"""Jobs in PostgreSQL: claims and the one door through which they move."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline_core.db.missing_parts import FREE, Passage
from pipeline_core.db.session import Row, Session, json_text
from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import IllegalMoveError, LeaseLostError
from pipeline_core.domain.ids import CorrelationId, DocumentId, Ids, JobId, LeaseToken, RealmId, UserId
from pipeline_core.domain.jobs import DeadLetter, HeldJob, Overtaken
from pipeline_core.domain.lifecycle import JobStage, Move, Outcome, Profile, StageName
from pipeline_core.domain.wished import Wished
from pipeline_core.domain.wording import counted

WORKER_LOCK_CLASS = 7714
"""First key of the session advisory lock that a worker holds while it lives; the second is its name's hash."""


def _held(row: Row) -> HeldJob:
    document = Document(
        row["document_id"],
        row["realm_id"],
        row["job_id"],
        row["filename"],
        row["mime"],
        row["bytes_len"],
        row["file_sha256"],
        row["raw_path"],
    )
    return HeldJob(
        document=document,
        stage=JobStage(row["stage"]),
        retry_count=row["retry_count"],
        correlation_id=row["correlation_id"],
        workflow=row["workflow_type"],
        matches_approved=row["matches_approved"],
        overridden=row["overridden"],
        criticals=row["criticals"],
        profile=Profile(row["profile"]),
        wished=Wished.of_thresholds(row["policy"]),
        held_for=row["held_for"],
        stop_after=StageName(row["stop_after"]) if row["stop_after"] else None,
    )


class Jobs:
    def __init__(self, session: Session, lease_s: float) -> None:
        self._session = session
        self._lease_s = lease_s

    def claim(
        self,
        document_ids: Ids,
        *,
        worker: str,
        lease: LeaseToken,
        lease_s: float,
        flow_run_id: UUID | None,
        passage: Passage = FREE,
    ) -> set[DocumentId]:
        """Take the jobs nobody works on; returns the documents whose job is ours now.

        ``passage``: what is not to be taken, for want of a part of the installation.
        """
        return set(
            self._session.column(
                "claim_jobs",
                document_ids=list(document_ids),
                worker=worker,
                lease=lease,
                lease_s=lease_s,
                flow_run_id=flow_run_id,
                lock_class=WORKER_LOCK_CLASS,
                **passage._asdict(),
            )
        )

    def due_in(self, document_ids: Ids) -> dict[DocumentId, tuple[float, int]]:
        """Retryable jobs: seconds until their next try, and their count of failures."""
        rows = self._session.all("jobs_due", document_ids=list(document_ids))
        return {row["document_id"]: (row["wait_s"], row["retry_count"]) for row in rows}

    def held(self, lease: LeaseToken, document_ids: Ids) -> list[HeldJob]:
        # from here on the database itself refuses what this transaction writes about other documents
        self._session.execute("write_under_lease", lease=str(lease))
        return [_held(row) for row in self._session.all("held_jobs", lease=lease, document_ids=list(document_ids))]

    def move(
        self,
        move: Move,
        payloads: Mapping[JobId, Mapping[str, Any]],
        *,
        lease: LeaseToken | None,
        outcome: Outcome | None = None,
        config_sha256: str | None = None,
    ) -> None:
        """Move all of these jobs and write an event for each, by compare-and-set.

        Raises:
            LeaseLostError: a job is no longer under this lease.
            IllegalMoveError: a job is not where this move starts.
        """
        if not payloads:
            return
        moved = self._session.all(
            "move_jobs",
            job_ids=list(payloads),
            payloads=[json_text(payload) for payload in payloads.values()],
            to_state=move.to_state,
            to_stage=move.to_stage,
            from_states=sorted(move.from_states),
            from_stages=sorted(move.from_stages),
            lease=lease,
            lease_s=self._lease_s,
            outcome=outcome,
            config=config_sha256,
            code=move.code,
            event=move.event,
            severity=move.severity,
        )
        missed = payloads.keys() - {row["job_id"] for row in moved}
        if missed:
            raise self._explain(move, sorted(missed), lease)

    def _explain(self, move: Move, job_ids: list[JobId], lease: LeaseToken | None) -> LeaseLostError | IllegalMoveError:
        rows = self._session.all("job_positions", job_ids=job_ids)
        where = "; ".join(f"{row['job_id']} is {row['state']} at {row['stage']}" for row in rows[:5])
        if lease is not None and any(row["lease_token"] != lease for row in rows):
            return LeaseLostError(where=where)
        return IllegalMoveError(
            f"{move.code}: {counted(len(job_ids), 'job')} had moved on, or were not where this move starts.",
            where=where or f"no such job: {job_ids[0]}",
        )

    def restart(
        self,
        targets: Mapping[JobId, JobStage],
        *,
        code: str,
        by: str,
        correlation_id: CorrelationId,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Queue finished jobs again, each from the stage given. ``details`` go into the event.

        Raises:
            IllegalMoveError: a job is not finished, or never came as far as that stage.
        """
        moved = self._session.all(
            "restart_jobs",
            job_ids=list(targets),
            to_stages=list(targets.values()),
            code=code,
            by=by,
            correlation_id=correlation_id,
            details=json_text(details or {}),
        )
        missed = targets.keys() - {row["job_id"] for row in moved}
        if missed:
            rows = self._session.all("job_positions", job_ids=sorted(missed))
            where = "; ".join(f"{row['job_id']} is {row['state']} at {row['stage']}" for row in rows)
            raise IllegalMoveError(
                "Only a finished or dead job can be restarted, from a stage that it has reached.", where=where
            )

    def go_on(self, job_id: JobId, at: JobStage, *, stop_after: StageName | None, by: str) -> None:
        """Let a job that waits at this point be taken: for one stage, or for all that are left.

        Raises:
            IllegalMoveError: it has moved on, or is taken.
        """
        if not self._session.all("go_on", job_id=job_id, stage=at, stop_after=stop_after, by=by):
            raise IllegalMoveError(f"Job {job_id} has moved on meanwhile.", where=f"expected at {at}")

    def set_profile(self, job_ids: Sequence[JobId], profile: Profile) -> set[JobId]:
        """Have jobs that nobody has taken yet run under another profile; returns which."""
        return set(self._session.column("set_profile", job_ids=list(job_ids), profile=profile))

    def dead(self, realm_id: RealmId, *, code: str | None, since: datetime | None) -> list[DeadLetter]:
        """The user's dead letters, of one code and since a moment where these are given; the oldest failure first."""
        return self._session.rows(DeadLetter, "dead_jobs", realm_id=realm_id, code=code, since=since)

    def lock_active(self, user_id: UserId) -> None:
        """Until the transaction ends, nobody else counts this user's jobs under way in order to add one."""
        self._session.all("lock_active_jobs", user_id=user_id)

    def active(self, user_id: UserId) -> int:
        """The number of the user's jobs from HTTP that are queued, working, or waiting for their next try."""
        return int(self._session.all("count_active_jobs", user_id=user_id)[0]["n"])

    def recent_uploads(self, user_id: UserId) -> tuple[int, float]:
        """Documents that the user added over HTTP in the last 24 hours, and the seconds until the oldest is older."""
        row = self._session.all("recent_uploads", user_id=user_id)[0]
        return int(row["n"]), float(row["wait_s"])

    def set_stage1_results(self, results: Mapping[JobId, Mapping[str, Any]]) -> None:
        self._set("set_stage1_results", results)

    def set_validation_results(self, results: Mapping[JobId, Mapping[str, Any]]) -> None:
        self._set("set_validation_results", results)

    def validated(self, job_ids: Sequence[JobId]) -> dict[JobId, tuple[DocumentId, Mapping[str, Any]]]:
        """Document and validation results of those of these jobs that are published or wait in validation review.

        They are held to the end of the transaction.
        """
        rows = self._session.all("validated_jobs", job_ids=list(job_ids))
        return {row["job_id"]: (row["document_id"], row["results"]) for row in rows}

    def overtaken(self, document_ids: Ids) -> list[Overtaken]:
        """Jobs that wait for a person about bytes whose place holds newer ones by now; held to the transaction's end.

        Looked for among all that ever stood where one of these documents does.
        """
        return self._session.rows(Overtaken, "overtaken_jobs", document_ids=list(document_ids))

    def in_validation_review(self, realm_ids: Sequence[RealmId], *, most: int) -> list[JobId]:
        """Jobs that wait for what validation found, the last to come first."""
        return self._session.column("jobs_in_validation_review", realm_ids=list(realm_ids), most=most)

    def _set(self, query: str, results: Mapping[JobId, Mapping[str, Any]]) -> None:
        self._session.execute(query, job_ids=list(results), results=[json_text(result) for result in results.values()])
