"""Approved questions of a bank into production: vectors first, then one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.batches import Batch, BatchCounts, BatchStatus, QuestionStatus
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import (
    LedgerError,
    ParkedError,
    PipelineError,
    ServiceRefusedError,
    StagedStateError,
    TransientError,
    UndecidedDuplicatesError,
    UnexpectedError,
)
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import BatchId, QuestionId
from pipeline_core.domain.review import OfBatch, Reviewer, StagedPair
from pipeline_core.domain.spending import Payer, paid_by
from pipeline_core.domain.staging import Embeddable
from pipeline_core.domain.vectors import Vectors
from pipeline_core.domain.wording import counted
from pipeline_core.ports.embedder import Embedded, Embedder
from pipeline_core.review.banks import find_batch, held_bank, move, settle
from pipeline_core.review.orphans import revive

_SLICE = 256
_NAMED = 5
_NO_VECTOR = "there is no vector for its words: it was edited during the import, or could not be embedded"
_CIRCLE = "it and others would replace one another in a circle: decide one of the pairs differently"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``imported`` now, ``already`` before; ``failed`` stays staged, each with its reason."""

    imported: list[QuestionId]
    replaced: dict[QuestionId, QuestionId]
    already: int
    failed: dict[QuestionId, str]
    counts: BatchCounts


@dataclass(slots=True)
class Plan:
    """Effect of an import on each approved question."""

    imports: list[QuestionId] = field(default_factory=list)
    replaced: dict[QuestionId, QuestionId] = field(default_factory=dict)
    failed: dict[QuestionId, str] = field(default_factory=dict)


def plan(approved: Mapping[QuestionId, tuple[bool, Sequence[QuestionId]]]) -> Plan:
    """Each approved question is imported, replaced by another of them, or fails.

    ``approved`` says of each whether it has a vector and which questions it replaces. Where a question replaces one
    that replaces another, the last stands for all; where they go in a circle, nobody has decided who stands.
    """
    successor = {old: new for new, (has_vector, olds) in approved.items() if has_vector for old in olds}
    found = Plan()
    circles: set[QuestionId] = set()
    for old in successor:
        last, seen = old, set[QuestionId]()
        while last in successor and last not in seen:
            seen.add(last)
            last = successor[last]
        if last in seen:
            circles |= seen
        else:
            found.replaced[old] = last
    for question_id, (has_vector, _) in approved.items():
        if question_id in circles:
            found.failed[question_id] = _CIRCLE
        elif question_id not in found.replaced:
            if has_vector:
                found.imports.append(question_id)
            else:
                found.failed[question_id] = _NO_VECTOR
    return found


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """``embed`` is the slow part, in no transaction; ``__call__`` does both."""

    open_uow: OpenUnitOfWork
    embedder: Callable[[], Embedder]

    def __call__(self, batch_id: BatchId, *, by: Reviewer) -> ImportReport:
        """Embed and import. Doing it again imports what was approved since, and nothing twice.

        Raises:
            NotFoundError, StagedStateError: the realm has no such bank, or nothing of it is approved.
            UndecidedDuplicatesError: names the pairs that nobody has decided.
            TransientError: the embedder or the database did not answer; what is approved stays so.
        """
        embedder = self.embedder()
        failed = self._embed(batch_id, embedder, by=by)
        try:
            with self.open_uow() as uow:
                batch = held_bank(uow, batch_id, by.realm_id)
                uow.models.hold(EmbeddingModel(embedder.model, embedder.dims))
                report = self._import(uow, batch, failed, embedder, by=by)
                uow.commit()
        except PipelineError as error:
            self._give_up(batch_id, error.message, by=by)
            raise
        return report

    def embed(self, batch_id: BatchId, *, by: Reviewer) -> dict[QuestionId, str]:
        """Put the vectors of the approved questions into the cache; returns those that failed, and why.

        Raises:
            As ``__call__``.
        """
        return self._embed(batch_id, self.embedder(), by=by)

    def _embed(self, batch_id: BatchId, embedder: Embedder, *, by: Reviewer) -> dict[QuestionId, str]:
        with self.open_uow() as uow:
            texts = _ready(uow, batch_id, by)
            if texts:
                self._begin(uow, batch_id, by)
            keys = [text.content_sha256 for text in texts]
            cached = uow.caches.vectors(keys, model=embedder.model, version=embedder.version)
            uow.commit()
        missing = {text.content_sha256: text for text in texts if text.content_sha256 not in cached}
        try:
            with paid_by(Payer(by.realm_id)):
                vectors, broken, usages = _embedded(embedder, list(missing.values()))
        except (TransientError, ParkedError, ServiceRefusedError) as error:
            self._give_up(batch_id, error.message, by=by)
            raise
        failed = {
            QuestionId(text.owner_id): broken[text.content_sha256] for text in texts if text.content_sha256 in broken
        }
        if vectors:
            with self.open_uow() as uow:
                uow.caches.put_vectors(vectors, model=embedder.model, version=embedder.version)
                uow.staging.spend({QuestionId(missing[key].owner_id): usage for key, usage in usages.items()})
                uow.commit()
        return failed

    def check(self, batch_id: BatchId, *, by: Reviewer) -> int:
        """Refuse an import that cannot be done now; returns the number of questions that wait for it.

        Raises:
            NotFoundError, StagedStateError, UndecidedDuplicatesError: as ``__call__``.
        """
        with self.open_uow() as uow:
            return len(_ready(uow, batch_id, by))

    def request(self, batch_id: BatchId, *, by: Reviewer) -> int:
        """Have the batch stand as being imported, so that a worker takes it up; returns what waits for it.

        Raises:
            NotFoundError, StagedStateError, UndecidedDuplicatesError: as ``__call__``.
        """
        with self.open_uow() as uow:
            waiting = len(_ready(uow, batch_id, by))
            if waiting:
                self._begin(uow, batch_id, by)
            uow.commit()
        return waiting

    def _begin(self, uow: UnitOfWork, batch_id: BatchId, by: Reviewer) -> None:
        batch = held_bank(uow, batch_id, by.realm_id)
        if batch.status is not BatchStatus.IMPORTING:
            move(uow, batch, batch.status, BatchStatus.IMPORTING, by=None)

    def _import(
        self, uow: UnitOfWork, batch: Batch, failed: Mapping[QuestionId, str], embedder: Embedder, *, by: Reviewer
    ) -> ImportReport:
        model = {"model": embedder.model, "version": embedder.version}
        _refuse_undecided(uow, batch)
        before = uow.batches.counts([batch.batch_id])[batch.batch_id]
        todo = plan(uow.batches.importable(batch.batch_id, **model))
        reasons = {question_id: failed.get(question_id, reason) for question_id, reason in todo.failed.items()}
        concerned = uow.batches.replace(todo.replaced, by=by.user_id) if todo.replaced else set[BatchId]()
        if todo.imports:
            uow.batches.import_questions(batch.batch_id, todo.imports, **model)
        uow.batches.note_import_errors(batch.batch_id, reasons)
        if todo.replaced:
            concerned |= revive(uow, batch.realm_id)
        for other in concerned - {batch.batch_id}:
            settle(uow, find_batch(uow, other, batch.realm_id))
        counts = settle(uow, batch, import_ends=True)
        if todo.imports or reasons:
            _record(uow, batch, todo, reasons, by.by)
        return ImportReport(todo.imports, todo.replaced, before.imported, reasons, counts)

    def _give_up(self, batch_id: BatchId, why: str, *, by: Reviewer) -> None:
        """The import ends without having moved anything; what it was to move says why."""
        with self.open_uow() as uow:
            batch = held_bank(uow, batch_id, by.realm_id)
            waiting = uow.reviews.facts(OfBatch(batch_id), statuses=[QuestionStatus.APPROVED])
            uow.batches.note_import_errors(batch_id, {question.question_id: why for question in waiting})
            uow.reviews.record(batch, "error", "import_failed", {"by": by.by, "reason": why}, severity="warning")
            settle(uow, batch, import_ends=True)
            uow.commit()


def _ready(uow: UnitOfWork, batch_id: BatchId, by: Reviewer) -> list[Embeddable]:
    """The texts of what is approved, if nothing is against their import."""
    batch = held_bank(uow, batch_id, by.realm_id)
    counts = settle(uow, batch)
    if not batch.is_matched:
        raise StagedStateError(
            f"{batch.file_name} has not been compared with existing questions yet.",
            action="Run `pipeline import-questions` on it again.",
            http_action="Wait until `GET /api/staging/batches/{batch_id}` says `is_matched`: a worker compares it.",
            page_action="Wait until a worker has compared it.",
        )
    _refuse_undecided(uow, batch)
    texts = uow.batches.embeddable(batch_id)
    if not texts and not counts.imported:
        raise StagedStateError(
            f"No question of {batch.file_name} is approved.",
            action=f"`pipeline batches {str(batch_id)[:8]} approve`, then import.",
            http_action="Approve the questions to import: `POST /api/staging/batches/{batch_id}/review`.",
            page_action="Approve the questions to import first.",
        )
    return texts


def _record(uow: UnitOfWork, batch: Batch, done: Plan, reasons: Mapping[QuestionId, str], by: str) -> None:
    payload = {
        "by": by,
        "before": "approved",
        "after": "imported",
        "questions": done.imports,
        "replaced": {str(old): new for old, new in done.replaced.items()},
        "failed": {str(question_id): reason for question_id, reason in reasons.items()},
    }
    severity = "warning" if reasons else "info"
    uow.reviews.record(batch, "published", "batch_imported", payload, severity=severity)


def _refuse_undecided(uow: UnitOfWork, batch: Batch) -> None:
    """Undecided pairs of approved questions are for a person first."""
    pairs = uow.reviews.pairs(OfBatch(batch.batch_id), batch.realm_id, resolution="pending")
    pairs = [pair for pair in pairs if pair.staged_status is QuestionStatus.APPROVED]
    if pairs:
        more = f" and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else ""
        raise UndecidedDuplicatesError(
            f"{batch.file_name}: {counted(len(pairs), 'undecided pair')} of near-duplicates: "
            f"{'; '.join(_name(pair) for pair in pairs[:_NAMED])}{more}.",
            action=f"`pipeline batches {str(batch.batch_id)[:8]} resolve --duplicates "
            "keep_existing|replace_existing|keep_both|not_duplicate`, for one of them with --pair ID.",
            http_action="Decide each by `POST /api/staging/duplicates/{duplicate_id}/resolve`; "
            "`GET /api/staging/duplicates/{batch_id}?resolution=pending` lists them.",
        )


def _name(pair: StagedPair) -> str:
    new = pair.staged_text.split("\n", 1)[0]
    old = (pair.existing_text or "(gone)").split("\n", 1)[0]
    return f"{str(pair.duplicate_id)[:8]} “{new}” / “{old}” ({pair.score:.2f})"


def _embedded(
    embedder: Embedder, texts: Sequence[Embeddable]
) -> tuple[dict[str, Vectors], dict[str, str], dict[str, Usage]]:
    """Vectors by content, why there is none, and what each cost: a text that is refused does not sink the others.

    Raises:
        TransientError, ParkedError, ServiceRefusedError: the embedder did not answer, or not for this account.
    """
    vectors: dict[str, Vectors] = {}
    broken: dict[str, str] = {}
    usages: dict[str, Usage] = {}
    todo = [texts[start : start + _SLICE] for start in range(0, len(texts), _SLICE)]
    while todo:
        part = todo.pop()
        try:
            found = _vectors(embedder, part)
            keys = [text.content_sha256 for text in part]
            vectors.update(zip(keys, found.vectors, strict=True))
            usages.update(zip(keys, found.usage.shares([len(text.text) for text in part]), strict=True))
        except (TransientError, ParkedError, ServiceRefusedError):
            raise
        except Exception as error:
            if len(part) > 1:
                half = len(part) // 2
                todo += [part[:half], part[half:]]
            else:
                told = (
                    error if isinstance(error, PipelineError) else UnexpectedError(f"{type(error).__name__}: {error}")
                )
                broken[part[0].content_sha256] = str(told)
    return vectors, broken, usages


def _vectors(embedder: Embedder, texts: Sequence[Embeddable]) -> Embedded:
    found = embedder.embed([text.text for text in texts])
    shape = found.vectors.shape
    if shape != (len(texts), embedder.dims):
        told = f"{len(texts)} texts were embedded and vectors of shape {shape} came back."
        raise LedgerError(told, where=embedder.model)
    return found
