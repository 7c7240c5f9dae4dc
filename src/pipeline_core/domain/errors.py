"""Every error of the pipeline. The docstring is the default message; the class decides what happens next.

``ParkedError`` queues the job again, for when what it lacks is there. ``TransientError`` is retried with backoff and
goes to the dead letters when its retries are spent. ``PermanentError`` goes there at once. ``ConflictError`` means
that somebody else moved first: nothing was written. ``RefusedError`` means that the request itself cannot be done as
asked. ``ConfigurationError`` stops the process at start.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar


class PipelineError(Exception):
    """Something went wrong in the pipeline."""

    code: ClassVar[str] = "pipeline_error"
    action: ClassVar[str] = "Look at the job's events for what happened before."
    """What the person who reads the error should do."""

    def __init__(self, message: str | None = None, *, where: str | None = None, action: str | None = None):
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.where = where
        self.what_to_do = action or self.action
        super().__init__(self.message)

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.message}{place} {self.what_to_do}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.where, self.what_to_do)

    def as_json(self) -> dict[str, Any]:
        """The shape of ``upload_jobs.last_error``: what, where, and what to do."""
        return {"code": self.code, "message": self.message, "where": self.where, "action": self.what_to_do}


def explain(stored: Mapping[str, Any]) -> PipelineError:
    """What ``as_json`` stored, to be told again: the one reader of ``upload_jobs.last_error``.

    Rows that another program wrote may lack a part; its default stands in.
    """
    return PipelineError(stored.get("message"), where=stored.get("where"), action=stored.get("action"))


def _rebuild(kind: type[PipelineError], message: str, where: str | None, action: str | None) -> PipelineError:
    return kind(message, where=where, action=action)


class TransientError(PipelineError):
    """A service did not answer as it should; trying again may help."""

    code = "transient"
    action = "It is tried again by itself; if it ends in the dead letters, `pipeline retry JOB`."


class WorkerLostError(TransientError):
    """The worker died or fell silent with this job in hand; that does not count as a try."""

    code = "worker_lost"
    action = "Another worker goes on where it was."


class ServiceUnavailableError(TransientError):
    """An outside service is unavailable."""

    code = "service_unavailable"


class RateLimitedError(TransientError):
    """An outside service asked us to slow down."""

    code = "rate_limited"


class StoreUnavailableError(TransientError):
    """The object store did not answer."""

    code = "store_unavailable"


class DatabaseUnavailableError(TransientError):
    """The database did not answer."""

    code = "database_unavailable"


class StatementTimeoutError(TransientError):
    """The database did not end a statement in time and stopped it."""

    code = "statement_timeout"
    action = (
        "It is tried again by itself, each document alone; if it ends in the dead letters, raise "
        "UPLOAD_PIPELINE_STATEMENT_TIMEOUT_S."
    )


class EmbeddingModelChangedError(TransientError):
    """Production has changed to another embedding model meanwhile."""

    code = "embedding_model_changed"
    action = "It is tried again by itself, with vectors of the model that is active now."


class StagedRowsChangedError(TransientError):
    """What is to be published has changed since it was read."""

    code = "staged_rows_changed"
    action = "It is read again and tried again by itself."


class InterruptedRunError(TransientError):
    """The run was stopped before the document was done; that does not count as a try."""

    code = "interrupted"
    action = "Run it again: it goes on from where it was."


class DisturbedRunError(TransientError):
    """Something went wrong with the batch that the document was in, or while somebody else moved it."""

    code = "disturbed"


class AnswerLostError(ServiceUnavailableError):
    """A call was sent and its answer never arrived whole: it may have been charged."""

    code = "answer_lost"


class ParkedError(PipelineError):
    """The work waits for something that only time or a person can give."""

    code = "parked"
    action = "Run it again when that is there; what was done is kept."

    def __init__(
        self,
        message: str | None = None,
        *,
        where: str | None = None,
        action: str | None = None,
        until: datetime | None = None,
    ):
        super().__init__(message, where=where, action=action)
        self.until = until
        """Before this moment it is of no use to try again; None: any later run may."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"until": self.until})


class BudgetExhaustedError(ParkedError):
    """The budget does not cover the next paid call, so it was not made."""

    code = "budget_exhausted"
    action = "Raise the budget, or wait until it is renewed, and run again; what was paid for is kept."


class QuotaExhaustedError(ParkedError):
    """The account at the paid service has no quota left."""

    code = "quota_exhausted"
    action = "Add credit to the account, then run again; what was paid for is kept."


class ConversionPendingError(ParkedError):
    """The conversion service has not finished its job for this document in time."""

    code = "conversion_pending"
    action = "Run it again later: it looks at the same job, and nothing is paid again."


class PermanentError(PipelineError):
    """Trying again cannot help."""

    code = "permanent"
    action = "Correct the document or the settings, then `pipeline retry JOB`."


class UnexpectedError(PermanentError):
    """A defect in the pipeline: an error nobody foresaw."""

    code = "unexpected"
    action = "Please report it with the job's events; `pipeline retry JOB` tries again."


class RetriesExhaustedError(PermanentError):
    """The last of the retries failed too."""

    code = "retries_exhausted"
    action = "See the cause in the message; when it is mended, `pipeline retry JOB`."


class WorkersLostError(PermanentError):
    """One worker after another was lost with this job in hand."""

    code = "workers_lost"
    action = "See in the workers' logs what ended them (often memory); then `pipeline retry JOB`."


# --- documents -------------------------------------------------------------------------------------------


class DocumentError(PermanentError):
    """The document cannot be processed."""

    code = "document"


class EmptyFileError(DocumentError):
    """The file is empty."""

    code = "empty_file"
    action = "Upload the file again; the copy that arrived has no content."


class UnreadableFileError(DocumentError):
    """The file cannot be read."""

    code = "unreadable_file"
    action = "See whether it is there and may be read, then try again."


class FileTooLargeError(DocumentError):
    """The file is larger than the limit."""

    code = "file_too_large"
    action = "Split the document, or raise UPLOAD_PIPELINE_MAX_FILE_BYTES."


class UnsupportedTypeError(DocumentError):
    """No converter reads this type of file."""

    code = "unsupported_type"
    action = "Save it as PDF, DOCX, PPTX, XLSX, HTML, markdown or plain text."


class EncryptedDocumentError(DocumentError):
    """The document is protected with a password."""

    code = "encrypted_document"
    action = "Remove the password and upload it again."


class CorruptDocumentError(DocumentError):
    """The document is damaged or cut off, and repair did not help."""

    code = "corrupt_document"
    action = "Open it where it was made and save or export it again."


class NoTextError(DocumentError):
    """The document has no text: it is images only."""

    code = "no_text"
    action = (
        "Run it through OCR first, or set UPLOAD_PIPELINE_TESSDATA_PATH to a folder with tesseract data "
        "(eng.traineddata and the like, from github.com/tesseract-ocr/tessdata_fast) so that scanned pages are read."
    )


class TooManyPagesError(DocumentError):
    """The document has more pages than the limit."""

    code = "too_many_pages"
    action = "Split the document, or raise UPLOAD_PIPELINE_MAX_PAGES."


class ConversionTimeoutError(DocumentError):
    """The conversion did not end in time and was killed."""

    code = "conversion_timeout"
    action = "Simplify the document, or raise UPLOAD_PIPELINE_CONVERT_TIMEOUT_S."


class ConversionCrashedError(DocumentError):
    """The conversion took more memory than allowed, or crashed; its process is gone and nothing else was hurt."""

    code = "conversion_crashed"
    action = "Save the document again in a simpler form, or raise UPLOAD_PIPELINE_CONVERT_MEMORY_MB."


class StageTimeoutError(DocumentError):
    """A stage did not come to an end with the document in time and was killed."""

    code = "stage_timeout"
    action = "Split the document, or raise UPLOAD_PIPELINE_STAGE_TIMEOUT_S."


class StageCrashedError(DocumentError):
    """A stage took more memory than allowed, or crashed; its process is gone and nothing else was hurt."""

    code = "stage_crashed"
    action = "Split the document, or raise UPLOAD_PIPELINE_STAGE_MEMORY_MB."


class ConversionRefusedError(DocumentError):
    """The conversion service does not take this document."""

    code = "conversion_refused"
    action = (
        "See what it says. UPLOAD_PIPELINE_CONVERTER_FALLBACK=local converts such documents here; "
        "then `pipeline retry JOB`."
    )


class ConversionFailedError(DocumentError):
    """The conversion service took the document and gave no usable result."""

    code = "conversion_failed"
    action = (
        "`pipeline retry JOB` starts a new job there, which may be charged again; "
        "UPLOAD_PIPELINE_CONVERTER_FALLBACK=local converts such documents here."
    )


# --- storage ---------------------------------------------------------------------------------------------


class ObjectNotFoundError(PermanentError):
    """An object that the database names is not in the store."""

    code = "object_not_found"
    action = "Restore it, or make it again with `pipeline retry JOB --from STAGE`."


class ChecksumMismatchError(PermanentError):
    """An object in the store is not what was written."""

    code = "checksum_mismatch"
    action = "Restore it, or make it again with `pipeline retry JOB --from STAGE`."


class InvalidObjectKeyError(PermanentError):
    """An object key would leave its folder or has characters that a store cannot hold."""

    code = "invalid_object_key"


class DataRejectedError(PermanentError):
    """The database refused the rows of this document."""

    code = "data_rejected"


class ServiceRefusedError(PermanentError):
    """An outside service refused the request itself: a wrong key, an unknown model, an option it does not know."""

    code = "service_refused"
    action = "Correct the settings (`pipeline doctor` checks them), then `pipeline retry JOB`."


class UnknownToServiceError(ServiceRefusedError):
    """An outside service knows nothing by this name: a model, an address, a batch."""

    code = "unknown_to_service"


class LedgerError(PermanentError):
    """The counts of a stage do not add up: something would have been lost."""

    code = "ledger"
    action = "Please report it: nothing was published."


class RecallTooLowError(PermanentError):
    """The index of the new embedding model misses too much; the old one stays."""

    code = "recall_too_low"
    action = (
        "Raise UPLOAD_PIPELINE_SEARCH_EF (search looks at more, and is slower), choose another model, or lower "
        "UPLOAD_PIPELINE_REEMBED_MIN_RECALL; then `pipeline reembed` again: nothing is embedded twice."
    )


# --- conflicts and refusals ------------------------------------------------------------------------------


class ConflictError(PipelineError):
    """Somebody else was first; nothing was written."""

    code = "conflict"
    action = "Look at the present state, then decide again."


class LeaseLostError(ConflictError):
    """This worker's lease on the job has ended and another may have it."""

    code = "lease_lost"
    action = "Nothing to do: the worker that holds the job goes on with it."


class ReembeddingError(ConflictError):
    """Somebody else is changing the embedding model at this moment."""

    code = "reembedding"
    action = "Wait until it has ended; should it be stopped, the same command goes on from there."


class IllegalMoveError(ConflictError):
    """The lifecycle does not allow this move."""

    code = "illegal_move"


class AlreadyDecidedError(ConflictError):
    """Somebody else has decided this already."""

    code = "already_decided"
    action = "Look at it again: `pipeline review` lists what waits now."


class StagedStateError(ConflictError):
    """The state of what is staged does not allow this."""

    code = "staged_state"
    action = "`pipeline batches BATCH` shows where each question stands."


class RefusedError(PipelineError):
    """The request cannot be done as asked."""

    code = "refused"
    action = "Correct the request."


class LimitExceededError(RefusedError):
    """A limit is reached."""

    code = "limit_exceeded"
    action = "Wait as long as it says, then try again."
    limit: str = ""
    """Which limit: the name of its setting."""
    retry_after_s: int = 60

    @classmethod
    def of(cls, limit: str, message: str, *, retry_after_s: int) -> "LimitExceededError":
        error = cls(message, where=limit)
        error.limit, error.retry_after_s = limit, max(1, retry_after_s)
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"limit": self.limit, "retry_after_s": self.retry_after_s})


class AuthenticationError(RefusedError):
    """There is no valid token with the request."""

    code = "unauthenticated"
    action = "Send `Authorization: Bearer TOKEN` with a token that has not expired."


class NotFoundError(RefusedError):
    """There is no such thing, or it is not yours."""

    code = "not_found"
    action = "`pipeline status` lists what there is."


class NotPublishedError(RefusedError):
    """The document is not published."""

    code = "not_published"
    action = "`pipeline status NAME` says where it stands."


class ReasonTooShortError(RefusedError):
    """An override needs a reason of at least 10 characters."""

    code = "reason_too_short"
    action = 'Say why in a sentence: --reason "…".'


class StatusRefusedError(RefusedError):
    """Some of the documents cannot be set to this status; none was changed."""

    code = "status_refused"
    action = "Correct or leave out what is named, and set them again: it is all or nothing."
    errors: Mapping[str, str] = MappingProxyType({})
    """What is wrong, by id or by the name of what was given."""

    @classmethod
    def of(cls, errors: Mapping[str, str]) -> "StatusRefusedError":
        error = cls("Nothing was set: " + "; ".join(f"{name}: {what}" for name, what in errors.items()) + ".")
        error.errors = dict(errors)
        return error

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), **({"errors": dict(self.errors)} if self.errors else {})}

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"errors": dict(self.errors)})


class StillRunningError(RefusedError):
    """The time to wait is over, and not everything has come to rest."""

    code = "still_running"
    action = "Nothing is lost: wait again, or ask for the status."


class UndecidedDuplicatesError(RefusedError):
    """Some duplicates are undecided."""

    code = "undecided_duplicates"
    action = "Decide them with --duplicates keep_existing|replace_existing|keep_both|not_duplicate."


class ConfigurationError(PipelineError):
    """A setting is wrong or missing."""

    code = "configuration"
    action = "`pipeline doctor` shows every setting and what it needs."


class DatabaseNotMigratedError(ConfigurationError):
    """The database has no schema for this version yet."""

    code = "database_not_migrated"
    action = "Run `pipeline migrate`, once, with a login that may create the schema."
