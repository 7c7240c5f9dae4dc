"""Port: one short database transaction. Everything is set-based: one call for many documents is one statement."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

import numpy as np
import numpy.typing as npt

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import Document, Place
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.facts import ChunkResult, Generated, Usage
from pipeline_core.domain.ids import BatchId, ChunkId, CorrelationId, DocumentId, JobId, LeaseToken, QuestionId, UserId
from pipeline_core.domain.jobs import DeadLetter, HeldJob, JobSummary, OutputRow, PublishedDocument, StageRow
from pipeline_core.domain.lifecycle import JobStage, Move, Outcome, StageName
from pipeline_core.domain.policy import NOTHING_WISHED, Wished
from pipeline_core.domain.spending import Account, PaidBatch, PlannedCall
from pipeline_core.domain.staging import (
    AskedBefore,
    Compared,
    Differing,
    Embeddable,
    Matchable,
    NewQuestion,
    NewRows,
    Pair,
    Preview,
    SignatureTable,
    Similar,
    StagedBefore,
    StagedChunk,
    StagedQuestion,
    Swapped,
    Twin,
)
from pipeline_core.ports.agreement import Agreement
from pipeline_core.ports.audit import Audit
from pipeline_core.ports.batches import Batches
from pipeline_core.ports.deep_scans import DeepScans
from pipeline_core.ports.embedder import Vectors
from pipeline_core.ports.embedding_models import Models
from pipeline_core.ports.event_streams import EventStreams
from pipeline_core.ports.missing_parts import FREE, MissingParts, Passage
from pipeline_core.ports.older_documents import OlderRow
from pipeline_core.ports.parsing import ParseJobs
from pipeline_core.ports.queue import Queue
from pipeline_core.ports.reminders import Reminders
from pipeline_core.ports.reviews import Reviews
from pipeline_core.ports.upkeep import Upkeep
from pipeline_core.ports.webhooks import Webhooks

Ids = Sequence[DocumentId]


class Documents(Protocol):
    def register(
        self,
        documents: Sequence[Document],
        *,
        user_id: UserId,
        correlation_id: CorrelationId,
        workflow: str,
        submitted_via: str = "direct",
        wished: Wished = NOTHING_WISHED,
    ) -> set[DocumentId]:
        """Make documents with their job, workflow, stage rows and first event; answers with those that are new.

        ``submitted_via`` is ``http`` or ``direct``: the limits of HTTP count what came over HTTP. ``wished`` is what
        the upload says about the policy; it holds for every run of the documents.
        """
        ...

    def published(self, user_id: UserId) -> list[PublishedDocument]:
        """The user's documents that are in production, the oldest first."""
        ...

    def wish(self, document_ids: Ids, wished: Wished) -> None:
        """Keep what is said about the policy of known documents, instead of what was said before, if anything is."""
        ...

    def place(self, user_id: UserId, places: Sequence[Place]) -> None:
        """Record which document stands at each place now, and show each document by a name that it has now."""
        ...

    def places_left(self, user_id: UserId, places: Sequence[Place]) -> list[str]:
        """Where else documents stand that had to leave one of these places to another."""
        ...

    def vacate(self, user_id: UserId, uris: Sequence[str]) -> None:
        """Nothing stands at these places any more."""
        ...

    def describe(self, rows: Mapping[DocumentId, OlderRow]) -> None:
        """Give documents the realm, the title and the times that they had elsewhere."""
        ...

    def originals(self, document_ids: Ids) -> dict[DocumentId, str]:
        """Under which key the original of each is stored."""
        ...

    def find(self, document_ids: Ids) -> dict[DocumentId, JobSummary]: ...

    def revived(self, user_id: UserId, published: Ids) -> dict[DocumentId, CorrelationId]:
        """Documents that wait because publishing one of these took their twin away, with how to find it in events."""
        ...

    def stale_stages(self, document_ids: Ids, configs: Mapping[StageName, str]) -> dict[DocumentId, StageName]:
        """The first stage of each document that ran under another configuration than the present one."""
        ...

    def stale_comparisons(self, document_ids: Ids, config: Mapping[str, Any]) -> set[DocumentId]:
        """Documents whose facts were compared with others under another configuration than the present one."""
        ...

    def displacing(self, document_ids: Ids) -> set[DocumentId]:
        """Published ones among these that stand where another one did, which has no place left but is published."""
        ...

    def set_parsed(self, rows: Sequence[tuple[DocumentId, str, str, int | None, str, str]]) -> None:
        """Markdown path, its sha256, the page count, what a page of it is, and the title of each document."""
        ...


class Jobs(Protocol):
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
        """Take the jobs nobody works on; answers with the documents whose job is ours now.

        ``passage``: what is not to be taken, for want of a part of the installation.
        """
        ...

    def due_in(self, document_ids: Ids) -> dict[DocumentId, tuple[float, int]]:
        """Retryable jobs: seconds until their next try, and their count of failures."""
        ...

    def held(self, lease: LeaseToken, document_ids: Ids) -> list[HeldJob]: ...

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
        ...

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
        ...

    def dead(self, user_id: UserId, *, code: str | None, since: datetime | None) -> list[DeadLetter]:
        """The user's dead letters, of one code and since a moment where these are given; the oldest failure first."""
        ...

    def lock_active(self, user_id: UserId) -> None:
        """Until the transaction ends, nobody else counts this user's jobs under way in order to add one."""
        ...

    def active(self, user_id: UserId) -> int:
        """How many of the user's jobs that came over HTTP are queued, working, or waiting for their next try."""
        ...

    def recent_uploads(self, user_id: UserId) -> tuple[int, float]:
        """Documents that the user added over HTTP in the last 24 hours, and the seconds until the oldest is older."""
        ...

    def set_stage1_results(self, results: Mapping[JobId, Mapping[str, Any]]) -> None: ...

    def set_validation_results(self, results: Mapping[JobId, Mapping[str, Any]]) -> None: ...

    def validated(self, job_ids: Sequence[JobId]) -> dict[JobId, tuple[DocumentId, Mapping[str, Any]]]:
        """Document and validation results of those of these jobs that are published or wait in validation review.

        They are held to the end of the transaction.
        """
        ...

    def in_validation_review(self, user_ids: Sequence[UserId], *, most: int) -> list[JobId]:
        """Jobs that wait for what validation found, the last to come first."""
        ...


class StageRuns(Protocol):
    def rows(self, stage: StageName, document_ids: Ids) -> dict[DocumentId, StageRow]: ...

    def begin(self, stage: StageName, document_ids: Ids) -> None: ...

    def complete(
        self,
        stage: StageName,
        rows: Sequence[tuple[DocumentId, str, Mapping[str, Any], Usage]],
        *,
        config_sha256: str,
    ) -> None:
        """Rows are (document, fingerprint, result, usage)."""
        ...

    def confirm(self, stage: StageName, document_ids: Ids, *, config_sha256: str) -> None: ...

    def skip(self, stage: StageName, jobs: Sequence[HeldJob], *, reason: str, config_sha256: str) -> None: ...

    def fail(self, stage: StageName, rows: Sequence[tuple[DocumentId, str, bool]]) -> None:
        """Rows are (document, message, whether this was the end of it)."""
        ...

    def park(self, stage: StageName, messages: Mapping[DocumentId, str]) -> None:
        """The stage is to run again, once there is a budget for it."""
        ...

    def forget(self, stage: StageName, document_ids: Ids) -> None:
        """Let the stage run again even though nothing that it reads has changed."""
        ...

    def progress(self, stage: StageName, document_ids: Ids) -> None:
        """Bring ``processing_workflows`` up to date."""
        ...

    def compared(self, document_ids: Ids, config: Mapping[str, Any]) -> None:
        """Record under which settings the documents' facts were compared with others."""
        ...

    def put_outputs(
        self,
        stage: StageName,
        rows: Sequence[tuple[Document, str, str, int, str, str, Mapping[str, Any]]],
        *,
        lease: LeaseToken,
    ) -> None:
        """Rows are (document, file_type, path, size, mime, checksum, metadata): from now on these are the files.

        Raises:
            LeaseLostError: a document is no longer under this lease.
        """
        ...

    def outputs(self, document_ids: Ids, file_types: Sequence[str]) -> dict[DocumentId, dict[str, OutputRow]]: ...


class Staging(Protocol):
    def replace_chunks(
        self, chunks: Mapping[DocumentId, tuple[UserId, Sequence[Chunk]]], *, chunker: str, version: str
    ) -> None:
        """Stage exactly these chunks; those that stay the same keep their id and their facts."""
        ...

    def chunks(self, document_ids: Ids) -> dict[DocumentId, list[StagedChunk]]: ...

    def record_outcomes(self, outcomes: Mapping[ChunkId, ChunkResult]) -> None: ...

    def replace_questions(self, documents: Sequence[Document], questions: Sequence[NewQuestion]) -> None:
        """Stage these questions in each document's batch, and no others.

        Decisions on those found again stand, and so does every fact that a person has decided about by itself: found
        in other words, or not at all, it stays (``staging.regeneration``).
        """
        ...

    def staged_before(self, document_ids: Ids) -> list[StagedBefore]:
        """What is staged of the documents, as it is held against what is found anew."""
        ...

    def questions(self, document_ids: Ids) -> dict[DocumentId, list[StagedQuestion]]: ...

    def trigrams(self, texts: Sequence[str]) -> list[list[str]]:
        """What pg_trgm itself takes for the trigrams of each text."""
        ...

    def lock_matching(self, user_ids: Sequence[UserId]) -> None:
        """Compare, revive, publish or decide one at a time for each user, to the end of the transaction.

        Taken after the locks of a bank's batch and of jobs that are one's own or wait for a person, and before any
        other: of documents, of jobs at rest, of staged and published rows.
        """
        ...

    def lock_matching_of(self, document_ids: Ids) -> None:
        """The same lock for the documents' users."""
        ...

    def lock_matching_of_staged(self, document_ids: Ids) -> None:
        """The same lock for the users of those that have staged facts already: others may be changing them."""
        ...

    def to_match(self, document_ids: Ids) -> list[Matchable]: ...

    def exact_twins(self, new: NewRows, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Twin]:
        """What was there before with one of these ``match_sha256``, each in a language that may be the one with it."""
        ...

    def asked_before(self, question_ids: Sequence[QuestionId]) -> list[AskedBefore]:
        """Questions of other banks, published or standing, in the same letters and digits as these."""
        ...

    def spend(self, usages: Mapping[QuestionId, Usage]) -> None:
        """Record what embedding staged questions cost, with their document's fact generation or with their bank."""
        ...

    def comparable(self, new: NewRows) -> Iterator[SignatureTable]:
        """All that was there before, in blocks. Nothing else may be asked meanwhile."""
        ...

    def comparable_sketches(self, new: NewRows, *, model: str, version: str, dims: int) -> Iterator[SignatureTable]:
        """The same with sketches of the vectors of this model."""
        ...

    def cosines(
        self,
        vectors: Vectors,
        rows: npt.NDArray[np.int32],
        ids: npt.NDArray[np.void],
        staged: npt.NDArray[np.bool_],
        *,
        model: str,
        version: str,
    ) -> npt.NDArray[np.float32]:
        """Of pairs: vector ``rows[i]`` of ``vectors`` and that of the row ``ids[i]``; NaN where that has none."""
        ...

    def compared_texts(self, question_ids: Sequence[QuestionId]) -> dict[QuestionId, Compared]:
        """Text and answer of rows, staged or published."""
        ...

    def similarities(
        self, pairs: Sequence[tuple[QuestionId, QuestionId]], threshold: float
    ) -> dict[tuple[QuestionId, QuestionId], Similar]: ...

    def record_pairs(self, pairs: Sequence[Pair], document_ids: Ids) -> None:
        """Store the pairs, apply what is decided, and mark the documents' batches as compared."""
        ...

    def settle_gone_pairs(self, user_id: UserId) -> set[BatchId]:
        """Decide undecided pairs whose other end is there no more; answers with the banks concerned."""
        ...

    def keep_both_within(self, document_ids: Ids) -> None:
        """Keep both facts of every undecided pair that is of one and the same document."""
        ...

    def undecided(self, document_ids: Ids) -> dict[DocumentId, int]: ...

    def stand_ins(self, document_ids: Ids) -> set[QuestionId]:
        """Facts left out for a copy that is only staged: published, if the document is before that copy."""
        ...

    def replaced_within(self, document_ids: Ids) -> set[QuestionId]:
        """Facts in whose place a reviewer put another fact of the same document."""
        ...

    def settle_replaced_within(self, document_ids: Ids) -> int:
        """Those facts leave with the next publication: they become duplicates of what replaces them."""
        ...

    def differing(self, document_ids: Ids) -> dict[DocumentId, list[Differing]]:
        """Staged facts with what production says with other numbers, denied, or to the same question, by document.

        Not with what a person has judged.
        """
        ...

    def to_decide(self, document_ids: Ids) -> dict[DocumentId, int]:
        """How many facts a person is asked about, by their confidence; documents without one are not named."""
        ...

    def approve_pending(self, document_ids: Ids, *, by: UserId | None, notes: str) -> int:
        """Approve what waits. Without a person (``by`` None), what one was to be asked about is left out instead."""
        ...

    def resolve_pairs(self, document_id: DocumentId, resolution: str, *, by: str, notes: str | None) -> int: ...

    def reject(self, document_id: DocumentId, *, by: UserId, notes: str) -> int:
        """Reject all facts that are not rejected yet, with their document."""
        ...

    def revive_orphans(self, user_ids: Sequence[UserId]) -> list[JobId]:
        """Facts left out as duplicates of what is no longer there wait again; answers with the jobs to restart."""
        ...

    def compared_since(self, document_ids: Ids) -> set[DocumentId]:
        """Documents that ended unpublished and whose facts must be compared again before they go on."""
        ...

    def compare_again(self, document_ids: Ids) -> None:
        """Let the documents' facts be compared anew: those published before, and those left out for what has gone."""
        ...

    def reopen(self, document_id: DocumentId) -> int:
        """Facts that were rejected with their document wait for a decision again."""
        ...

    def pairs(self, document_id: DocumentId) -> list[dict[str, Any]]: ...


class Production(Protocol):
    def publishable(self, document_ids: Ids) -> dict[DocumentId, list[Embeddable]]:
        """The chunks and approved facts of each document."""
        ...

    def to_embed(self, document_ids: Ids) -> dict[DocumentId, list[Embeddable]]:
        """The same, with the facts that were left out for a copy which is only staged: they may be published first."""
        ...

    def preview(self, document_ids: Ids) -> Preview:
        """What ``publish`` would publish now; nothing is changed. The matching lock is to be taken before."""
        ...

    def fill_buffer(
        self,
        vectors: Sequence[tuple[Document, Sequence[Embeddable], Vectors]],
        *,
        model: str,
        version: str,
    ) -> None:
        """Put these documents' vectors into the buffer, instead of any there, and into the cache."""
        ...

    def buffered(self, document_ids: Ids) -> dict[DocumentId, set[EmbeddingModel]]:
        """The models that each document's vectors in the buffer are of."""
        ...

    def publish(self, listed: Mapping[DocumentId, Collection[UUID]]) -> Swapped:
        """Swap documents into production, each with the facts ``listed``, with their vectors of the active model.

        What one of them says and nobody has published is published with it, though a copy was staged before: that copy
        is left out from now on.

        Holds the active model, then takes the advisory lock of every document of the same places, for the length of
        the transaction; the users' matching lock is to be taken before.

        Raises:
            EmbeddingModelChangedError: the vectors in the buffer are of another model than the active one.
            StagedRowsChangedError: other facts than those listed are to be published by now.
            LedgerError: not everything that was approved arrived.
        """
        ...

    def acknowledge(self, document_id: DocumentId, published_at: datetime) -> bool:
        """Record that a person took out what was published then (phase 6); False if that does not stand any more."""
        ...


class Caches(Protocol):
    def facts(self, keys: Sequence[str], *, run_id: UUID) -> dict[str, Generated]:
        """Answers by key. Those of no use are found only by the run that paid for them."""
        ...

    def put_facts(self, generator: str, rows: Mapping[str, Generated], *, run_id: UUID) -> None: ...

    def vectors(self, keys: Sequence[str], *, model: str, version: str) -> dict[str, Vectors]: ...

    def put_vectors(self, rows: Mapping[str, Vectors], *, model: str, version: str) -> None: ...

    def prune(self, *, max_bytes: int, max_days: int) -> dict[str, int]:
        """Drop what nobody used for so many days and, above the size, what was used longest ago; how many went."""
        ...


class Spending(Protocol):
    """Who asks for a key, and what calls may cost. Claims come before accounts in a transaction."""

    def is_orphaned(self, keys: Sequence[str]) -> bool:
        """Whether one of the keys is claimed by a worker that is gone, or whose time is over."""
        ...

    def claim(self, keys: Sequence[str], *, token: UUID, worker: str, lease_s: float) -> set[str]:
        """Those of the keys that nobody is asking for: they are ours until released, or the lease is over."""
        ...

    def release(self, keys: Sequence[str], *, token: UUID) -> None: ...

    def reserve(
        self, call: PlannedCall, accounts: Sequence[Account], *, run_id: UUID, worker: str, lease_s: float
    ) -> UUID:
        """Set aside the most that the call can cost, on every account; answers with the call's id.

        Raises:
            BudgetExhaustedError: an account does not cover it. The transaction must not be committed.
        """
        ...

    def settle(self, call_id: UUID, usage: Usage, *, outcome: str) -> None:
        """The call has ended and this is what it used."""
        ...

    def abandon(self, call_id: UUID, *, outcome: str) -> None:
        """Nobody knows what became of the call: all that was set aside counts as spent."""
        ...

    def dead(self) -> list[UUID]:
        """Calls that are open and whose worker is gone, or whose time is over."""
        ...

    def abandon_dead(self, call_id: UUID) -> int:
        """Abandon it if it is still one of those; answers with the number of calls."""
        ...

    def open_batch(self, batch: PaidBatch) -> None: ...

    def take_batch(self, batch_id: UUID, *, worker: str) -> bool:
        """The right to hand it in; False: somebody who lives has it, or it was handed in."""
        ...

    def drop_batch(self, batch_id: UUID, *, worker: str) -> None:
        """Give that right up."""
        ...

    def submit_batch(self, batch_id: UUID, provider_id: str) -> bool:
        """Record under which id the service has it; False: somebody else did."""
        ...

    def end_batch(self, batch_id: UUID) -> bool:
        """It has ended, and its claims with it; False: it had before."""
        ...

    def open_batches(self, keys: Sequence[str]) -> list[PaidBatch]:
        """Batches under way that hold one of these keys."""
        ...


class LookAlikes(Protocol):
    """A mode: pairs of each new row with what was there, and with the new rows before it."""

    def __call__(self, staging: Staging, new: NewRows, fresh: Sequence[Matchable]) -> list[Pair]: ...


class Comparing(Protocol):
    def within(self, uow: "UnitOfWork", rows: Sequence[Matchable]) -> LookAlikes:
        """How these rows are compared as long as a transaction is open: with what is known of them already."""
        ...


class UnitOfWork(Protocol):
    """``with open_uow() as uow: …; uow.commit()``. Leaving without commit rolls back."""

    documents: Documents
    jobs: Jobs
    stages: StageRuns
    staging: Staging
    production: Production
    caches: Caches
    spending: Spending
    parse_jobs: ParseJobs
    batches: Batches
    reviews: Reviews
    deep_scans: DeepScans
    webhooks: Webhooks
    event_streams: EventStreams
    queue: Queue
    missing_parts: MissingParts
    reminders: Reminders
    upkeep: Upkeep
    agreement: Agreement
    models: Models
    audit: Audit

    @property
    def comparing(self) -> Comparing: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...


class OpenUnitOfWork(Protocol):
    def __call__(self) -> UnitOfWork: ...
