"""The Python API: submit documents, wait, look, decide, search.

    with Client() as pipeline:
        submitted = pipeline.submit(["policy.pdf"])
        for document in pipeline.wait(submitted.document_ids):
            print(document.filename, document.state, document.percent)
        for hit in pipeline.search("When is the premium due?"):
            print(hit.statement, hit.evidence)

It is configured as everything else is (``UPLOAD_PIPELINE_…``) and does what the command line does, by the same
services. Errors are those of ``pipeline_core.domain.errors``; each says what to do.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, Unpack
from uuid import UUID

import structlog

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.parking import ParkedDecision
from pipeline_core.db.rows import DocumentDetail, DocumentJob
from pipeline_core.domain.errors import PipelineError, StillRunningError
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId, UserId
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, StageName
from pipeline_core.domain.policy import Wished
from pipeline_core.domain.search import Answer
from pipeline_core.domain.traces import told
from pipeline_core.review.add import Added, Marked, MissedFact
from pipeline_core.review.decisions import Decided, Decision, Resolution
from pipeline_core.review.fields import DecisionFields, request_of
from pipeline_core.services.intake import Upload
from pipeline_core.services.own_policy import PolicyLeft
from pipeline_core.services.queue import check_priority
from pipeline_core.services.retry_all import Retried, Which

log = structlog.stdlib.get_logger(__name__)

__all__ = [
    "Added",
    "Client",
    "Decision",
    "DocumentStatus",
    "Found",
    "FoundFact",
    "Hit",
    "Marked",
    "MissedFact",
    "Resolution",
    "Submitted",
    "Upload",
    "WaitingSource",
]

_AT_REST = frozenset({JobState.DONE, JobState.AWAITING_REVIEW, JobState.DEADLETTER})
_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """Where a document's newest job stands. ``percent`` is 0..100, ``phase`` 0..6; ``error`` is the last one."""

    document_id: DocumentId
    job_id: JobId
    filename: str
    also_named: list[str]
    state: JobState
    stage: JobStage
    phase: int
    percent: int
    outcome: Outcome | None
    retry_count: int
    error: dict[str, Any] | None
    chunks: int
    facts: int
    undecided_pairs: int
    critical_findings: int
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing more happens by itself: done, dead, or waiting for a person."""
        return self.state in _AT_REST


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of the files: ``started`` are under way or queued, ``left`` counts the others by reason."""

    document_ids: list[DocumentId]
    started: list[DocumentId]
    left: dict[str, int]
    refused: list[tuple[str, PipelineError]]
    correlation_ids: list[CorrelationId]
    flow_run_ids: list[UUID]
    copies: list[tuple[str, str]] = field(default_factory=list)
    """Files whose content is another's: their name, and the other's."""
    policy_left: list[PolicyLeft] = field(default_factory=list)
    """Known documents that keep the thresholds that they have, why, and what to do."""


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A published fact; ``question`` and ``answer`` are None where none is natural, ``page`` counts from 1."""

    id: UUID
    score: float
    similarity: float | None
    question: str | None
    answer: str | None
    statement: str | None
    evidence: str | None
    spans: list[dict[str, Any]] | None
    page: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A published passage with its ``facts`` that answer, or a fact by itself; ``page`` counts from 1.

    ``question``, ``answer`` and ``statement`` are those of the fact, of a passage those of its first fact.
    ``spans`` are the parts of a fact's evidence, each with its quote, its place in the text and its page.
    """

    kind: str
    id: UUID
    score: float
    similarity: float | None
    question: str | None
    answer: str | None
    statement: str | None
    evidence: str | None
    spans: list[dict[str, Any]] | None
    page: int | None
    facts: list[FoundFact]
    document_id: DocumentId | None
    filename: str | None
    also_named: list[str]
    """Other names that the same content has now."""


@dataclass(frozen=True, slots=True)
class WaitingSource:
    """A document that may have the answer once somebody has reviewed it."""

    document_id: DocumentId
    job_id: UUID
    filename: str


class Found(list[Hit]):
    """What answers a question, best first; empty where nothing does.

    ``similarity`` is the highest there was, ``floor`` the least of an answer (None: the model has none).
    ``not_reranked``: why the order is the search's own although there is a reranker.
    """

    def __init__(self, hits: Iterable[Hit], answer: Answer) -> None:
        super().__init__(hits)
        self.waiting = [WaitingSource(row["document_id"], row["job_id"], row["filename"]) for row in answer.waiting]
        self.similarity = answer.similarity
        self.floor = answer.floor
        self.not_reranked = answer.not_reranked


class Client:
    """The pipeline of this process, for one user. Use it as a context manager, or ``close`` it."""

    def __init__(self, *, user_id: UUID | None = None, app: Pipeline | None = None) -> None:
        """Wired on first use.

        Args:
            user_id: Whose documents; without it, the user of the settings.
            app: A pipeline that is wired already; it is not closed with the client.
        """
        self._owns = app is None
        self._app = app or bootstrap.pipeline()
        self.user_id = UserId(user_id) if user_id else self._app.user_id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop what was started. Another client may be opened afterwards."""
        if self._owns:
            self._app.close()
            bootstrap.pipeline.cache_clear()

    def submit(
        self,
        files: Iterable[str | os.PathLike[str] | BinaryIO | Upload],
        *,
        start: bool = True,
        priority: int = 0,
        publish_from: float | None = None,
        ask_from: float | None = None,
    ) -> Submitted:
        """Take files in, and ask for the work that is left to do for them; what is unchanged is left alone.

        With a Prefect server of your own (``PREFECT_API_URL``) workers do it, and this returns at once; else it is
        done here, before this returns.

        Args:
            files: Paths, binary files that are open, or uploads with a name and bytes. Of a path only a regular file
                is taken; of none more than ``UPLOAD_PIPELINE_MAX_FILE_BYTES`` and one byte is read.
            start: Without it they wait in the queue, for their turn in a run of ``process-queue``. A Prefect server is
                asked for one, if none is under way, and told by the event ``pipeline.upload``.
            priority: -100..100; higher goes first in the queue.
            publish_from: Confidence (0..1) from which a fact is published unseen; else as the settings have it.
            ask_from: Confidence from which a person is asked about a fact; below it is left out. Both hold in every run
                of the documents. Known ones that are published are queued again for it; ``policy_left`` has those that
                keep what they have.

        Raises:
            RefusedError: the priority or the policy is out of range; nothing is taken in.
            TypeError: what is given is none of these; files before it may have been taken in.
            ServiceUnavailableError: the Prefect server did not answer; the documents wait in the queue.
        """
        check_priority(priority)
        wished = Wished(publish_from, ask_from)
        wished.over(self._app.settings.policy)
        given = (_given(file, self._app.settings.max_file_bytes) for file in files)
        result = self._app.run_documents.take_in(given, user_id=self.user_id, wished=wished)
        if priority:
            self._app.queue.set_priority(result.ran, priority, by=str(self.user_id))
        runs: list[UUID] = []
        if start and result.ran:
            runs = self._app.launcher.request(result.ran, key=f"submit-{result.correlation_ids[0]}")
        elif result.ran:
            self._tell_of_uploads(len(result.ran))
        return Submitted(
            result.document_ids,
            result.ran,
            dict(result.left),
            result.refused,
            result.correlation_ids,
            runs,
            result.copies,
            result.policy_left,
        )

    def _tell_of_uploads(self, count: int) -> None:
        """Who waits for the event hears of them now. The queue is watched, and has a schedule, all the same."""
        try:
            if self._app.queue_runs:
                self._app.queue_runs.tell_of_uploads(count)
                self._app.queue_runs.ask()
        except PipelineError as error:
            log.warning("upload_not_told", error=told(error))

    def wait(self, document_ids: Sequence[DocumentId], *, timeout_s: float | None = None) -> list[DocumentStatus]:
        """Return when all have come to rest: done, dead, or waiting for a person.

        Raises:
            StillRunningError: not within ``timeout_s`` seconds; they go on.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            rows = self._app.views.progress(list(document_ids))
            moving = [row.filename for row in rows if row.state not in _AT_REST]
            if not moving:
                return self.statuses(document_ids=document_ids)
            if deadline is not None and time.monotonic() >= deadline:
                raise StillRunningError(f"{len(moving)} of {len(rows)} have not come to rest: {', '.join(moving[:5])}.")
            time.sleep(_POLL_S)

    def status(self, document: str | UUID) -> DocumentStatus:
        """Where one document stands.

        Args:
            document: Its job id, its document id, the unique beginning of one, or its file name.

        Raises:
            NotFoundError: there is none, or more than one.
        """
        return self.statuses(document_ids=[self._document_id(document)])[0]

    def statuses(
        self,
        *,
        document_ids: Sequence[DocumentId] | None = None,
        states: Sequence[JobState] | None = None,
        limit: int | None = None,
    ) -> list[DocumentStatus]:
        """Where documents stand, newest first: those named, those in some states, or the newest 100."""
        most = limit or (len(document_ids) if document_ids else 100)
        rows = self._app.views.jobs(self.user_id, document_ids=document_ids, states=states, limit=max(1, most))
        return [_status(row) for row in rows]

    def details(self, document: str | UUID) -> DocumentDetail:
        """One document with its stages, findings, pairs of look-alikes, ledger and last events."""
        return self._app.views.job(self.user_id, self._app.views.resolve_job(self.user_id, str(document)))

    def retry(self, document: str | UUID, *, from_stage: StageName | None = None, start: bool = True) -> DocumentStatus:
        """Start a failed or finished document again, from where it failed or from a stage.

        Raises:
            NotFoundError: there is no such document.
            IllegalMoveError: it is not finished, or never came as far as that stage.
        """
        document_id = self._document_id(document)
        self._app.retry(document_id, from_stage=from_stage, by=str(self.user_id))
        return self._go_on(document_id, start=start)

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
            return self._app.retry_all.preview(self.user_id, which)
        retried = self._app.retry_all(self.user_id, which, from_stage=from_stage, by=str(self.user_id))
        if start and retried.document_ids:
            self._app.launcher.request(retried.document_ids)
        return retried

    def waiting(self, *, limit: int = 100) -> list[DocumentStatus]:
        """What waits for a person, newest first."""
        return self.statuses(states=[JobState.AWAITING_REVIEW], limit=limit)

    def decide(
        self, document: str | UUID, decision: Decision, *, start: bool = True, **fields: Unpack[DecisionFields]
    ) -> Decided:
        """Decide about a document that waits, and let it go on if the decision does.

        Args:
            document: As for ``status``.
            decision: What becomes of it.
            start: Let it go on at once; otherwise its next run does.
            **fields: ``reason``: why; an override needs at least 10 characters. ``reviewer``: the name for the
                record; without it, the user's id. With ``APPROVE``, ``duplicates``: what becomes of look-alikes that
                are still undecided; ``approved_matches``: exactly these facts are approved and every other undecided
                one is rejected. With ``REJECT``, ``question_ids``: only these facts. ``fact_ids``: with either, only
                these facts, and the document goes on waiting. The names are those of the HTTP API
                (``review.fields``).

        Raises:
            NotFoundError, AlreadyDecidedError, ReasonTooShortError, UndecidedDuplicatesError: see ``Review.decide``.
            RefusedError: a field is not known; says which one is meant.
        """
        document_id = self._document_id(document)
        decided = self._app.review.decide(document_id, request_of(Decision(decision), self.user_id, fields))
        if start and decided.to_run:
            self._app.launcher.request(decided.to_run)
        return decided

    def add_fact(self, document: str | UUID, missed: MissedFact, *, reviewer: str = "", reason: str = "") -> Added:
        """Add a fact that the generator missed to a document that waits in matching review.

        Args:
            document: As for ``status``.
            missed: The chunk, the words marked in it, and what they say.
            reviewer: The name for the record; without it, the user's id.
            reason: Why.

        Raises:
            NotFoundError, AlreadyDecidedError, RefusedError: see ``AddFact``.
        """
        return self._app.add_fact(
            self._document_id(document), missed, user_id=self.user_id, reviewer=reviewer, reason=reason
        )

    def undo(self, document: str | UUID, *, reviewer: str = "", reason: str = "") -> ParkedDecision:
        """Take back the decision about a document that is parked; only those over HTTP are.

        Raises:
            NotFoundError: there is no such document, or no decision about it was parked.
            AlreadyDecidedError: it is too late.
        """
        job_id = self._app.views.resolve_job(self.user_id, str(document))
        return self._app.parking.undo(job_id, by=reviewer.strip() or str(self.user_id), reason=reason)

    def search(self, text: str, *, limit: int = 5, nearest: bool = False) -> Found:
        """Ask what was published: passages with their facts by meaning and by words, best first.

        Empty where nothing answers; ``nearest`` gives what comes nearest all the same. ``Found.waiting`` names the
        documents that may have the answer, or a better one, once they are reviewed.
        """
        answer = self._app.search.answer(self.user_id, text, limit=limit)
        rows = answer.nearest if nearest else answer.hits
        return Found((_hit(row) for row in rows), answer)

    def export(self, document: str | UUID) -> dict[str, Any]:
        """A document as published: chunks and facts with evidence. Acknowledges it (phase 6).

        Raises:
            NotFoundError, NotPublishedError
        """
        exported = self._app.export.read(self._document_id(document), user_id=self.user_id)
        self._app.export.acknowledge(exported)
        return exported

    def _document_id(self, document: str | UUID) -> DocumentId:
        job_id = self._app.views.resolve_job(self.user_id, str(document))
        return self._app.views.job(self.user_id, job_id).document_id

    def _go_on(self, document_id: DocumentId, *, start: bool) -> DocumentStatus:
        if start:
            self._app.launcher.request([document_id])
        return self.statuses(document_ids=[document_id])[0]


def _given(file: object, limit: int) -> Path | Upload:
    if isinstance(file, Path | Upload):
        return file
    if isinstance(file, str | os.PathLike):
        return Path(os.fsdecode(file))
    if not hasattr(file, "read"):
        raise TypeError(f"a path, a binary file or an Upload is needed, not {type(file).__name__}")
    name = getattr(file, "name", "")
    return Upload(Path(name).name if isinstance(name, str) and name else "upload", _all_of(file.read, limit))


def _all_of(read: Callable[[int], object], limit: int) -> bytes:
    """What a file has, at most ``limit`` bytes and one more."""
    parts: list[bytes] = []
    left = limit + 1
    while left > 0:
        part = read(left)
        if not isinstance(part, bytes):
            raise TypeError("a file must be open in binary mode, and answer when it is read")
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _hit(row: dict[str, Any]) -> Hit:
    facts = [FoundFact(**{name: fact[name] for name in FoundFact.__dataclass_fields__}) for fact in row["facts"]]
    return Hit(**{**{name: row[name] for name in Hit.__dataclass_fields__}, "facts": facts})


def _status(row: DocumentJob) -> DocumentStatus:
    return DocumentStatus(
        document_id=row.document_id,
        job_id=row.job_id,
        filename=row.filename,
        also_named=row.also_named,
        state=row.state,
        stage=row.stage,
        phase=row.phase,
        percent=row.percent,
        outcome=row.outcome,
        retry_count=row.retry_count,
        error=dict(row.last_error) if row.last_error else None,
        chunks=row.chunks,
        facts=row.facts,
        undecided_pairs=row.undecided,
        critical_findings=row.critical,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
