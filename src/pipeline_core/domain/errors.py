"""Every error of the pipeline. The docstring is the default message; the class decides what happens next.

``ParkedError`` queues the job again, for when what it lacks is there. ``TransientError`` is retried with backoff and
goes to the dead letters when its retries are spent. ``PermanentError`` goes there at once. ``ConflictError`` means
that somebody else moved first: nothing was written. ``RefusedError`` means that the request itself cannot be done as
asked. ``ConfigurationError`` stops the process at start. Which of them a document is not to blame for says
``domain.faults``, one table.

Advice is worded for where it is read: ``action`` for the command line, ``http_action`` for the HTTP API and
``page_action`` for the pages of the console, where the same words do not do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, TypedDict, Unpack
from uuid import UUID

from pipeline_core.domain.masking import masked
from pipeline_core.domain.wording import counted, dated, lasting, listed, without_objects

_NEXT_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_COMMAND = re.compile(r"`pipeline |(?<![\w-])--[a-z]")
_FOR_OPERATORS = re.compile(
    rf"{_COMMAND.pattern}|`|\bpip install\b|/api/|\b(UPLOAD_PIPELINE|AWS|PREFECT|SUPABASE|OPENAI|LLAMA_CLOUD)_[A-Z]"
)
_OPERATOR = "Tell the operator of the installation, with the correlation id."
_RETRY = "`POST /api/v2/jobs/{job_id}/retry`"
_MAKE_AGAIN = "Have it restored, or made again: `POST /api/v2/documents/{document_id}/stages/{stage}/run`."


def says_commands(advice: str) -> bool:
    """Return whether the advice is for the command line only."""
    return _COMMAND.search(advice) is not None


def is_for_operators(text: str) -> bool:
    """Return whether a text names commands, settings or endpoints: nobody at a page can do anything with them."""
    return _FOR_OPERATORS.search(text) is not None


class Advice(TypedDict, total=False):
    """Keyword arguments of every error: where it went wrong, and what to do."""

    where: str | None
    action: str | None
    http_action: str | None
    page_action: str | None


class PipelineError(Exception):
    """Something went wrong in the pipeline."""

    code: ClassVar[str] = "pipeline_error"
    action: ClassVar[str] = "See the job's events for what happened before."
    """What the person who reads the error should do."""
    http_action: ClassVar[str] = "See the job's events (`GET /api/v2/jobs/{job_id}/events`) for what happened before."
    """The same over HTTP, in endpoints and fields; a class whose ``action`` names no command needs none."""
    page_action: ClassVar[str] = ""
    """The same on a page; a class whose ``action`` names nothing of an operator's needs none."""

    def __init_subclass__(cls) -> None:
        """Name the code after the class, unless it has another: ``empty_file`` for ``EmptyFileError``."""
        if "code" not in cls.__dict__:
            cls.code = _NEXT_WORD.sub("_", cls.__name__.removesuffix("Error")).lower()

    def __init__(
        self,
        message: str | None = None,
        *,
        where: str | None = None,
        action: str | None = None,
        http_action: str | None = None,
        page_action: str | None = None,
    ):
        # here errors become texts, which are shown, logged and stored: none of it has a secret in it
        self.message = masked(without_objects(message or (self.__doc__ or "").strip().splitlines()[0]))
        self.where = masked(where) if where else where
        self.what_to_do = masked(action or self.action)
        self.http_what_to_do = masked(http_action or self.advice_over_http(action))
        self._page_action = masked(page_action or "")
        self._kind: type[PipelineError] | None = None
        """Of an error that was stored: what it was."""
        super().__init__(self.message)

    @classmethod
    def advice_over_http(cls, action: str | None = None) -> str:
        """Return the advice for an HTTP client: ``action``, unless that is for the command line."""
        if action and not says_commands(action):
            return action
        for kind in cls.__mro__:
            if own := kind.__dict__.get("http_action"):
                return str(own)
            if "action" in kind.__dict__ and not says_commands(kind.__dict__["action"]):
                return str(kind.__dict__["action"])
        return ""

    @classmethod
    def advice_on_page(cls, *given: str | None) -> str:
        """Return the advice for somebody at a page: what was ``given`` if they can do it, else that of the class."""
        if said := next((one for one in given if one and not is_for_operators(one)), None):
            return said
        for kind in cls.__mro__:
            own = (kind.__dict__.get(name, "") for name in ("page_action", "action"))
            if said := next((one for one in own if one and not is_for_operators(one)), None):
                return str(said)
        return ""

    @property
    def page_what_to_do(self) -> str:
        """Returns what somebody at a page can do about it."""
        if self._page_action:
            return self._page_action
        kind = self._kind or type(self)
        given = (self.what_to_do, self.http_what_to_do)
        return kind.advice_on_page(*(one for one in given if one not in (kind.action, kind.http_action)))

    @property
    def page_message(self) -> str:
        """Returns the message; of one that names commands or settings the kind of error."""
        if not is_for_operators(self.message):
            return self.message
        return ((self._kind or type(self)).__doc__ or "").strip().splitlines()[0]

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.message}{place} {self.what_to_do}".strip()

    def as_answer(self) -> "PipelineError":
        """The error as the answer to what somebody asked for just now, and not as the fate of a job."""
        return self

    def as_json(self) -> dict[str, Any]:
        """Return the code, the message, where it went wrong, and what to do."""
        return {"code": self.code, "message": self.message, "where": self.where, "action": self.what_to_do}

    def as_stored(self) -> dict[str, Any]:
        """The shape of ``upload_jobs.last_error``: as JSON, and what to do over HTTP where that is something else."""
        over_http = {"http_action": self.http_what_to_do} if self.http_what_to_do != self.what_to_do else {}
        on_page = {"page_action": self._page_action} if self._page_action else {}
        return {**self.as_json(), **over_http, **on_page}


def explain(stored: Mapping[str, object]) -> PipelineError:
    """Rebuild the error that ``as_stored`` stored. This is the only reader of ``upload_jobs.last_error``.

    Rows that another program wrote may lack a part; its default is used.
    """
    said = {name: value for name, value in stored.items() if isinstance(value, str)}
    action, http_action = said.get("action"), said.get("http_action")
    kind = _class_of(str(said.get("code")))
    if not http_action:
        http_action = kind.advice_over_http(action)
    error = PipelineError(
        said.get("message"),
        where=said.get("where"),
        action=action,
        http_action=http_action,
        page_action=said.get("page_action"),
    )
    error._kind = kind
    return error


def over_http(stored: Mapping[str, object]) -> dict[str, Any]:
    """Return what ``as_stored`` stored, with the advice for an HTTP client."""
    told = {name: value for name, value in stored.items() if name not in ("http_action", "page_action")}
    return {**told, "action": explain(stored).http_what_to_do}


def kinds() -> Iterator[type[PipelineError]]:
    """Every class of errors, parents before their children."""
    rest: list[type[PipelineError]] = [PipelineError]
    while rest:
        kind = rest.pop()
        yield kind
        rest += kind.__subclasses__()


def _class_of(code: str) -> type[PipelineError]:
    found = PipelineError
    for kind in kinds():
        if kind.__dict__.get("code") == code:
            found = kind
    return found


class TransientError(PipelineError):
    """A service did not answer as it should; trying again may help."""

    action = "It is retried automatically; if it becomes a dead letter, `pipeline retry JOB`."
    http_action = (
        "Send the request again after `Retry-After` seconds. A job is retried automatically, and a dead letter by "
        f"{_RETRY}."
    )
    page_action = "It is tried again by itself; if it has failed for good, retry it."
    answer_action: ClassVar[str] = "Try again once it answers; completed work is kept."
    """The action where no job is there to be tried again by itself."""

    def __init__(self, message: str | None = None, *, remedy: str = "", **advice: Unpack[Advice]):
        """``remedy`` is what a person can mend meanwhile; it stands before the action."""
        super().__init__(message, **advice)
        self.remedy = remedy
        if advice.get("action") is None:
            self.what_to_do = f"{remedy} {self.what_to_do}".strip()
            self.http_what_to_do = f"{remedy} {self.http_what_to_do}".strip()

    def as_answer(self) -> "TransientError":
        if self.what_to_do != f"{self.remedy} {self.action}".strip():
            return self
        action = f"{self.remedy} {self.answer_action}".strip()
        return type(self)(self.message, where=self.where, action=action, http_action=self.http_what_to_do)


class WorkerLostError(TransientError):
    """The worker died or stopped responding while it held this job; this does not count as a try."""

    action = "Another worker continues from there."


class ServiceUnavailableError(TransientError):
    """An outside service is unavailable."""


class ServiceUnreachableError(ServiceUnavailableError):
    """No connection to an outside service: nothing was sent."""


class RateLimitedError(TransientError):
    """An outside service asked us to slow down."""


class StoreUnavailableError(TransientError):
    """The object store did not answer."""


class StoreFullError(StoreUnavailableError):
    """The object store has no room left."""


class SourceUnavailableError(TransientError):
    """The source could not be listed."""

    action = "Check that it is there and can be read, then sync it again; nothing was taken to have vanished."
    answer_action = action
    http_action = "Check that it is there and can be read, then sync it again; nothing was taken to have vanished."


class MachineError(TransientError):
    """This machine has run out of a resource: disk space, open files, memory or processes."""

    page_action = "It goes on by itself once there is room; if that takes long, tell whoever runs this installation."


class MachineFullError(MachineError):
    """A disk of this machine is full."""


class DatabaseUnavailableError(TransientError):
    """The database did not answer."""


class DatabaseBusyError(TransientError):
    """Another transaction is using a table that a migration changes."""

    action = (
        "Let it end, or stop the workers and the API, then `pipeline migrate` again: it continues from there. A "
        "higher UPLOAD_PIPELINE_MIGRATION_LOCK_S waits longer, and everybody else waits behind it."
    )
    page_action = "Try again in some minutes."


class StatementTimeoutError(TransientError):
    """The database stopped a statement that took too long."""

    action = (
        "It is retried automatically, each document alone; if it becomes a dead letter, raise "
        "UPLOAD_PIPELINE_STATEMENT_TIMEOUT_S."
    )


class EmbeddingModelChangedError(TransientError):
    """Production has switched to another embedding model meanwhile."""

    action = "It is retried automatically, with vectors of the model that is active now."


class StagedRowsChangedError(TransientError):
    """The staged rows changed after they were read for publishing."""

    action = "They are read again and the work is retried automatically."


class InterruptedRunError(TransientError):
    """The run was stopped before the document was done; that does not count as a try."""

    code = "interrupted"
    action = "Run it again: it continues where it stopped."


class DisturbedRunError(TransientError):
    """The batch of the document failed, or another process moved the document meanwhile."""

    code = "disturbed"


class AnswerLostError(ServiceUnavailableError):
    """A call was sent, but no complete answer arrived: it may have been charged."""


class ParkedError(PipelineError):
    """The work waits for something that only time or a person can give."""

    action = "Run it again once that is available; completed work is kept."
    page_action = "It goes on by itself once that is there; what is done is kept."

    def __init__(self, message: str | None = None, *, until: datetime | None = None, **advice: Unpack[Advice]):
        super().__init__(message, **advice)
        self.until = until
        """Before this moment it is of no use to try again; None: any later run may."""


class BudgetExhaustedError(ParkedError):
    """The budget does not cover the next paid call, so it was not made."""

    action = "Raise the budget, or wait until it is renewed, and run again; what was paid for is kept."
    page_action = (
        "Ask whoever runs this installation to raise the budget, or wait until it is renewed; what was paid for "
        "is kept."
    )


class QuotaExhaustedError(ParkedError):
    """The account at the paid service has no quota left."""

    action = "Add credit to the account, then run again; what was paid for is kept."
    page_action = "Ask whoever runs this installation to add credit to the account; what was paid for is kept."


class ConversionPendingError(ParkedError):
    """The conversion service has not finished its job for this document in time."""

    action = "Run it again later: it checks the same job, and nothing is paid twice."


class PermanentError(PipelineError):
    """Trying again cannot help."""

    action = "Correct the document or the settings, then `pipeline retry JOB`."
    http_action = f"Correct the document or the settings, then {_RETRY}."
    page_action = (
        "Correct the document and upload it again, or retry it; if that does not help, ask whoever runs this "
        "installation."
    )


class UnexpectedError(PermanentError):
    """A defect in the pipeline caused an unexpected error."""

    action = "Please report it with the job's events; `pipeline retry JOB` tries again."
    http_action = f"Report it with the correlation id; {_RETRY} tries again."
    page_action = "Report it to whoever runs this installation; a retry tries it again."


class RetriesExhaustedError(PermanentError):
    """The last retry failed too."""

    action = "The message has the cause; when it is fixed, `pipeline retry JOB`."
    http_action = f"The message has the cause; when it is fixed, {_RETRY}."
    page_action = "The message has the cause; when it is mended, retry it."


class WorkersLostError(PermanentError):
    """Several workers in a row were lost while they held this job."""

    action = "See the workers' logs for what ended them (often memory); then `pipeline retry JOB`."
    http_action = f"Tell the operator of the workers: their logs say what ended them (often memory). Then {_RETRY}."
    page_action = "Tell whoever runs this installation, then retry it."


# --- documents -------------------------------------------------------------------------------------------


class DocumentError(PermanentError):
    """The document cannot be processed."""


class EmptyFileError(DocumentError):
    """The file is empty."""

    action = "Find out why it is empty, and add it again when it has content."
    http_action = "Check the file, and upload it again when it has content: it arrived with no bytes."


class _WrongParts:
    """Of an error that says what is wrong by id, or by the name of what was given."""

    errors: Mapping[str, str] = MappingProxyType({})


class NoEntriesError(_WrongParts, DocumentError):
    """No question could be read from the question bank."""

    action = (
        "Write each question as a heading that ends in “?”, as `Q: …` or as `1. …`, and its answer below it or after "
        "`A: …`."
    )
    page_action = (
        "Write each question as a heading that ends in “?”, or with a number before it, and its answer below it."
    )

    @classmethod
    def of(cls, file_name: str, problems: Mapping[str, str]) -> "NoEntriesError":
        """``problems`` say what is wrong by line."""
        error = cls(where=file_name)
        error.errors = dict(problems)
        return error


class UnreadableFileError(DocumentError):
    """The file cannot be read."""

    action = "Check that it exists and can be read, then try again."


class LeftOutError(UnreadableFileError):
    """The file is left out by a rule: trying again leads to the same."""


class StillWrittenError(UnreadableFileError):
    """The file is still being written to."""

    action = "It is taken in by the next sync after that; what was known of it stands until then."


class FileTooLargeError(DocumentError):
    """The file is larger than the limit."""

    action = "Split the document, or raise UPLOAD_PIPELINE_MAX_FILE_BYTES."
    page_action = "Split the document, or ask whoever runs this installation to raise the limit."


class UnsupportedTypeError(DocumentError):
    """No converter reads this type of file."""

    action = "Save it as PDF, DOCX, PPTX, XLSX, HTML, markdown or plain text."


class EncryptedDocumentError(DocumentError):
    """The document is protected with a password."""

    action = "Remove the password and upload it again."


class CorruptDocumentError(DocumentError):
    """The document is damaged or cut off, and repair did not help."""

    action = "Open it where it was made and save or export it again."


class NoTextError(DocumentError):
    """The document has no text: it is images only."""

    action = (
        "Install the extra that reads scanned pages (pip install 'document-pipeline[ocr]'; for languages other than "
        "English, set UPLOAD_PIPELINE_TESSDATA_PATH to a folder with their data, eng.traineddata and the like from "
        "github.com/tesseract-ocr/tessdata_fast), or run it through OCR first."
    )
    page_action = "Run it through OCR and upload the result, or ask whoever runs this installation to have scans read."


class TooManyPagesError(DocumentError):
    """The document has more pages than the limit."""

    action = "Split the document, or raise UPLOAD_PIPELINE_MAX_PAGES."
    page_action = "Split the document, or ask whoever runs this installation to raise the limit."


class ConversionTimeoutError(DocumentError):
    """The conversion took too long and was killed."""

    action = "Simplify the document, or raise UPLOAD_PIPELINE_CONVERT_TIMEOUT_S."
    page_action = "Save the document in a simpler form, or ask whoever runs this installation to allow it more time."


class ConversionCrashedError(DocumentError):
    """The conversion took more memory than allowed, or crashed; nothing else was affected."""

    action = "Save the document again in a simpler form, or raise UPLOAD_PIPELINE_CONVERT_MEMORY_MB."
    page_action = "Save the document in a simpler form, or ask whoever runs this installation to allow it more memory."


class StageTimeoutError(DocumentError):
    """A stage took too long with the document and was killed."""

    action = "Split the document, or raise UPLOAD_PIPELINE_STAGE_TIMEOUT_S."
    page_action = "Split the document, or ask whoever runs this installation to allow it more time."


class StageCrashedError(DocumentError):
    """A stage took more memory than allowed, or crashed; nothing else was affected."""

    action = "Split the document, or raise UPLOAD_PIPELINE_STAGE_MEMORY_MB."
    page_action = "Split the document, or ask whoever runs this installation to allow it more memory."


class PageNotShownError(DocumentError):
    """The page cannot be shown."""

    action = "Open the original file instead."


class ConversionRefusedError(DocumentError):
    """The conversion service refused this document."""

    action = (
        "See its message. UPLOAD_PIPELINE_CONVERTER_FALLBACK=local converts such documents here; then `pipeline "
        "retry JOB`."
    )
    http_action = (
        "See its message. With UPLOAD_PIPELINE_CONVERTER_FALLBACK=local such documents are converted here; then "
        f"{_RETRY}."
    )
    page_action = "Ask whoever runs this installation whether such documents can be converted here; then retry it."


class ConversionFailedError(DocumentError):
    """The conversion service accepted the document but gave no usable result."""

    action = (
        "`pipeline retry JOB` starts a new job there, which may be charged again; "
        "UPLOAD_PIPELINE_CONVERTER_FALLBACK=local converts such documents here."
    )
    http_action = (
        f"{_RETRY} starts a new job there, which may be charged again; with UPLOAD_PIPELINE_CONVERTER_FALLBACK=local "
        "such documents are converted here."
    )
    page_action = "A retry starts it anew there, and may be charged again; ask whoever runs this installation before."


# --- storage ---------------------------------------------------------------------------------------------


class ObjectNotFoundError(PermanentError):
    """An object that the database names is not in the store."""

    action = "Run the same file again to make it again; `pipeline verify --repair` does so for all documents."
    http_action = _MAKE_AGAIN
    page_action = "Ask whoever runs this installation to have it restored."


class OriginalMissingError(ObjectNotFoundError):
    """The document's original is not in the store."""

    action = (
        "Run the same file again: it is stored again, and its document continues. If it was enrolled from an older "
        "table, `pipeline enrol` does both. Without the file, restore the object from a backup, then `pipeline "
        "retry JOB`."
    )
    http_action = f"Upload the same file again: it is stored again. Then {_RETRY}."
    page_action = "Upload the same file again, then retry it."


class ChecksumMismatchError(PermanentError):
    """An object in the store differs from what was written."""

    action = "`pipeline verify --repair` makes it again; so does `pipeline retry JOB --from STAGE`."
    http_action = _MAKE_AGAIN
    page_action = "Ask whoever runs this installation to have it restored, or retry the document."


class BackupFailedError(PermanentError):
    """A backup or a restore did not finish."""

    action = "Fix what the message names, then run the same command again."
    page_action = "Tell whoever runs this installation."


class InvalidObjectKeyError(PermanentError):
    """An object key would leave its folder or has characters that a store cannot hold."""


class DataRejectedError(PermanentError):
    """The database refused the rows of this document."""


class ServiceRefusedError(PermanentError):
    """An outside service refused the request itself: a wrong key, an unknown model, an option it does not know."""

    action = "Correct the settings (`pipeline doctor` checks them), then `pipeline retry JOB`."
    http_action = f"{_OPERATOR} When the settings are corrected, {_RETRY}."
    page_action = "Ask whoever runs this installation to correct its settings; then retry it."


class UnknownToServiceError(ServiceRefusedError):
    """An outside service does not know this name: a model, an address or a batch."""


class KeyRefusedError(ServiceRefusedError):
    """An outside service refused the key: it is wrong, has expired, or lacks a permission."""


class OptionRefusedError(ServiceRefusedError):
    """An outside service, or its model, does not match the settings."""


class SourceRefusedError(PermanentError):
    """A source refused to be listed, or what it showed is no listing: nothing follows from it."""

    action = "Correct the source or its rights, then `pipeline source sync` again."
    http_action = "Correct the source or its rights, then `POST /api/v2/sources/{source_id}/sync`."
    page_action = "Correct the source or its rights, then sync it again."


class LedgerError(PermanentError):
    """The counts of a stage do not add up: something would have been lost."""

    action = "Please report it: nothing was published."


class RecallTooLowError(PermanentError):
    """The index of the new embedding model misses too many results; the old model stays active."""

    action = (
        "Raise UPLOAD_PIPELINE_SEARCH_EF (search looks at more, and is slower), choose another model, or lower "
        "UPLOAD_PIPELINE_REEMBED_MIN_RECALL; then `pipeline reembed` again: nothing is embedded twice."
    )
    http_action = _OPERATOR
    page_action = "Tell whoever runs this installation."


# --- conflicts and refusals ------------------------------------------------------------------------------


class ConflictError(PipelineError):
    """Somebody else was first; nothing was written."""

    action = "Look at the current state, then decide again."


class BeingErasedError(ConflictError):
    """This is being erased: nothing is done with it, and the same content is not taken in until that is done."""

    action = "Wait until `pipeline erasures` says that it is done."
    http_action = "Wait until `GET /api/v2/erasures` says that it is done."
    page_action = "Wait until it is done."


class ErasedBeforeError(ConflictError):
    """It was erased, and its file still stands in the source: it was left alone."""

    action = "Remove the file from its source; or, if it may be kept again, take it in yourself: `pipeline run FILE`."
    http_action = "Remove the file from its source; or, if it may be kept again, upload it: `POST /api/v2/upload`."
    page_action = "Remove the file from its source; or, if it may be kept again, upload it yourself."


class LeaseLostError(ConflictError):
    """This worker's lease on the job has ended and another may have it."""

    action = "Nothing to do: the worker that holds the job continues with it."


class ReembeddingError(ConflictError):
    """Somebody else is changing the embedding model right now."""

    action = "Wait until that has finished; if it is stopped, the same command continues from there."
    http_action = "Wait until that has finished."
    page_action = "Wait until that has finished."


class IllegalMoveError(ConflictError):
    """The lifecycle does not allow this move."""


class StageNotAvailableError(ConflictError):
    """The stage cannot be run now."""


class AlreadyDecidedError(ConflictError):
    """Somebody else has decided this already."""

    action = "Look at it again: `pipeline review` lists what waits now."
    http_action = "Look at it again: `GET /api/v2/jobs/{job_id}` shows its state, `GET /api/job/next` what waits now."
    page_action = "Look at it again: it is shown as it is now."


_BECAME: Mapping[str, str] = {
    "pending": "took back what was decided about it",
    "approved": "approved it",
    "rejected": "rejected it",
    "duplicate": "left it out, as another says the same",
    "left_out": "left it out",
    "imported": "published it",
    "keep_existing": "kept the earlier one",
    "replace_existing": "let the new one replace the earlier one",
    "keep_both": "kept both",
    "not_duplicate": "said that the two differ",
    "matching_review": "returned it to matching review",
    "validation_review": "put it into validation review",
}
"""The act by which something came to a status, by the status; to any other it comes by going on."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that is not as its reviewer saw it: its id, the state that was expected and the one it has now, and who
    changed it last and when."""

    id: UUID
    expected_status: str
    expected_version: int
    status: str
    version: int
    who: str
    when: datetime

    @property
    def what(self) -> str:
        """Return the change since then as words: ``rejected it`` or ``changed it``."""
        return _BECAME.get(self.status, "took it further") if self.status != self.expected_status else "changed it"

    @property
    def in_words(self) -> str:
        return (
            f"{self.who} {self.what} on {dated(self.when)}: {self.id} was {self.expected_status} "
            f"(version {self.expected_version}) when you looked, and is {self.status} (version {self.version})"
        )


class ChangedMeanwhileError(ConflictError):
    """It has changed since you looked at it: nothing was written."""

    action = "Look at it again and decide anew; nothing was stored."
    http_action = "Look at `changed`, and send the decision again with the current state as `expected`."
    changed: Sequence[Changed] = ()
    asked: Mapping[str, object] = MappingProxyType({})
    """What was asked for, so that nothing of it is lost."""

    @classmethod
    def of(cls, changed: Sequence[Changed], asked: Mapping[str, object]) -> "ChangedMeanwhileError":
        """``changed`` is not as it was seen."""
        more = f" (and {counted(len(changed) - 1, 'other')} changed)" if len(changed) > 1 else ""
        error = cls(f"{changed[0].in_words}{more}.")
        error.changed, error.asked = tuple(changed), dict(asked)
        return error


class StagedStateError(ConflictError):
    """The state of the staged rows does not allow this."""

    action = "`pipeline batches BATCH` shows the status of each question."
    http_action = "`GET /api/staging/batches/{batch_id}/questions` shows the status of each question."
    page_action = "Look at how it stands now, then decide again."


class RefusedError(PipelineError):
    """The request cannot be done as asked."""

    action = "Correct the request."


class LimitExceededError(RefusedError):
    """A limit is reached."""

    action = "Try again later."
    limit: str = ""
    """Which limit: the name of its setting."""
    retry_after_s: int = 60

    @classmethod
    def of(cls, limit: str, message: str, *, retry_after_s: int) -> "LimitExceededError":
        retry_after_s = max(1, retry_after_s)
        error = cls(message, where=limit, action=f"Try again in {lasting(retry_after_s)}.")
        error.limit, error.retry_after_s = limit, retry_after_s
        return error


class AuthenticationError(RefusedError):
    """The request has no valid token."""

    code = "unauthenticated"
    action = "Send `Authorization: Bearer TOKEN` with a token that has not expired."
    page_action = "Sign in again."


class NotPermittedError(RefusedError):
    """Your role in the realm does not allow this."""

    action = "Ask an admin of the realm: `pipeline realm members` lists the members."
    http_action = "Ask an admin of the realm: `GET /api/v2/realms/{realm_id}/members` lists the members."
    page_action = "Ask an admin of the realm: its page lists the members."


class PlaceNotAllowedError(NotPermittedError):
    """Sources may not be made of this place here."""

    action = "Add it with `pipeline source add` on the machine, or name it in UPLOAD_PIPELINE_SOURCE_ROOTS."
    http_action = "Ask the operator to add it, or to name it in UPLOAD_PIPELINE_SOURCE_ROOTS."
    page_action = "Ask whoever runs this installation to add it, or to allow the place."


class NotFoundError(RefusedError):
    """It does not exist, or you have no access to it."""

    action = "`pipeline status` lists all documents."
    http_action = "`GET /api/v2/jobs` and `GET /api/staging/batches` list what exists."
    page_action = "Open it from the list that it is in."


class UnknownIdsError(_WrongParts, NotFoundError):
    """Some of the ids are unknown; nothing was done."""

    action = "Correct or leave out the named ids: it is all or nothing."

    @classmethod
    def of(cls, missing: Iterable[object], given: int, noun: str, whose: str) -> "UnknownIdsError":
        """``missing`` of ``given`` ids are no ``noun`` of whom they should be."""
        ids = [str(one) for one in missing]
        are = "is" if len(ids) == 1 else "are"
        error = cls(f"{len(ids):,} of {counted(given, noun)} {are} not {whose}: {listed(ids)}.")
        error.errors = dict.fromkeys(ids, f"is not a {noun} {whose}")
        return error


class ChangesGoneError(RefusedError):
    """The changes since then are not all there any more: what you have may be wrong."""

    action = (
        "Take a mark with `pipeline changes --since now`, read everything anew (`pipeline export`), then go on from it."
    )
    http_action = (
        "Take a mark with `GET /api/v2/changes?since=now`, read everything anew (`GET /api/v2/documents` and "
        "`…/export` of each), then go on from the mark. A named cursor is set to it by `?cursor=NAME&since=now`."
    )


class NotPublishedError(RefusedError):
    """The document is not published."""

    action = "`pipeline status NAME` shows its status."
    http_action = "`GET /api/v2/documents/{document_id}` shows its status."
    page_action = "Its own page says how it stands."


class ReasonTooShortError(RefusedError):
    """A decision like this one needs a reason of at least 10 characters that are not blank."""

    action = 'Say why in a sentence: --reason "…".'
    http_action = "Say why in a sentence, as `reason`."
    page_action = "Say why in a sentence."


class StatusRefusedError(_WrongParts, RefusedError):
    """Some of the documents cannot be set to this status; none was changed."""

    action = "Correct or leave out the named documents, and try again: it is all or nothing."

    @classmethod
    def of(cls, errors: Mapping[str, str]) -> "StatusRefusedError":
        error = cls("No status was changed: " + "; ".join(f"{name}: {what}" for name, what in errors.items()) + ".")
        error.errors = dict(errors)
        return error

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), **({"errors": dict(self.errors)} if self.errors else {})}


class StillRunningError(RefusedError):
    """The wait timed out before everything had come to rest."""

    action = "Nothing is lost: wait again, or ask for the status."


class UndecidedDuplicatesError(RefusedError):
    """Some duplicates are undecided."""

    action = "Decide them with --duplicates keep_existing|replace_existing|keep_both|not_duplicate."
    http_action = "Decide them: `duplicates` is keep_existing, replace_existing, keep_both or not_duplicate."
    page_action = "Decide them first."


class ConfigurationError(PipelineError):
    """A setting is wrong or missing."""

    action = "`pipeline doctor` shows every setting and what it needs."
    http_action = _OPERATOR
    page_action = "Ask whoever runs this installation."


class StoreRefusedError(ConfigurationError):
    """The object store refused access: check the permissions, the credentials, and the bucket or folder."""


class DatabaseNotMigratedError(ConfigurationError):
    """The database has no schema for this version yet."""

    action = "Run `pipeline migrate`, once, with a login that may create the schema."


class DatabaseNewerError(ConfigurationError):
    """The database was migrated by a newer version of this software."""

    action = "Install that version, or a newer one, here as well; nothing was changed. docs/upgrading.md has the order."
    http_action = _OPERATOR
    page_action = "Ask whoever runs this installation."


class NotErasedAgainError(ConfigurationError):
    """A backup was put back, and what was erased after it was made is not erased again yet: nobody sees anything."""

    action = "Run `pipeline erase --again`, or the same `pipeline restore`."
    http_action = _OPERATOR
    page_action = "Ask whoever runs this installation."


class DatabaseTooOldError(ConfigurationError):
    """The database was made by an older version, whose migrations this software does not have."""

    action = (
        "Nothing was changed. Export what is to be kept with the version that made it (`pipeline export`), and import "
        "it into a new database with this one (`pipeline run`, `pipeline import-questions`): docs/upgrading.md has the "
        "steps."
    )


class DatabaseNotReadyError(ConfigurationError):
    """The database server, or the login, lacks what the schema needs."""

    action = "`pipeline doctor` says what is missing."
